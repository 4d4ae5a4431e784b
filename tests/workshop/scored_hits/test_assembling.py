"""Which judged hits are used, and what is said of the others."""

import pytest

from sidecar.judgements.judgements import Judgements
from sidecar.profile import Profile
from sidecar.profiles import read_profile
from sidecar.workshop.scored_hits.assembling import assemble
from sidecar.workshop.scored_hits.judged_parts import FittingError
from sidecar.workshop.scored_hits.scored_query import ScoredQuery

SHOP: Profile = read_profile("extends: ecommerce", "shop.yaml")


def scored(query: str, *documents: str) -> ScoredQuery:
    columns = {("signal", "brand"): [float(n) for n in range(len(documents))]}
    return ScoredQuery(query, documents, tuple(float(-n) for n in range(len(documents))), columns)


def test_judged_hits_are_used() -> None:
    grades = Judgements(
        {
            "q1": {"a": 2.0, "b": 0.0, "absent": 3.0},
            "q2": {"a": 1.0, "b": 1.0},
        }
    )
    found = assemble(
        [scored("q1", "a", "c", "b"), scored("q2", "a", "b")],
        grades,
        SHOP,
        10,
        notes=["before"],
    )
    assert found.query_ids == ("q1",)
    assert found.documents == (("a", "b"),)
    assert found.parts.grades.tolist() == [2, 0]
    assert found.parts.fixed.tolist() == [0, -2]
    assert found.parts.ideal[0] == pytest.approx(7 + 3 / 1.5849625), "the document not found counts"
    assert found.notes == ("before", "queries whose judged hits have one grade alone: 1")


def test_unjudged_hits_may_count_as_irrelevant() -> None:
    grades = Judgements({"q1": {"a": 1.0}})
    found = assemble([scored("q1", "a", "b")], grades, SHOP, 10, unjudged_irrelevant=True)
    assert found.parts.grades.tolist() == [1, 0]


def test_effective_sample_sizes_go_with_their_hits() -> None:
    grades = Judgements({"q1": {"a": 1.0, "b": 0.0}}, weights={"q1": {"b": 31.5}})
    assert assemble([scored("q1", "b", "a")], grades, SHOP, 10).parts.certainty.tolist() == [
        31.5,
        1,
    ]


def test_grades_that_are_all_equal_teach_nothing() -> None:
    grades = Judgements({"q1": {"a": 1.0, "b": 1.0}})
    with pytest.raises(FittingError, match="differ in grade"):
        assemble([scored("q1", "a", "b")], grades, SHOP, 10)
    assert assemble([scored("q1", "a", "b")], grades, SHOP, 10, need_order=False).parts.pairs == 2
