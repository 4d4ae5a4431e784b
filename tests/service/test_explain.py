"""An explanation adds up to the score that was given, on every route that can carry one."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sidecar.calibration import sigmoid
from sidecar.runtime.families import logits
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.runs import batch
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http_client import post
from tests.service.explanations import explained, part

ROUTES = (
    *("/v2/rerank", "/v1/rerank", "/rerank", "/opensearch/rerank", "/elasticsearch/rerank"),
    *("/opensearch/ecommerce/rerank", "/elasticsearch/ecommerce/rerank"),
)
QUERY = "red running shoes size 42 under $80"
SHOES: list[Any] = [
    {"title": "Running shoe, red", "brand": "Nike", "color": "red", "price": 129.0},
    {"title": "Road shoe", "size": "EU 42", "color": "red", "price": 74.5, "rating": 4.5},
    {"title": "Red running shoe", "price": 49.0, "in_stock": False, "popularity": 1200},
    "Red shoes for running on the road.",
    {},
]
TOLERANCE = 1e-6


@pytest.mark.parametrize("path", ROUTES)
def test_the_parts_add_up_to_the_logit_of_the_score(server: SidecarProcess, path: str) -> None:
    body = {"query": QUERY, "documents": SHOES, "profile": "ecommerce", "explain": True}
    answer = post(server, path, body).body
    assert len(answer["explanations"]) == len(SHOES)
    for item, entry in zip(answer["results"], answer["explanations"], strict=True):
        assert set(item) == {"index", "relevance_score"}, "nothing of ours inside an item"
        assert item["index"] == entry["index"]
        assert item["relevance_score"] == pytest.approx(entry["score"], abs=TOLERANCE)
        assert entry["score"] == pytest.approx(sigmoid(entry["logit"]), abs=TOLERANCE)
        total = math.fsum(one["value"] for one in entry["parts"])
        assert total == pytest.approx(entry["logit"], abs=TOLERANCE)
        assert entry["parts"][0] == {
            "name": "passage",
            "kind": "model",
            "value": entry["parts"][0]["value"],
        }
        assert not entry["truncated"]
        assert entry["evidence"] is None


@pytest.mark.parametrize("path", ROUTES)
def test_without_explain_there_is_no_such_key(server: SidecarProcess, path: str) -> None:
    explained_body, plain_body = (
        post(server, path, {"query": QUERY, "documents": SHOES, **keys}).body
        for keys in ({"explain": True}, {})
    )
    assert set(explained_body) - set(plain_body) == {"explanations"}
    assert explained_body["results"] == plain_body["results"]


@pytest.mark.parametrize("path", ["/rerank", "/elasticsearch/rerank"])
def test_a_bare_array_has_no_room_and_stays_as_it_is(server: SidecarProcess, path: str) -> None:
    body = {"query": QUERY, "texts": ["Red shoes", "Blue socks"]}
    plain = post(server, path, body)
    assert post(server, path, {**body, "explain": True, "shapley": 1}).body == plain.body
    assert all(set(item) == {"index", "score"} for item in plain.body)


def test_parts_and_rules_are_named(server: SidecarProcess) -> None:
    dear, right, sold_out, text, empty = explained(server, QUERY, SHOES, profile="ecommerce")
    assert part(dear, "signal", "price") == -1.0
    assert part(right, "signal", "price") == 1.0
    assert part(right, "signal", "size") == 0.6
    assert part(right, "signal", "color") == 0.5
    assert part(sold_out, "rule", "out_of_stock") == -1.5
    assert [e["rules"] for e in (dear, right, sold_out)] == [[], [], ["out_of_stock"]]
    for entry in (text, empty):
        assert [item["kind"] for item in entry["parts"]] == ["model"]


def test_only_what_is_answered_is_explained(server: SidecarProcess) -> None:
    body = {"query": QUERY, "documents": SHOES, "top_n": 2, "raw_scores": True, "explain": True}
    answer = post(server, "/v2/rerank", body).body
    for item, entry in zip(answer["results"], answer["explanations"], strict=True):
        assert item["index"] == entry["index"]
        assert item["relevance_score"] == pytest.approx(entry["logit"], abs=1e-5)


def test_an_opensearch_answer_is_ascii_whatever_the_fields_are_called(
    server: SidecarProcess,
) -> None:
    """ml-commons decodes each network chunk by itself."""
    documents = [{"título": "zapato rojo", "颜色": "红", "😀": "rot"}]
    weights = {"título": 2, "颜色": 1, "😀": 1}
    body = {"query": "zapato 红 rot", "documents": documents, "fields": weights, "explain": True}
    answer = post(server, "/opensearch/rerank", body)
    assert answer.raw.isascii()
    (entry,) = answer.body["explanations"]
    assert {item["name"] for item in entry["parts"]} == {"passage", *weights}


def test_shapley_values_share_the_passage_out(
    server: SidecarProcess, tokenizer: PairTokenizer, int8: OnnxSession, manifest: Manifest
) -> None:
    """Their sum is what the model gives the whole passage beyond an empty one."""
    entries = explained(server, QUERY, SHOES, profile="ecommerce", shapley=4)
    nothing = without_fields(QUERY, tokenizer, int8, manifest)
    best = sorted(entries, key=lambda entry: -entry["logit"])[:4]
    with_shapley = [entry for entry in entries if "shapley" in entry]
    assert {e["index"] for e in with_shapley} == {
        e["index"] for e in best if e["index"] in (0, 1, 2)
    }
    assert len(with_shapley) >= 2
    for entry in with_shapley:
        fields = {"title", "brand", "color", "size"} & set(SHOES[entry["index"]])
        assert set(entry["shapley"]) == fields, "what the passage has; signals are parts already"
        gain = math.fsum(entry["shapley"].values())
        assert gain == pytest.approx(part(entry, "model") - nothing, abs=1e-4)


def test_what_holds_nothing_is_explained_too(server: SidecarProcess) -> None:
    """And never climbs above a document that holds something."""
    nothing: list[Any] = [{}, "", " \n", {"title": ""}, {"title": None, "price": 20}]
    for profile in ("plain", "ecommerce"):
        entries = explained(server, QUERY, ["Garden hose", *nothing], profile=profile, shapley=6)
        assert all(entry["logit"] < entries[0]["logit"] for entry in entries[1:4])
        for entry in entries:
            assert math.fsum(p["value"] for p in entry["parts"]) == pytest.approx(entry["logit"])
    for documents in (nothing[:1], nothing[:3]):
        assert len(explained(server, QUERY, documents, shapley=True)) == len(documents)


def test_shapley_values_come_for_the_best_three_and_not_for_text(server: SidecarProcess) -> None:
    documents = [{"title": f"Shoe {n}", "brand": "Acme"} for n in range(5)]
    entries = explained(server, QUERY, documents, shapley=True)
    best = sorted(entries, key=lambda entry: -entry["logit"])[:3]
    assert {e["index"] for e in entries if "shapley" in e} == {e["index"] for e in best}
    (text,) = explained(server, QUERY, ["Red shoes"], shapley=True)
    assert "shapley" not in text


def test_of_many_fields_the_heaviest_eight_take_part(server: SidecarProcess) -> None:
    document = {f"field{n:02}": f"word {n} of shoes" for n in range(11)}
    weights = {name: 20 - n for n, name in enumerate(document)}
    (entry,) = explained(server, QUERY, [document], fields=weights, shapley=1)
    assert list(entry["shapley"]) == list(document)[:8]
    rest = {name: document[name] for name in list(document)[8:]}
    (lighter,) = explained(server, QUERY, [rest], fields=weights)
    gain = part(entry, "model") - part(lighter, "model")
    assert math.fsum(entry["shapley"].values()) == pytest.approx(gain, abs=1e-4)


LONG = {
    "title": "Acme trail shoe",
    "brand": "Acme",
    "color": "red",
    "description": "A word on the maker and its long history. " * 150
    + "These red running shoes come in size 42. "
    + "The box may be returned within a year. " * 150,
}


def without_fields(
    query: str, tokenizer: PairTokenizer, int8: OnnxSession, manifest: Manifest
) -> float:
    """What the model gives the query beside nothing."""
    empty = batch([tokenizer.pair(tokenizer.query(query), ())], manifest.padding, tokenizer.pad_id)
    return manifest.calibration.calibrated(float(logits(int8.run(empty))[0]))


@pytest.mark.parametrize("keys", [{}, {"long": {"aggregate": "first"}}])
def test_shapley_values_of_a_long_document_are_of_its_best_window(
    server: SidecarProcess,
    tokenizer: PairTokenizer,
    int8: OnnxSession,
    manifest: Manifest,
    keys: dict[str, Any],
) -> None:
    """They share out the logit of that window, which is the document's; the answer says so."""
    body = {"query": QUERY, "documents": [LONG, SHOES[0]], "profile": "ecommerce", "shapley": 2}
    answer = post(server, "/v2/rerank", {**body, **keys}).body
    warning = "Shapley values of long documents are of their best window alone: 0"
    assert warning in answer["meta"]["warnings"]
    (entry,) = (entry for entry in answer["explanations"] if entry["index"] == 0)
    assert entry["evidence"]["field"] == "description"
    assert set(entry["shapley"]) == set(LONG)
    nothing = without_fields(QUERY, tokenizer, int8, manifest)
    gain = math.fsum(entry["shapley"].values())
    assert gain == pytest.approx(part(entry, "model") - nothing, abs=1e-4)
    if not keys:
        words = LONG["description"][entry["evidence"]["start"] : entry["evidence"]["end"]]
        assert "These red running shoes" in words


