"""`diversify` with the shipped model: on API routes, by a profile on a search engine's, and the
reasons in the explanation."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sidecar import Reranker
from sidecar.errors import InvalidRequest
from sidecar.pipeline.diversifying import IGNORED, NOTHING_TO_COMPARE
from sidecar.request import RankResult
from sidecar.runtime.flows import ANYONE
from tests.contracts.shapes import dialect_of

QUERY = "red running shoes"
SHOES: list[dict[str, Any]] = [
    {"title": "Red running shoe", "brand": "Acme", "vector": [1.0, 0.0]},
    {"title": "Red running shoes", "brand": "ACME", "vector": [0.99, 0.01]},
    {"title": "Red running shoe, light", "brand": "Acme", "vector": [0.98, 0.02]},
    {"title": "Running shoe in red", "brand": "Nord", "vector": [0.0, 1.0]},
    {"title": "A plain sock", "brand": "Sock Co", "vector": [-1.0, 0.0]},
]
PLAIN = [{key: shoe[key] for key in ("title", "brand")} for shoe in SHOES]


@pytest.fixture(scope="module")
def reranker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reranker]:
    folder = tmp_path_factory.mktemp("profiles")
    (folder / "shop.yaml").write_text(
        "fields: {title: {weight: 1}, brand: {weight: 0, aliases: [maker]}}\n"
        "diversify: {lambda: 0.5, by: brand, top: 3}\n"
    )
    with Reranker.open(profiles=folder) as opened:
        yield opened


def order(result: RankResult) -> list[int]:
    return [each.index for each in result.ranked]


def test_the_first_results_are_unlike_and_keep_their_scores(reranker: Reranker) -> None:
    plain = reranker.rerank(QUERY, PLAIN)
    diverse = reranker.rerank(QUERY, SHOES, diversify={"lambda": 0.5, "by": "vectors", "top": 2})
    first = plain.ranked[0]
    assert diverse.ranked[0] == first
    assert order(diverse)[1] != order(plain)[1]
    assert set(diverse.ranked) == set(plain.ranked), "the model does not read the vectors"
    behind = [each.logit for each in diverse.ranked[2:]]
    assert behind == sorted(behind, reverse=True)


def test_a_lambda_of_one_and_vectors_alone_change_nothing(reranker: Reranker) -> None:
    plain = reranker.rerank(QUERY, PLAIN)
    same = reranker.rerank(QUERY, SHOES, diversify={"lambda": 1})
    assert same.ranked == plain.ranked
    assert same.warnings == ()


def test_a_field_keeps_one_result_per_value_first(reranker: Reranker) -> None:
    for diversify in ({"by": "brand"}, {"by": "field", "field": "brand"}):
        result = reranker.rerank(QUERY, SHOES, diversify={"lambda": 0.3, "top": 3, **diversify})
        brands = [SHOES[index]["brand"].lower() for index in order(result)]
        assert len(set(brands[:3])) == 3


def test_min_score_and_top_n_count_too(reranker: Reranker) -> None:
    shoes = reranker.rerank(QUERY, SHOES)
    sock = shoes.ranked[-1]
    result = reranker.rerank(
        QUERY, SHOES, diversify={"lambda": 0, "by": "brand"}, min_score=sock.score * 1.1, top_n=2
    )
    assert len(result.ranked) == 2
    assert 4 not in order(result)
    assert result.below_min_score == 1


def test_the_explanation_says_why(reranker: Reranker) -> None:
    result = reranker.rerank(
        QUERY, SHOES, diversify={"lambda": 0.5, "by": "brand", "top": 3}, explain=True
    )
    entries = [dict(each) for each in result.explanations]
    assert [entry["index"] for entry in entries] == order(result)
    first, second, third, *others = [entry.get("diversity") for entry in entries]
    assert first == {
        "marginal_relevance": pytest.approx(0.5 * result.ranked[0].score),
        "nearest": None,
        "similarity": 0,
    }
    assert isinstance(second, dict)
    assert second["nearest"] == result.ranked[0].index
    assert isinstance(third, dict)
    assert others == [None, None]


def test_a_profile_keeps_a_search_engines_hits_apart_by_their_scores(reranker: Reranker) -> None:
    """The k-th of the new order gets the k-th best score; parts add up to it."""
    alike = reranker.rerank(QUERY, SHOES, profile="shop")
    as_sent = reranker.rerank(QUERY, SHOES, profile="shop", order="input", explain=True)
    assert order(as_sent) == [0, 1, 2, 3, 4]
    by_score = sorted(as_sent.ranked, key=lambda each: -each.logit)
    assert [each.index for each in by_score] == order(alike)
    assert sorted(each.logit for each in as_sent.ranked) == sorted(
        each.logit for each in alike.ranked
    )
    explanations: list[Any] = list(as_sent.explanations)
    parts = [part for entry in explanations for part in entry["parts"]]
    moved = [part for part in parts if part["kind"] == "diversity"]
    assert moved


def test_copies_of_a_hit_are_kept_apart_by_their_scores_too(reranker: Reranker) -> None:
    copies = [{"title": "Red running shoe", "brand": "Acme"}] * 5
    other = {"title": "Running shoe", "brand": "Nord"}
    documents = [*copies, other, copies[0], {"title": "A sock", "brand": "Sock Co"}]
    found = reranker.rerank(QUERY, documents, profile="shop")
    assert order(found)[:2] == [0, 5]
    as_sent = reranker.rerank(QUERY, documents, profile="shop", order="input").ranked
    printed = {each.index: np.float32(each.score) for each in as_sent}
    assert len(set(printed.values())) == len(printed)
    assert sorted(printed, key=lambda index: -printed[index]) == order(found)


@pytest.mark.parametrize("path", ["/opensearch/rerank", "/elasticsearch/rerank"])
async def test_a_search_engines_request_has_no_say(reranker: Reranker, path: str) -> None:
    body = {"query": QUERY, "documents": PLAIN}
    asked = {**body, "documents": SHOES, "diversify": {"lambda": 0.1, "by": "vectors"}}
    results = [
        await reranker.registry.default.rank(dialect_of(path, "documents").decode(each), ANYONE)
        for each in (body, asked)
    ]
    assert results[0].ranked == results[1].ranked
    assert results[1].warnings == (IGNORED,)


def test_documents_without_the_field_are_said(reranker: Reranker) -> None:
    for documents in (PLAIN, ["a shoe", "a sock"]):
        result = reranker.rerank(QUERY, documents, diversify={"by": "vectors", "field": "v"})
        assert result.warnings == (NOTHING_TO_COMPARE,)
        assert result.ranked == reranker.rerank(QUERY, documents).ranked


def test_texts_with_vectors_score_as_texts(reranker: Reranker) -> None:
    texts = ["a red shoe", "a sock"]
    sent = [{"text": text, "vector": [1.0, 0.5 * n]} for n, text in enumerate(texts)]
    result = reranker.rerank(QUERY, sent, diversify={"by": "vectors"})
    assert set(result.ranked) == set(reranker.rerank(QUERY, texts).ranked)


@pytest.mark.parametrize(
    ("diversify", "message"),
    [
        ({"lambda": 1.1}, "$.diversify.lambda: "),
        ({"by": "field"}, "needs the name of a `field`"),
        ({"by": "brand", "field": "title"}, "is vectors or field"),
        ({"top": 0}, "$.diversify.top: "),
        ({"mu": 1}, "$.diversify.mu: "),
        ("brand", "$.diversify: "),
    ],
)
def test_faults_are_said(reranker: Reranker, diversify: Any, message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        reranker.rerank(QUERY, SHOES, diversify=diversify)
    assert message in caught.value.message


def test_a_faulty_profile_is_said(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text("diversify: {lambda: 2}\n")
    with pytest.raises(Exception, match=r"shop.yaml: diversify.lambda"):
        Reranker.open(profiles=tmp_path)
