"""What either engine is sent for the first stage. Pure."""

from enum import StrEnum
from typing import Any

from es_integration.search.options import Body, Knn
from es_integration.search.page import Page
from es_integration.search.source import SourceFilter

BESIDE_QUERY = ("knn", "retriever")
"""Elasticsearch's other places for a first stage, in which a filter has another place too."""
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
"""The keys that a search for vectors beside a query takes over: what a hit shows, and which hits
may be. Aggregations, suggestions and the total are the query's."""


class Engine(StrEnum):
    ELASTICSEARCH = "elasticsearch"
    OPENSEARCH = "opensearch"


def engine_of(client: Any) -> Engine:
    """Whose client it is. Raises TypeError for anything but the two official ones."""
    for kind in type(client).__mro__:
        package = kind.__module__.partition(".")[0]
        if package == "opensearchpy":
            return Engine.OPENSEARCH
        if package in ("elasticsearch", "elasticsearch8", "elasticsearch9"):
            return Engine.ELASTICSEARCH
    raise TypeError(f"{type(client).__name__} is no client of elasticsearch-py or opensearch-py")


def query_body(body: Body, filter: Body | None) -> Body:
    """The caller's own search, within the filter. Raises ValueError for a filter
    where the body has no query to put it on."""
    if filter is None:
        return body
    if named := next((key for key in BESIDE_QUERY if key in body), None):
        raise ValueError(f"filter: put it into the body's `{named}`")
    query = body.get("query", {"match_all": {}})
    return {**body, "query": {"bool": {"must": [query], "filter": [filter]}}}


def knn_body(engine: Engine, body: Body, knn: Knn, k: int, filter: Body | None) -> Body:
    """The caller's search with the k nearest as its hits."""
    filters = [each for each in (knn.filter, filter) if each is not None]
    within = filters[0] if len(filters) == 1 else {"bool": {"filter": filters}}
    clause: Body = {"k": k, **({"filter": within} if filters else {})}
    vector = list(knn.vector)
    if engine is Engine.OPENSEARCH:
        wanted: Body = {"query": {"knn": {knn.field: {"vector": vector, **clause}}}}
    else:
        if knn.num_candidates is not None:
            clause["num_candidates"] = max(knn.num_candidates, k)
        wanted = {"knn": {"field": knn.field, "query_vector": vector, **clause}}
    rest = {key: value for key, value in body.items() if key not in ("query", "knn")}
    return {**rest, **wanted}


def beside_query(body: Body) -> Body:
    """The caller's body as the search for vectors beside it takes it. Raises ValueError for a body
    whose hits cannot be told apart by their ids."""
    if "collapse" in body:
        raise ValueError("collapse: not with a query and kNN at once")
    taken = {key: body[key] for key in PER_HIT if key in body}
    if "highlight" in body:
        # A hit that only its vector found has no query's terms to highlight, unless told.
        query = body.get("query")
        told = {"highlight_query": query} if query else {}
        taken["highlight"] = {**told, **body["highlight"]}
    return taken


def fetching(body: Body, span: Page, source: SourceFilter) -> Body:
    """The search for these hits, with what of their source is needed."""
    paged = {**body, "from": span.start, "size": span.size}
    if "_source" in body or source != SourceFilter():
        paged["_source"] = source.body()
    return paged
