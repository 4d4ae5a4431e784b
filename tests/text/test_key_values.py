"""Lists of names with their values are objects; other lists are not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.profiles import Profiles
from sidecar.request import Document
from sidecar.search import Search
from sidecar.signals import SearchReader
from sidecar.text.key_values import of_pairs
from sidecar.text.query import extract
from sidecar.text.read import read

ECOMMERCE = Profiles.open().get("ecommerce")
PLAIN = Profiles.open().get("plain")


def attributes(given: Any) -> Any:
    return (read(Document(fields={"attributes": given}), ECOMMERCE) or {}).get("attributes")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([{"name": "Color", "value": "Red"}], {"Color": "Red"}),
        ([{"key": "fit", "value": ["M", "L"]}], {"fit": ["M", "L"]}),
        ([{"label": "A", "value": 1}, {"name": "B", "value": 2}], {"A": 1, "B": 2}),
        ([{"name": "Weight", "value": 250, "unit": "g"}], {"Weight": "250 g"}),
        ([{"name": "Fit", "value": v} for v in "MLS"], {"Fit": ["M", "L", "S"]}),
        (
            [{"id": 1, "name": "pa_color", "position": 0, "visible": True, "options": ["Red"]}],
            {"pa_color": ["Red"]},
        ),
        ([{"namespace": "my", "key": "care", "value": "wash", "type": "text"}], {"care": "wash"}),
        ([{"name": "a", "value": [{"name": "b", "value": 1}]}], {"a": {"b": 1}}),
        ([{"name": "a", "value": None}, {"name": "b", "value": 1}], {"b": 1}),
        ([{"name": "a", "value": None}], None),
        (
            [{"code": "cut", "value": "slim"}, {"code": "fit", "value": 2}],
            {"cut": "slim", "fit": 2},
        ),
        ([{"code": "c1", "label": "Cut", "value": "slim"}], {"Cut": "slim"}),
        ([{"Name": "Cut", "Value": "slim", "ID": 4}], {"Cut": "slim"}),
        ([{"attributeCode": "cut", "attributeValue": "slim", "sortOrder": 1}], {"cut": "slim"}),
    ],
)
def test_a_list_of_attributes_is_an_object(given: Any, expected: Any) -> None:
    assert attributes(given) == expected


@pytest.mark.parametrize(
    "given",
    [
        [{"name": "Bob", "value": 5, "text": "Runs well"}],
        [{"name": "Roe v. Wade", "cite": "410 U.S. 113"}],
        [{"name": "a", "value": 1}, "b"],
        [{"name": "a", "key": "b", "value": 1}],
        [{"name": 1, "value": 2}],
        ["a", "b"],
    ],
)
def test_other_lists_stay_lists(given: Any) -> None:
    assert attributes(given) == given


def test_signals_read_them_by_name() -> None:
    given = [{"name": "Shoe Colour", "value": "Red"}, {"name": "Lining", "value": "blue"}]
    fields = read(Document(fields={"attributes": given}), ECOMMERCE) or {}
    for query, verdict in (("red shoes", 1), ("blue shoes", -1)):
        search = Search(query, [fields], extract(query, ["color"], [fields]))
        assert ECOMMERCE.signals["color"].strengths(SearchReader(search)) == [verdict]


def test_a_path_leads_into_them() -> None:
    given = [{"name": "product_type", "value": "Sneaker"}]
    fields = read(Document(fields={"attributes": given}), ECOMMERCE) or {}
    assert fields["category"] == "Sneaker"


def test_the_model_reads_them_as_named_values() -> None:
    given = [{"name": "Color", "value": "Red"}, {"name": "Fit", "value": "slim"}]
    assert read(Document(fields={"attributes": given}), PLAIN) == {
        "attributes": {"Color": "Red", "Fit": "slim"}
    }


@given(st.lists(st.dictionaries(st.sampled_from(["name", "value", "unit"]), st.text(max_size=3))))
def test_any_list_of_objects_has_a_reading(items: list[dict[str, str]]) -> None:
    attributes = of_pairs(items)
    assert attributes is None or set(attributes) == {item["name"] for item in items}