def test_shapley_values_of_a_document_that_was_cut_share_out_what_was_read(
    server: SidecarProcess, tokenizer: PairTokenizer, int8: OnnxSession, manifest: Manifest
) -> None:
    body = {"query": QUERY, "documents": [LONG], "profile": "ecommerce", "shapley": 1}
    answer = post(server, "/v2/rerank", {**body, "max_tokens_per_doc": 40}).body
    (entry,) = answer["explanations"]
    assert entry["truncated"]
    assert not any("Shapley" in warning for warning in answer["meta"]["warnings"])
    nothing = without_fields(QUERY, tokenizer, int8, manifest)
    gain = math.fsum(entry["shapley"].values())
    assert gain == pytest.approx(part(entry, "model") - nothing, abs=1e-4)


def test_a_long_text_without_fields_has_no_shapley_values_and_no_warning(
    server: SidecarProcess,
) -> None:
    body = {"query": QUERY, "documents": [LONG["description"]], "shapley": 1}
    answer = post(server, "/v2/rerank", body).body
    assert "shapley" not in answer["explanations"][0]
    assert not any("Shapley" in warning for warning in answer["meta"].get("warnings", []))


MIXED = """
name: mixed
fields:
  title: {}
  reviews: {weight: 0.5, score: alone}
  vector: {weight: 0}
  price: {weight: 0}
  _score: {weight: 0}
  risk: {weight: 0}
signals:
  image: {kind: cosine, field: vector, vector: image, weight: 0.5}
  budget: {kind: decay, field: price, function: linear, origin: context.budget, scale: 50}
  first_stage: {kind: first_stage, pivot: 10, weight: 3, cap: 1}
  risk: {kind: table, field: risk, table: {high: -1, low: 0.5}}
"""
MIXED_DOCUMENTS: list[dict[str, Any]] = [
    {"title": "Red shoe", "reviews": "Runs well in rain.", "vector": [1, 0], "risk": "HIGH"},
    {"title": "Red shoe", "price": "80", "_score": 10, "vector": [0, -2]},
    {"reviews": "Good for running.", "price": 55, "_score": 1},
]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SidecarProcess]:
    """A server with a profile of its own."""
    folder: Path = tmp_path_factory.mktemp("profiles")
    (folder / "mixed.yaml").write_text(MIXED)
    with SidecarProcess({"profiles": folder}) as process:
        yield process


