"""Searches that use the endpoint: the body with the retriever, and the ES|QL query.

    client.search(index="products", **retriever_search({"match": {"title": "red shoes"}},
                  "red shoes", inference_id="rerank-sidecar-ecommerce"))

Both need the licence that the endpoint needs. The retriever sends one text per hit: the first value
of `field`. So all fields are in one string, `rerank_doc`, which the ingest pipelines of `mappings`
write. ES|QL (9.2+) can name several fields.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from es_integration.cluster.procedure import Body

DOCUMENT_FIELD = "rerank_doc"
_RETRIEVERS = ("standard", "rrf", "linear")
"""Retrievers whose names are not also names of queries; {"knn": ...} is read as a query."""
_COLUMN = re.compile(r"[A-Za-z_@][\w@.]*")


def retriever_search(
    query: Mapping[str, Any],
    query_text: str,
    *,
    inference_id: str,
    field: str = DOCUMENT_FIELD,
    window: int = 50,
    size: int = 10,
) -> Body:
    """The search body that retrieves `window` hits by `query` and reranks them; `size` come back.

    `query` is a query, kNN included, or a retriever: {"standard": ...}, "rrf" or "linear".
    `window` is Elasticsearch's rank_window_size. When the sidecar fails, the hits keep their
    first-stage order (allow_rerank_failures, 8.19+). There is no min_score: versions of
    Elasticsearch compare it with different scores.

    Raises ValueError when `size` is larger than `window`.
    """
    _check_size(size, window)
    rerank = {
        "retriever": _retriever(query),
        "field": field,
        "inference_id": inference_id,
        "inference_text": query_text,
        "rank_window_size": window,
        "allow_rerank_failures": True,
    }
    return {"retriever": {"text_similarity_reranker": rerank}, "size": size}


def hybrid_retriever(
    query: Mapping[str, Any], field: str, query_text: str, inference_id: str, *, window: int = 50
) -> Body:
    """The retriever for what a query finds and what is near to its text, fused by rank (rrf).

    `inference_id` is the endpoint that makes the text's vector; `field` a `dense_vector`.
    """
    vector = {"text_embedding": {"model_id": inference_id, "model_text": query_text}}
    knn = {
        "field": field,
        "query_vector_builder": vector,
        "k": window,
        "num_candidates": 2 * window,
    }
    retrievers = [{"standard": {"query": dict(query)}}, {"knn": knn}]
    return {"rrf": {"retrievers": retrievers, "rank_window_size": window}}


def esql_rerank(
    source: str,
    query_text: str,
    *,
    inference_id: str,
    fields: Sequence[str] = (DOCUMENT_FIELD,),
    window: int = 50,
    size: int = 10,
) -> str:
    """The ES|QL query (9.2+) that reranks the `window` best rows of `source`; `size` come back.

    `source` is the first part of the query and must have `_score`:
    `FROM products METADATA _score | WHERE MATCH(title, "shoes")`. 9.2 and 9.3 send several
    fields of a row as one YAML text with their names, which the sidecar reads as fields. 9.4 sends
    each value alone and keeps the best score, so there name only `rerank_doc`. The query fails
    when the sidecar fails.

    Raises ValueError for a name that is no column, and when `size` is larger than `window`.
    """
    _check_size(size, window)
    if not fields or not all(_COLUMN.fullmatch(name) for name in fields):
        raise ValueError(f"no columns: {list(fields)}")
    lines = (
        source.rstrip().rstrip("|").rstrip(),
        "SORT _score DESC",
        f"LIMIT {window}",
        f"RERANK rerank_score = {_quoted(query_text)} ON {', '.join(fields)}"
        f' WITH {{ "inference_id" : {_quoted(inference_id)} }}',
        "SORT rerank_score DESC",
        f"LIMIT {size}",
    )
    return "\n| ".join(lines)


def _check_size(size: int, window: int) -> None:
    if not 1 <= size <= window:
        raise ValueError(f"size must be between 1 and the window of {window}, not {size}")


def _retriever(query: Mapping[str, Any]) -> Body:
    if len(query) == 1 and next(iter(query)) in _RETRIEVERS:
        return dict(query)
    return {"standard": {"query": dict(query)}}


def _quoted(text: str) -> str:
    """An ES|QL string literal. The language has no other escapes."""
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(escapes.get(character, character) for character in text) + '"'
