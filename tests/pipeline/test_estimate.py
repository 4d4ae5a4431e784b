"""What admission is told of a request's work, beside the tokens that it really has."""

import itertools
import json
from typing import Any

import pytest

from sidecar.contracts.body import read_document
from sidecar.pipeline.estimate import estimate, estimate_tokens
from sidecar.pipeline.fit import Fit
from sidecar.pipeline.passage_pairs import build_pairs
from sidecar.pipeline.preparation import prepare, read_all
from sidecar.profile import FieldProfile, Profile
from sidecar.profiles import Profiles
from sidecar.request import Control, RankRequest, SpanOptions
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.demo.collections import CollectionName, load

PROFILES = Profiles.open()
QUERIES = (
    "notice",
    "may the tenant end the lease early when the landlord sells the house, with what notice",
)
CLAUSES = load(CollectionName.CONTRACTS).documents
TEXTS = itertools.cycle(str(document.source["text"]) for document in CLAUSES)


def long_text(characters: int) -> str:
    text = ""
    while len(text) < characters:
        text += next(TEXTS) + "\n\n"
    return text


def document(text: str) -> dict[str, Any]:
    return {
        "title": "Agreement on the lease of a house",
        "summary": "The tenant may end it with three months' notice in writing. " * 10,
        "court": "Supreme Court",
        "text": text,
    }


def tokens(request: RankRequest, profile: Profile, tokenizer: PairTokenizer) -> int:
    read = read_all(request.documents, profile)
    prepared = prepare(request, profile, read, None, tokenizer.max_tokens)
    fit = Fit(request.cut, request.max_document_tokens, profile.long)
    units = build_pairs(request.query, prepared.passages, tokenizer, fit).pairs
    return sum(len(pair.input) for pair in units)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("characters", [400, 6000, 40_000])
@pytest.mark.parametrize("shape", ["text", "object", "json"])
@pytest.mark.parametrize("name", ["plain", "legal"])
def test_the_estimate_is_near_the_tokens(
    tokenizer: PairTokenizer, name: str, shape: str, characters: int, query: str
) -> None:
    """The header above each window, and the query in each, were the half of a long document."""
    text = long_text(characters)
    sources = {"text": text, "object": document(text), "json": json.dumps(document(text))}
    request = RankRequest(query, (read_document(sources[shape]),))
    profile = PROFILES.get(name)
    real = tokens(request, profile, tokenizer)
    assert 0.7 < estimate(request, profile, tokenizer.max_tokens) / real < 1.5


def test_what_is_cut_is_not_windowed(tokenizer: PairTokenizer) -> None:
    source = read_document(long_text(40_000))
    for request in (
        RankRequest("notice", (source,), max_document_tokens=100),
        RankRequest("notice", (source,), cut=None),
    ):
        assert estimate(request, PROFILES.get("plain"), 512) == 512


def test_fields_that_the_profile_leaves_out_cost_nothing() -> None:
    profile = PROFILES.get("ecommerce")
    heavy = read_document({"title": "Shoe", "sku": "x" * 9000, "vector": [0.5] * 2000})
    assert estimate(RankRequest("shoe", (heavy,)), profile, 512) < 20


def test_a_field_alone_costs_a_pair() -> None:
    fields = {"title": FieldProfile(), "reviews": FieldProfile(score="alone", aliases=("said",))}
    together = Profile(name="x", fields={"title": FieldProfile(), "reviews": FieldProfile()})
    alone = Profile(name="x", fields=fields)
    request = RankRequest("running shoes", (read_document({"title": "Shoe", "said": "good"}),))
    assert estimate(request, alone, 512) - estimate(request, together, 512) >= 7


def test_shapley_values_and_spans_cost_more() -> None:
    plain = PROFILES.get("plain")
    request = RankRequest("notice", (read_document({"a": "one", "b": "two"}),))
    shapley = RankRequest("notice", request.documents, Control(explain=True, shapley=1))
    spans = RankRequest("notice", request.documents, spans=SpanOptions())
    alone = estimate(request, plain, 512)
    sets = 4 * estimate_tokens(6, [request.documents[0].size], 512) // 2
    assert estimate(shapley, plain, 512) == alone + sets
    assert estimate(spans, plain, 512) > 2 * alone


def test_the_estimate_is_bounded_by_what_the_model_reads() -> None:
    assert estimate_tokens(40, [40, 10**6], max_tokens=512) == 23 + 512
