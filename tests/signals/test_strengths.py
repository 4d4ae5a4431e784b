import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from sidecar.search import Constraint, Search
from sidecar.signals import SIGNALS, AnySignal, SearchReader
from sidecar.signals.search_reader import READ_FIELD_CHARACTERS

SIGNAL: TypeAdapter[AnySignal] = TypeAdapter(AnySignal)
DAY = 86_400.0
NOW = 1_704_067_200.0  # 2024-01-01


def read(signal: dict[str, Any], values: list[Any], query: str = "", **search: Any) -> list[float]:
    """The strengths of documents that hold these values in the field `f`."""
    fields = {"fields": ["f"]} if signal["kind"] in MANY else {"field": "f"}
    documents = [{"f": value} for value in values]
    reader = SearchReader(Search(query, documents, **search), NOW)
    return SIGNAL.validate_python({**fields, **signal}).strengths(reader)


MANY = {"match", "units", "constraint", "citation"}
MISSING = [None, "", [], {}]
EVERY_SIGNAL: list[dict[str, Any]] = [
    {"kind": "match"},
    {"kind": "units"},
    {"kind": "constraint", "constraint": "color"},
    {"kind": "constraint", "constraint": "price"},
    {"kind": "constraint", "constraint": "year"},
    {"kind": "constraint", "constraint": "brand"},
    {"kind": "constraint", "constraint": "season"},
    {"kind": "decay", "origin": 5, "scale": 1},
    {"kind": "decay", "origin": "now", "scale": "30d", "function": "exp"},
    {"kind": "decay", "origin": "context.date", "scale": "1w", "function": "linear"},
    {"kind": "saturation", "pivot": 10},
    {"kind": "log", "ceiling": 1000},
    {"kind": "path"},
    {"kind": "table", "table": {"red": 0.5}},
    {"kind": "citation"},
    {"kind": "cosine", "vector": "v"},
    {"kind": "first_stage"},
]
ANY_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["red", "16gb", "2024-01-01", "§ 433 BGB", "$5", "a > b"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)  # fmt: skip
QUERY = "red 16gb phone under 50 § 433 BGB since 2010"
CONSTRAINTS = {
    "color": Constraint("color", frozenset({"red"})),
    "price": Constraint("price", high=50),
    "year": Constraint("year", low=2010),
    "brand": Constraint("brand", frozenset({"acme"})),
    "season": Constraint("season", frozenset({"summer"})),
}
CONTEXT = {"date": "2024-01-01", "vectors": {"v": [1.0, 0.0]}}


def test_every_kind_is_among_the_examples() -> None:
    assert {signal["kind"] for signal in EVERY_SIGNAL} == set(SIGNALS)


@pytest.mark.parametrize("signal", EVERY_SIGNAL, ids=str)
@given(st.lists(ANY_VALUE, max_size=4))
def test_whatever_a_field_holds_the_strength_is_finite_and_bounded(
    signal: dict[str, Any], values: list[Any]
) -> None:
    found = read(signal, values, QUERY, constraints=CONSTRAINTS, context=CONTEXT)
    assert len(found) == len(values)
    assert all(math.isfinite(strength) and -1 <= strength <= 1 for strength in found)


@pytest.mark.parametrize("signal", EVERY_SIGNAL, ids=str)
def test_missing_null_and_empty_are_one(signal: dict[str, Any]) -> None:
    found = read(signal, MISSING, QUERY, constraints=CONSTRAINTS, context=CONTEXT)
    assert found == [0.0] * len(MISSING)
    fields = {"fields": ["f"]} if signal["kind"] in MANY else {"field": "f"}
    absent = SearchReader(Search(QUERY, [{}], CONSTRAINTS, CONTEXT))
    assert SIGNAL.validate_python({**fields, **signal}).strengths(absent) == [0.0]


@pytest.mark.parametrize("signal", EVERY_SIGNAL, ids=str)
@given(st.lists(ANY_VALUE, min_size=2, max_size=4))
def test_a_documents_strength_does_not_depend_on_its_company(
    signal: dict[str, Any], values: list[Any]
) -> None:
    together = read(signal, values, QUERY, constraints=CONSTRAINTS, context=CONTEXT)
    alone = [
        read(signal, [value], QUERY, constraints=CONSTRAINTS, context=CONTEXT)[0]
        for value in values
    ]
    assert together == alone


