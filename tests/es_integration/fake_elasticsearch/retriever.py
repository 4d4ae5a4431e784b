"""The text_similarity_reranker: its own checks, the texts that it sends, the page that it makes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tests.es_integration.fake_elasticsearch.errors import ElasticsearchError, bad_argument
from tests.es_integration.fake_elasticsearch.hits import Hit, Hits
from tests.es_integration.fake_elasticsearch.scores import normalised

NAME = "text_similarity_reranker"
DEFAULT_WINDOW = 10
_REQUIRED = ("retriever", "field", "inference_text")
_OPTIONAL = (
    "inference_id",
    "rank_window_size",
    "min_score",
    "filter",
    "allow_rerank_failures",
    "_name",
)

Body = dict[str, Any]
Infer = Callable[[str, str, Sequence[str], int], list[np.float32]]
"""(endpoint, query, texts, window) -> a score for each text."""


def search(index: str, body: Body, hits: Hits, infer: Infer) -> Body:
    """The answer to a search by this retriever. Raises ElasticsearchError."""
    spec = body["retriever"][NAME]
    window, start, size = _checked(spec, body)
    inner = {name: value for name, value in body.items() if name not in ("retriever", "from")}
    page = hits.retrieve(index, spec["retriever"], {**inner, "size": window}, spec["field"])
    try:
        ranked = _rerank(page.hits, spec, window, infer)
    except ElasticsearchError as error:
        if not spec.get("allow_rerank_failures"):
            raise _failed(spec["retriever"], error) from error
        ranked = [(hit.score, hit) for hit in page.hits]
    page_hits = [{**hit.shown, "_score": score} for score, hit in ranked[start : start + size]]
    answer_hits = dict(page.answer["hits"])
    answer_hits |= {"max_score": ranked[0][0] if ranked else None, "hits": page_hits}
    return {**page.answer, "hits": answer_hits}


def _checked(spec: Mapping[str, Any], body: Mapping[str, Any]) -> tuple[int, int, int]:
    for name in _REQUIRED:
        if name not in spec:
            raise ElasticsearchError(400, "parsing_exception", f"Required [{name}]")
    if strange := [name for name in spec if name not in _REQUIRED + _OPTIONAL]:
        raise ElasticsearchError(
            400, "x_content_parse_exception", f"[{NAME}] unknown field [{strange[0]}]"
        )
    window = spec.get("rank_window_size", DEFAULT_WINDOW)
    start, size = body.get("from", 0), body.get("size", 10)
    if size > window:
        raise bad_argument(
            f"[{NAME}] requires [rank_window_size: {window}] be greater than or equal to "
            f"[size: {size}]"
        )
    return window, start, size


def _rerank(
    hits: Sequence[Hit], spec: Mapping[str, Any], window: int, infer: Infer
) -> list[tuple[float, Hit]]:
    """(new score, hit), best first. Hits are sent by shard and Lucene's number, not by rank, and
    those without the field not at all: they drop out, unless no hit has it."""
    sent = sorted((hit for hit in hits if hit.text is not None), key=_place)
    if not sent:
        return [(hit.score, hit) for hit in hits]
    endpoint = spec.get("inference_id", ".rerank-v1-elasticsearch")
    texts = [hit.text or "" for hit in sent]
    raw = infer(endpoint, spec["inference_text"], texts, window)
    min_score = spec.get("min_score")
    ranked = [
        (float(normalised(score)), hit)
        for score, hit in zip(raw, sent, strict=True)
        if min_score is None or score >= np.float32(min_score)
    ]
    return sorted(ranked, key=lambda item: (-item[0], *_place(item[1])))


def _place(hit: Hit) -> tuple[int, int]:
    return hit.shard, hit.doc


def _failed(retriever: Mapping[str, Any], error: ElasticsearchError) -> ElasticsearchError:
    names = ", ".join(retriever)
    phase = ElasticsearchError(
        error.status,
        "search_phase_execution_exception",
        "Computing updated ranks for results failed",
        error,
    )
    return ElasticsearchError(
        error.status,
        "status_exception",
        f"[{NAME}] search failed - retrievers '[{names}]' returned errors. All failures are "
        "attached as suppressed exceptions.",
        suppressed=(phase,),
    )
