"""A profile's own words beside the shipped ones, in their place, and for a demand that is new."""

from typing import Any

import pytest

from sidecar.fusion.parts import signal_parts
from sidecar.profile import Profile
from sidecar.profiles import read_profile, with_weights
from sidecar.search import Search
from sidecar.text.query import EXTRACTORS, extract
from sidecar.text.query.own_vocabulary import OwnVocabulary, with_vocabularies
from tests.profiles.faults import fault

OWN = """
extends: ecommerce
vocabularies:
  color:
    names: {petrol: [petrol blue], heaven: [sky blue]}
    parents: {petrol: blue}
  finish: {names: {matt: [matte], glossy: [gloss]}}
fields: {finish: {weight: 0.05, quota: 8}}
signals: {finish: {kind: constraint, constraint: finish, fields: [finish, attributes]}}
extractors: [..., finish]
"""
SHOES = read_profile(OWN, "shoes.yaml")


def part(profile: Profile, query: str, document: dict[str, Any], name: str) -> float:
    table = profile.extractor_table
    constraints = extract(query, profile.extractors, [document], extractors=table)
    (parts,) = signal_parts(profile, Search(query, [document], constraints))
    return sum(each.value for each in parts if (each.name, each.kind) == (name, "signal"))


@pytest.mark.parametrize(
    ("query", "color", "sign"),
    [
        ("petrol sofa", "Petrol Blue", 1),
        ("petrol sofa", "red", -1),
        ("blue sofa", "petrol", 1),
        ("red sofa", "petrol", -1),
        ("red sofa", "red", 1),
        ("sofa not petrol", "petrol", -1),
        ("heaven sofa", "sky blue", 1),
    ],
)
def test_names_are_added_to_the_shipped_ones(query: str, color: str, sign: int) -> None:
    value = part(SHOES, query, {"color": color}, "color")
    assert (value > 0) - (value < 0) == sign


@pytest.mark.parametrize(
    ("query", "document", "sign"),
    [
        ("matt table", {"finish": "matte"}, 1),
        ("matt table", {"finish": "gloss"}, -1),
        ("table without gloss", {"finish": "gloss"}, -1),
        ("matt table", {"attributes": {"surface finish": "Matte"}}, 1),
        ("table", {"finish": "matte"}, 0),
    ],
)
def test_a_demand_may_be_new(query: str, document: dict[str, Any], sign: int) -> None:
    value = part(SHOES, query, document, "finish")
    assert (value > 0) - (value < 0) == sign


def test_replaced_words_are_gone() -> None:
    text = "extends: ecommerce\nvocabularies: {color: {names: {petrol: []}, replace: true}}"
    own = read_profile(text, "shoes.yaml")
    assert part(own, "petrol sofa", {"color": "petrol"}, "color") > 0
    assert part(own, "red sofa", {"color": "petrol"}, "color") == 0


def test_a_court_of_ones_own_is_read_beside_the_shipped_courts() -> None:
    names = "{court: {names: {ag musterstadt: [Amtsgericht Musterstadt]}}}"
    own = read_profile(f"extends: legal\nvocabularies: {names}", "courts.yaml")
    mine = {"court": "Amtsgericht Musterstadt"}
    assert part(own, "kaution ag musterstadt", mine, "court") > 0
    assert part(own, "kaution ag musterstadt", {"court": "BGH"}, "court") < 0
    assert part(own, "BGH Kaution", {"court": "BGH"}, "court") > 0


def test_a_searchs_weights_keep_the_words() -> None:
    weighted = with_weights(SHOES, {"title": 2})
    assert weighted.extractor_table is SHOES.extractor_table


def test_without_words_the_extractors_are_the_services() -> None:
    assert with_vocabularies(EXTRACTORS, {}) is EXTRACTORS
    assert OwnVocabulary().names == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("vocabularies: {finish: {names: {a: []}}}", "vocabularies.finish: `finish` is not among"),
        (
            "extractors: [price]\nvocabularies: {price: {names: {a: []}}}",
            "vocabularies.price: a price is no name",
        ),
        (
            "extractors: [color]\nvocabularies: {color: {}}",
            "vocabularies.color.names: must hold a name",
        ),
        (
            "extractors: [color]\nvocabularies: {color: {nmaes: {}}}",
            "vocabularies.color.nmaes: Extra inputs",
        ),
    ],
)
def test_a_fault_has_its_path(text: str, message: str) -> None:
    assert fault(text).startswith(message)
