"""The first stage: what the cluster finds, by query, by vectors, or by both."""

from dataclasses import dataclass
from typing import Any

from es_integration.cluster.procedure import Body, Procedure
from es_integration.cluster.search_engine import search_engine_of
from es_integration.errors import ClusterRefused
from es_integration.search.bodies import (
    either_body,
    knn_body,
    page_body,
    per_hit_body,
    query_body,
)
from es_integration.search.fusion import fuse
from es_integration.search.options import Knn, Rerank
from es_integration.search.page import Page
from es_integration.search.source import SourceFilter
from mappings import SearchEngine


@dataclass(frozen=True, slots=True)
class Search:
    """The arguments of a two-stage search."""

    text: str
    rerank: Rerank
    index: str | None
    body: Body
    knn: Knn | None
    filter: Body | None
    params: dict[str, Any]

    @property
    def target(self) -> dict[str, Any]:
        """The indices to search; with a point in time they are in the body."""
        return {} if self.index is None else {"index": self.index}


def own_search(search: Search, client: Any) -> Procedure[Body]:
    """The caller's own search, pages included: nothing is reranked, so no window is needed."""
    body, knn = query_body(search.body, search.filter), search.knn
    if knn is not None:
        search_engine, window = search_engine_of(client), search.rerank.window
        body = either_body(search_engine, search.body, knn, window, search.filter)
    answer = yield lambda clients: clients.cluster.search(
        body=body, **search.target, **search.params
    )
    return _as_dict(answer)


def first_stage(search: Search, client: Any, page: Page, source: SourceFilter) -> Procedure[Body]:
    """The hits of the page with these parts of their sources, as the cluster answers them.

    Raises what the client raises, and ClusterRefused when one of two fused searches fails.
    """
    body, knn, rank_window = search.body, search.knn, search.rerank.window
    if knn is None:
        body = query_body(body, search.filter)
    elif "query" not in body and "retriever" not in body:
        body = knn_body(search_engine_of(client), body, knn, rank_window, search.filter)
    else:
        return (yield from _hybrid(search, knn, search_engine_of(client), page, source))
    body = page_body(body, page, source)
    answer = yield lambda clients: clients.cluster.search(
        body=body, **search.target, **search.params
    )
    return _as_dict(answer)


def _hybrid(
    search: Search, knn: Knn, search_engine: SearchEngine, page: Page, source: SourceFilter
) -> Procedure[Body]:
    """Query and vectors in one request, so that the cluster runs both at the same time."""
    rank_window = search.rerank.window
    header = {**search.target, **search.params}
    per_hit = per_hit_body(search.body)
    bodies = (
        query_body(search.body, search.filter),
        knn_body(search_engine, per_hit, knn, rank_window, search.filter),
    )
    lines = [line for body in bodies for line in (header, page_body(body, page, source))]
    argument = "body" if search_engine is SearchEngine.OPENSEARCH else "searches"
    answer = yield lambda clients: clients.cluster.msearch(**{argument: lines})
    query_answer, knn_answer = answer["responses"]
    for response in (query_answer, knn_answer):
        if "error" in response:
            raise ClusterRefused(
                f"the first stage failed: {response['error']}", response.get("status", 0)
            )
    return fuse(query_answer, knn_answer, rank_window)


def _as_dict(answer: Any) -> Body:
    """The JSON of an answer; elasticsearch-py wraps it in an object."""
    return dict(getattr(answer, "body", answer))
