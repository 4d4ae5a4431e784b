"""The first stage's search bodies for either search engine; pure."""

from es_integration.cluster.procedure import Body
from es_integration.search.options import Knn
from es_integration.search.page import Page
from es_integration.search.source import SourceFilter
from mappings import SearchEngine

OTHER_FIRST_STAGES = ("knn", "retriever")
"""Elasticsearch's alternatives to `query`; a filter belongs inside them."""
PER_HIT = (
    "docvalue_fields",
    "explain",
    "ext",
    "fields",
    "indices_boost",
    "post_filter",
    "runtime_mappings",
    "script_fields",
    "seq_no_primary_term",
    "stored_fields",
    "timeout",
    "version",
)
"""The keys that the vector search of a hybrid search takes over from the caller's body: what a hit
shows, and which hits are allowed. Aggregations, suggestions and the total come from the query."""


def query_body(body: Body, filter: Body | None) -> Body:
    """The caller's own search, within the filter.

    Raises ValueError for a filter when the body has no query to put it on.
    """
    if filter is None:
        return body
    if other := next((key for key in OTHER_FIRST_STAGES if key in body), None):
        raise ValueError(f"filter: put it into the body's `{other}`")
    query = body.get("query", {"match_all": {}})
    return {**body, "query": {"bool": {"must": [query], "filter": [filter]}}}


def knn_body(
    search_engine: SearchEngine, body: Body, knn: Knn, k: int, filter: Body | None
) -> Body:
    """The caller's search with the k nearest neighbours as its hits."""
    filters = [clause for clause in (knn.filter, filter) if clause is not None]
    combined = filters[0] if len(filters) == 1 else {"bool": {"filter": filters}}
    clause: Body = {"k": k, **({"filter": combined} if filters else {})}
    assert knn.vector is not None, "the text has its vector by now"
    vector = list(knn.vector)
    if search_engine is SearchEngine.OPENSEARCH:
        first_stage: Body = {"query": {"knn": {knn.field: {"vector": vector, **clause}}}}
    else:
        if knn.num_candidates is not None:
            clause["num_candidates"] = max(knn.num_candidates, k)
        first_stage = {"knn": {"field": knn.field, "query_vector": vector, **clause}}
    rest = {key: value for key, value in body.items() if key not in ("query", "knn")}
    return {**rest, **first_stage}


def either_body(
    search_engine: SearchEngine, body: Body, knn: Knn, k: int, filter: Body | None
) -> Body:
    """The caller's search with what its query finds and the k nearest neighbours, in one list.

    Their order must be the caller's `sort`: the scores of the two do not compare. Raises
    ValueError for a filter when the body has no query to put it on.
    """
    if "query" not in body and "retriever" not in body:
        return knn_body(search_engine, body, knn, k, filter)
    by_query = query_body(body, filter)
    neighbours = knn_body(search_engine, {}, knn, k, filter)
    if search_engine is SearchEngine.ELASTICSEARCH:
        return {**by_query, **neighbours}
    return {**by_query, "query": {"bool": {"should": [by_query["query"], neighbours["query"]]}}}


def per_hit_body(body: Body) -> Body:
    """The part of the caller's body that the vector search of a hybrid search takes over.

    Raises ValueError for `collapse`: its hits cannot be told apart by their IDs.
    """
    if "collapse" in body:
        raise ValueError("collapse: not with a query and kNN at once")
    per_hit = {key: body[key] for key in PER_HIT if key in body}
    if "highlight" in body:
        # A hit that only its vector found has no query of its own to highlight.
        query = body.get("query")
        highlight_query = {"highlight_query": query} if query else {}
        per_hit["highlight"] = {**highlight_query, **body["highlight"]}
    return per_hit


def page_body(body: Body, page: Page, source: SourceFilter) -> Body:
    """The search for the hits of that page, with the parts of their source that are needed."""
    paged = {**body, "from": page.start, "size": page.size}
    if "_source" in body or source != SourceFilter():
        paged["_source"] = source.body()
    return paged