def test_match() -> None:
    values = ["WH-1000 XM4", "wh1000xm4", "WH-1000", ["0815", "Sony"], "On", "Son", "a", 1000]
    query = "Sony wh 1000xm4 on a stand"
    assert read({"kind": "match"}, values, query) == [1, 1, 0, 1, 0, 0, 0, 0]
    assert read({"kind": "match", "min_length": 4}, values, query) == [1, 1, 0, 1, 0, 0, 0, 0]


def test_units() -> None:
    values = ["16 GB", "8GB", "fast", '16GB and 55"', {"ram": "8 GB", "disk": "16 GB"}]
    assert read({"kind": "units"}, values, "16gb laptop") == [1, -1, 0, 1, 1]
    assert read({"kind": "units"}, values, '16gb 55" tv') == [0.5, -0.5, 0, 1, 0.5]
    assert read({"kind": "units"}, values, "laptop under 16 gb") == [1, 1, 0, 1, 1]
    assert read({"kind": "units"}, values, "laptop over 10 gb") == [1, -1, 0, 1, 1]
    assert read({"kind": "units"}, values, "laptop 8gb-12gb") == [-1, 1, 0, -1, 1]


def test_constraint() -> None:
    found = read(
        {"kind": "constraint", "constraint": "price"},
        ["49.95", 50, 51, "n/a", None],
        constraints=CONSTRAINTS,
    )
    assert found == [1, 1, -1, 0, 0]
    signal = SIGNAL.validate_python(
        {"kind": "constraint", "constraint": "color", "fields": ["color", "attributes"]}
    )
    documents = [
        {"color": "blue", "attributes": {"shoe_colour": "Red"}},
        {"color": "blue", "attributes": {"lining": "red"}},
        {"attributes": {"lining": "red"}},
    ]
    assert signal.strengths(SearchReader(Search("", documents, CONSTRAINTS))) == [1, -1, 0]
    assert signal.strengths(SearchReader(Search("", documents))) == [0, 0, 0]


@pytest.mark.parametrize(
    ("function", "half", "twice"),
    [
        ("gauss", 0.5 ** 0.25, 0.5**4),  # exp(-d^2 / 2 sigma^2): decay^((d / scale)^2)
        ("exp", 0.5**0.5, 0.25),
        ("linear", 0.75, 0.0),
    ],
)  # fmt: skip
def test_decay_is_elasticsearchs(function: str, half: float, twice: float) -> None:
    signal = {"kind": "decay", "function": function, "origin": 100, "scale": 10, "offset": 5}
    found = read(signal, [100, 104, 95, 110, 90, 115, 85, 125, "115", "x"])
    assert found == pytest.approx([1, 1, 1, half, half, 0.5, 0.5, twice, 0.5, 0])


def test_decay_of_dates() -> None:
    signal = {"kind": "decay", "origin": "now", "scale": "30d", "function": "exp"}
    millis = int((NOW - 30 * DAY) * 1000)
    found = read(signal, ["2024-01-01", "2023-12-02", millis, "2023-12-02T00:00:00Z", "soon"])
    assert found == pytest.approx([1, 0.5, 0.5, 0.5, 0])
    fixed = {**signal, "origin": "2023-12-02", "scale": "720h", "offset": "1d"}
    assert read(fixed, ["2023-12-03", "2024-01-02"]) == pytest.approx([1, 0.5])


def test_decay_from_the_context() -> None:
    signal = {"kind": "decay", "origin": "context.user.price", "scale": 10}
    assert read(signal, [60, 50], context={"user": {"price": 50}}) == pytest.approx([0.5, 1])
    assert read(signal, [60, 50], context={"user": {"price": "high"}}) == [0, 0]
    assert read(signal, [60, 50]) == [0, 0]


def test_decay_of_prices_in_objects_and_of_the_lowest_of_a_range() -> None:
    signal = {"kind": "decay", "origin": 50, "scale": 10}
    values = [{"amount": "60", "currency": "EUR"}, {"min": 60, "max": 90}, "from $60", {"x": 60}]
    assert read(signal, values) == pytest.approx([0.5, 0.5, 0.5, 0])


def test_saturation_log_and_first_stage() -> None:
    values = [0, 10, 30, 1e308, -5, "10"]
    assert read({"kind": "saturation", "pivot": 10}, values) == [0, 0.5, 0.75, 1, 0, 0.5]
    assert read({"kind": "first_stage"}, values) == [0, 0.5, 0.75, 1, 0, 0.5]
    found = read({"kind": "log", "ceiling": 99}, [0, 9, 99, 1e6, -1])
    assert found == pytest.approx([0, 0.5, 1, 1, 0])


