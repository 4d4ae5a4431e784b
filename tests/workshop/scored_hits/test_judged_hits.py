"""Which hits are scored, and what is said of the others."""

import pytest

from sidecar.judgements.judgements import Judgements
from sidecar.profile import Profile
from sidecar.profiles import read_profile
from sidecar.workshop.evaluation.candidates import Candidates, Hit
from sidecar.workshop.scored_hits.judged_hits import JudgedHits
from sidecar.workshop.scored_hits.judged_parts import FittingError

SHOP: Profile = read_profile("extends: ecommerce", "shop.yaml")
BRANDS: Profile = read_profile(
    "extends: ecommerce\nextractors: [brand, price, size, color, material, exclusion]",
    "brands.yaml",
)
GRADES = Judgements({"q1": {"a": 2.0, "b": 0.0, "absent": 3.0}, "q2": {"x": 1.0}, "q3": {"a": 1.0}})


def hits_of(query: str, *documents: str) -> Candidates:
    return Candidates(query, query, tuple(Hit(name, name, name) for name in documents))


CANDIDATES = [hits_of("q1", "a", "c", "b"), hits_of("q2", "a")]


def test_hits_without_a_judgement_are_not_scored_and_counted() -> None:
    found = JudgedHits.of(CANDIDATES, GRADES, SHOP)
    assert found.candidates == (hits_of("q1", "a", "b"),)
    assert found.notes == (
        "judged queries that have no hits: 1",
        "queries without a judged hit: 1",
        "hits without a judgement: 2",
    )


def test_all_hits_are_scored_where_they_count_as_irrelevant() -> None:
    found = JudgedHits.of(CANDIDATES, GRADES, SHOP, unjudged_irrelevant=True)
    assert found.candidates == tuple(CANDIDATES)
    assert "hits without a judgement, grade 0: 2" in found.notes


def test_all_hits_are_scored_where_brands_are_found_in_them() -> None:
    assert JudgedHits.of(CANDIDATES, GRADES, BRANDS).candidates == (CANDIDATES[0],)


def test_judgements_that_meet_no_hit_show_an_id_of_each() -> None:
    grades = Judgements({"q1": {"SKU-1": 1.0}})
    with pytest.raises(FittingError, match="'p1', judgements such as 'SKU-1'"):
        JudgedHits.of([hits_of("q1", "p1")], grades, SHOP)
