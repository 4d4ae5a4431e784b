"""Fields against a constraint of the query."""

from sidecar.search import Constraint, Fields, Search
from sidecar.signals import SearchReader
from tests.signals.strengths import CONSTRAINTS, SIGNAL, strengths


def test_constraint() -> None:
    actual = strengths(
        {"kind": "constraint", "constraint": "price"},
        ["49.95", 50, 51, "n/a", None],
        constraints=CONSTRAINTS,
    )
    assert actual == [1, 1, -1, 0, 0]
    signal = SIGNAL.validate_python(
        {"kind": "constraint", "constraint": "color", "fields": ["color", "attributes"]}
    )
    documents: list[Fields] = [
        {"color": "blue", "attributes": {"shoe_colour": "Red"}},
        {"color": "blue", "attributes": {"lining": "red"}},
        {"attributes": {"lining": "red"}},
    ]
    assert signal.strengths(SearchReader(Search("", documents, CONSTRAINTS))) == [1, -1, 0]
    assert signal.strengths(SearchReader(Search("", documents))) == [0, 0, 0]


def test_one_item_of_a_list_is_enough_unless_the_field_wants_all() -> None:
    documents: list[Fields] = [
        {"price": ["60", 45]},
        {"price": [60, 70]},
        {"price": [40, 45]},
        {"price": ["n/a", 45]},
        {"price": [{"amount": 60}, {"amount": 45}]},
    ]
    signal = SIGNAL.validate_python(
        {"kind": "constraint", "constraint": "price", "fields": ["price"]}
    )
    search = Search("", documents, CONSTRAINTS)
    assert signal.strengths(SearchReader(search)) == [1, -1, 1, 1, 1]
    every = SearchReader(search, all_of=frozenset({"price"}))
    assert signal.strengths(every) == [-1, -1, 1, 0, -1]


def test_a_field_that_has_what_is_excluded_decides() -> None:
    signal = SIGNAL.validate_python(
        {
            "kind": "constraint",
            "constraint": "color",
            "fields": ["color", "attributes"],
            "weight": 0.5,
            "excluded_weight": 2,
        }
    )
    excluding = {"color": Constraint("color", frozenset(), excluded=frozenset({"red"}))}
    documents: list[Fields] = [
        {"color": "blue", "attributes": {"trim_color": "red"}},
        {"color": "blue", "attributes": {"trim_color": "green"}},
        {"attributes": {"lining": "red"}},
        {"color": "crimson"},
    ]
    search = SearchReader(Search("", documents, excluding))
    assert signal.strengths(search) == [-1, 1, 0, -1]
    assert signal.contributions(search) == [-2, 0.5, 0, -2]
    both = {"color": Constraint("color", frozenset({"blue"}), excluded=frozenset({"red"}))}
    assert signal.strengths(SearchReader(Search("", documents, both))) == [-1, 1, 0, -1]