def test_a_deeper_category_counts_more() -> None:
    values = [
        "Electronics > Audio > Headphones",
        "Electronics > Headphones > Cases",
        "Headphones > Parts > Screws",
        ["Electronics", "Audio", "Headphones"],
        "Books",
    ]
    third = 1 / 3
    assert read({"kind": "path"}, values, "headphones") == pytest.approx(
        [1, 2 * third, third, 1, 0]
    )


def test_table() -> None:
    signal = {
        "kind": "table",
        "table": {"Supreme Court": 1, "True": 0.5, "low": -1},
        "default": 0.1,
    }
    values = ["supreme court ", True, ["low", "true"], "other", None]
    assert read(signal, values) == [1, 0.5, 0.5, 0.1, 0]


def test_the_longest_key_that_stands_in_a_value_counts() -> None:
    numbers = {
        "Supreme Court": 0.9,
        "Court of Appeals": 0.6,
        "Court of Appeal": 0.5,
        "District Court": 0.3,
        "High Court": 0.4,
        "最高人民法院": 1,
        "1": 0.2,
    }
    expected = {
        "Supreme Court of the United States": 0.9,
        "SUPREME COURT, N.Y.": 0.9,
        "Court of Appeals for the Ninth Circuit": 0.6,
        "Court of Appeal": 0.5,
        "Court of Appeal (Civil Division)": 0.5,
        "Court of Appealing": 0.1,
        "District Court of Appeal": 0.5,
        "Highest Court": 0.1,
        "中华人民共和国最高人民法院": 1,
        "Cour suprême": 0.1,
        1.0: 0.2,
        "  ": 0,
    }
    signal = {"kind": "table", "table": numbers, "default": 0.1}
    assert read(signal, list(expected)) == list(expected.values())
    assert read({**signal, "table": {"Supreme Court": 1, "Court": -1}}, ["Court"]) == [-1]


def test_citation_is_the_share_of_the_querys_keys() -> None:
    values = ["Art. 28 DSGVO", "art. 28 (3) gdpr", ["Art. 5 GDPR"], "§ 28 BGB", "none"]
    assert read({"kind": "citation"}, values, "Art. 28(3) GDPR") == [0.5, 1, 0, 0, 0]
    assert read({"kind": "citation"}, values, "processors") == [0] * 5


def test_cosine() -> None:
    values = [
        [2, 0],
        [0, 1],
        [-1, 0],
        [1, 1],
        [1],
        [0, 0],
        ["1", "0"],
        "1,0",
        [math.inf, 1],
        [1e300, 0],
    ]
    found = read({"kind": "cosine", "vector": "v"}, values, context=CONTEXT)
    assert found == pytest.approx([1, 0, -1, math.sqrt(0.5), 0, 0, 0, 0, 0, 1])
    assert read({"kind": "cosine", "vector": "other"}, values, context=CONTEXT) == [0] * len(values)


def test_a_field_inside_an_object_is_read_by_its_path() -> None:
    search = Search("", [{"stock": {"count": 10}}, {"stock.count": 30}, {"stock": 5}])
    signal = SIGNAL.validate_python({"kind": "saturation", "field": "stock.count", "pivot": 10})
    assert signal.strengths(SearchReader(search)) == [0.5, 0.75, 0]


def test_a_long_field_is_read_from_its_start() -> None:
    far = "x " * READ_FIELD_CHARACTERS + "16 GB"
    assert read({"kind": "units"}, [far, "16 GB " + far], "16gb") == [0, 1]


@given(st.floats(0, 1e12), st.floats(0, 1e12))
def test_numbers_count_monotonically(one: float, other: float) -> None:
    low, high = sorted((one, other))
    for signal in ({"kind": "saturation", "pivot": 7}, {"kind": "log", "ceiling": 1e6}):
        lower, higher = read(signal, [low, high])
        assert lower <= higher


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9), st.sampled_from(["gauss", "exp", "linear"]))
def test_nearer_never_counts_less(one: float, other: float, function: str) -> None:
    near, far = sorted((one, other), key=lambda x: abs(x - 10))
    signal = {"kind": "decay", "origin": 10, "scale": 50, "offset": 3, "function": function}
    nearer, farther = read(signal, [near, far])
    assert nearer >= farther
