"""Parts at weight 1, put together again, are the parts that the service adds."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sidecar.contracts.body import read_document
from sidecar.judgements.judgements import Judgements
from sidecar.pipeline.preparation import prepare, read_all
from sidecar.profile import Profile
from sidecar.profiles import Profiles, read_profile
from sidecar.request import RankRequest
from sidecar.workshop.evaluation.candidates import Hit
from sidecar.workshop.scored_hits.assembling import assemble
from sidecar.workshop.scored_hits.probe import document_of, probed
from sidecar.workshop.scored_hits.scored_query import ScoredQuery
from sidecar.workshop.scored_hits.weighted import Weights, logits

QUERY = "red acme shoes under 80 not leather 16 gb"
DOCUMENTS: list[Any] = [
    {"title": "Red acme shoes, red shoes", "brand": "Acme", "color": "red", "price": 49.0,
     "description": "red shoes under 80", "rating": 4.5, "popularity": 5400, "size": "16 GB"},
    {"title": "Leather shoe", "material": "leather", "price": 129.0, "in_stock": False},
    {"title": "Blue acme sock", "brand": "Acme", "color": "blue", "rating": 2},
    {"title": ""},
    "red shoes as a text",
]  # fmt: skip
PROFILES = {
    "ecommerce": "extends: ecommerce",
    "capped": "extends: ecommerce\nmatch_cap: 0.05\nsignals: {popularity: {cap: 0.1}}",
    "negative": "extends: ecommerce\nsignals: {brand: {weight: -0.6, cap: 0.3}}",
    "alone": "extends: ecommerce\nfields: {brand: {score: alone, weight: 0.3}}",
    "plain": "extends: plain",
}


def parts_of_service(profile: Profile) -> list[float]:
    request = RankRequest(QUERY, tuple(map(read_document, DOCUMENTS)))
    prepared = prepare(request, profile, read_all(request.documents, profile), None, 512)
    return [sum(part.value for part in parts) for parts in prepared.parts]


def judged_logits(profile: Profile) -> list[float]:
    """With a model that says 0 of every document."""
    ids = tuple(map(str, range(len(DOCUMENTS))))
    scored = ScoredQuery("q", ids, (0.0,) * len(ids), probed(profile, QUERY, DOCUMENTS))
    grades = Judgements({"q": {name: float(name == "0") for name in ids}})
    parts = assemble([scored], grades, profile, 10).parts
    found: list[float] = logits(parts, Weights.of(profile)).tolist()
    return found


@pytest.mark.parametrize("name", PROFILES)
def test_they_add_up_to_the_services(name: str) -> None:
    profile = read_profile(PROFILES[name], f"{name}.yaml")
    expected = parts_of_service(profile)
    assert judged_logits(profile) == pytest.approx(expected, abs=1e-6)
    if name != "plain":
        assert any(expected), "a search without parts would test nothing"


def test_they_still_do_for_other_weights() -> None:
    """The columns are those of one profile, the weights another's: what a fit relies on."""
    given, other = (
        read_profile(f"extends: ecommerce\n{text}", "shop.yaml")
        for text in ("", "fields: {title: {weight: 0.9}, brand: {weight: 0.4}}\n"
                         "match_cap: 0.7\nsignals: {color: {weight: 1.7, cap: 1.2}}")
    )  # fmt: skip
    ids = tuple(map(str, range(len(DOCUMENTS))))
    scored = ScoredQuery("q", ids, (0.0,) * len(ids), probed(given, QUERY, DOCUMENTS))
    grades = Judgements({"q": {name: float(name == "0") for name in ids}})
    parts = assemble([scored], grades, given, 10).parts
    found = logits(parts, Weights.of(other))
    assert found.tolist() == pytest.approx(parts_of_service(other), abs=1e-6)


def test_the_first_stages_score_is_sent_where_the_profile_has_its_field() -> None:
    hit = Hit("p1", {"title": "Shoe"}, "Shoe", 12.5)
    profile = read_profile(
        "extends: ecommerce\nfields: {_score: {weight: 0}}\n"
        "signals: {first_stage: {kind: first_stage, weight: 0.2, cap: 0.2}}",
        "shop.yaml",
    )
    assert document_of(hit, profile) == {"title": "Shoe", "_score": 12.5}
    assert document_of(hit, Profiles.open().get("ecommerce")) == {"title": "Shoe"}
    assert document_of(replace(hit, document="a text"), profile) == "a text"
    columns = probed(profile, "shoe", [document_of(hit, profile)])
    assert columns["signal", "first_stage"] == [pytest.approx(12.5 / 22.5)]
    assert np.isfinite(columns["signal", "first_stage"]).all()