def test_a_profile_of_ones_own_and_what_a_search_sends_for_it(mixed: SidecarProcess) -> None:
    context = {"vectors": {"image": [3, 0]}, "budget": 55}
    both, title, reviews = explained(
        mixed, "running shoes", MIXED_DOCUMENTS, profile="mixed", context=context, shapley=3
    )
    assert part(both, "signal", "image") == pytest.approx(0.5)
    assert part(both, "signal", "risk") == -1
    assert part(title, "signal", "image") == pytest.approx(0.0)
    assert part(title, "signal", "budget") == pytest.approx(0.75)
    assert part(title, "signal", "first_stage") == 1, "3 * 0.5, held by the cap"
    assert part(reviews, "signal", "budget") == 1
    assert part(reviews, "signal", "first_stage") == pytest.approx(3 / 11)
    for entry in (both, title, reviews):
        total = math.fsum(one["value"] for one in entry["parts"])
        assert total == pytest.approx(entry["logit"], abs=TOLERANCE)


def test_a_field_alone_is_a_pair_of_its_own(mixed: SidecarProcess) -> None:
    """The model's part is the weighted mean; where one is missing, the other counts whole."""
    entries = explained(mixed, "running shoes", MIXED_DOCUMENTS, profile="mixed")
    both, title, reviews = ({p["name"]: p["value"] for p in e["parts"]} for e in entries)
    of_reviews, of_title = explained(
        mixed,
        "running shoes",
        [{"reviews": MIXED_DOCUMENTS[0]["reviews"]}, {"title": "Red shoe"}],
        profile="mixed",
    )
    assert both["passage"] == pytest.approx(part(of_title, "model") / 1.5, abs=1e-4)
    assert both["reviews"] == pytest.approx(part(of_reviews, "model") * 0.5 / 1.5, abs=1e-4)
    assert "reviews" not in title
    assert "passage" not in reviews
