"""The conversation of a two-stage search: the cluster first, then the sidecar.

    with SyncSidecarClient("http://127.0.0.1:8080") as sidecar:
        answer = two_stage_search(
            Elasticsearch(url), sidecar, "red shoes",
            index="products",
            body={"query": {"match": {"title": "red shoes"}}, "size": 20},
            rerank=Rerank(fields=("title", "brand"), profile="ecommerce"),
        )
    answer["rerank"]   # {"reranked": True, "hits": 50}

The answer is the engine's own with the hits in the new order; `page` says what is new in it. When
the sidecar fails or is late it is the first stage's, and `answer["rerank"]["reason"]` says why.
What the cluster refuses is raised as the client raises it.
"""

from dataclasses import dataclass
from typing import Any

from es_integration.cluster.procedure import Procedure, run, run_async
from es_integration.errors import ClusterRefused
from es_integration.search.bodies import (
    Engine,
    beside_query,
    engine_of,
    fetching,
    knn_body,
    query_body,
)
from es_integration.search.fusion import fused
from es_integration.search.options import Body, Knn, Rerank
from es_integration.search.page import Page, reranked, unchanged, whole
from es_integration.search.source import SourceFilter, document
from es_integration.sidecar_client.async_client import Ranking, SidecarClient
from es_integration.sidecar_client.sync_client import SyncSidecarClient


def two_stage_search(
    client: Any,
    sidecar: SyncSidecarClient,
    text: str,
    *,
    rerank: Rerank,
    index: str | None = None,
    body: Body | None = None,
    knn: Knn | None = None,
    filter: Body | None = None,
    **params: Any,
) -> Body:
    """The answer of `Elasticsearch` or `OpenSearch` with its hits reranked for `text`.

    `body` is a search as the engine takes it, `knn` the nearest vectors in place of its query or,
    where it has one, beside it, fused. `filter` holds for both. `params` go to the engine
    (routing, preference, ...). Raises what the client raises, ClusterRefused where one of two
    fused searches fails, ValueError for a body that cannot be reranked.
    """
    search = _Search(text, rerank, index, dict(body or {}), knn, filter, params)
    return run(_Edge(client, sidecar), _two_stages(search, client))


async def two_stage_search_async(
    client: Any,
    sidecar: SidecarClient,
    text: str,
    *,
    rerank: Rerank,
    index: str | None = None,
    body: Body | None = None,
    knn: Knn | None = None,
    filter: Body | None = None,
    **params: Any,
) -> Body:
    """As `two_stage_search`, for `AsyncElasticsearch` or `AsyncOpenSearch` and SidecarClient."""
    search = _Search(text, rerank, index, dict(body or {}), knn, filter, params)
    return await run_async(_Edge(client, sidecar), _two_stages(search, client))


@dataclass(frozen=True, slots=True)
class _Edge:
    """Who is asked: both sync, or both async."""

    cluster: Any
    sidecar: Any


@dataclass(frozen=True, slots=True)
class _Search:
    text: str
    rerank: Rerank
    index: str | None
    body: Body
    knn: Knn | None
    filter: Body | None
    params: dict[str, Any]

    @property
    def target(self) -> dict[str, Any]:
        """Which indices; a point in time has them in the body."""
        return {} if self.index is None else {"index": self.index}


def _two_stages(search: _Search, client: Any) -> Procedure[Body]:
    rerank, window = search.rerank, search.rerank.window
    page = Page.of(search.body, search.params)
    span = page.span(window, window_only=search.knn is not None)
    shown = SourceFilter.of(search.body.get("_source"))
    fetched = shown.with_fields(rerank.fields)
    answer = yield from _first_stage(search, client, span, fetched)
    head = answer["hits"]["hits"][: max(0, window - span.start)]
    documents = [_document(hit, rerank) for hit in head]
    if fetched != shown:
        answer = _showing(answer, shown)
    if reason := _why_not(search.text, page, answer["hits"]["hits"], documents, window):
        return unchanged(answer, page, span, reason)
    options = rerank.options()
    ranking: Ranking = yield lambda edge: edge.sidecar.rerank_or_keep(
        search.text, documents, **options
    )
    ranking = whole(ranking, len(head))
    if ranking.scores is None:
        return unchanged(answer, page, span, ranking.reason or "no reason given")
    return reranked(answer, page, span, window, ranking)


def _why_not(
    text: str, page: Page, hits: list[Body], documents: list[Body], window: int
) -> str | None:
    """Why there is nothing to rerank, or None."""
    if page.size == 0:
        return "size is 0"
    if page.start >= window:
        return f"the page begins behind the window of {window} hits"
    if page.start >= len(hits):
        return "no hits"
    if not text.strip():
        return "the text is empty"
    if not any(documents):
        return "no hit has any of the fields"
    return None


def _first_stage(search: _Search, client: Any, span: Page, source: SourceFilter) -> Procedure[Body]:
    body, knn, window = search.body, search.knn, search.rerank.window
    if knn is None:
        wanted = query_body(body, search.filter)
    elif "knn" in body:
        raise ValueError("knn: it is in the body already")
    elif "query" not in body and "retriever" not in body:
        wanted = knn_body(engine_of(client), body, knn, window, search.filter)
    else:
        return (yield from _both(search, knn, engine_of(client), span, source))
    wanted = fetching(wanted, span, source)
    answer = yield lambda edge: edge.cluster.search(body=wanted, **search.target, **search.params)
    return _plain(answer)


def _both(
    search: _Search, knn: Knn, engine: Engine, span: Page, source: SourceFilter
) -> Procedure[Body]:
    """In one request, so that the cluster runs them side by side."""
    window = search.rerank.window
    header = {**search.target, **search.params}
    by_query = query_body(search.body, search.filter)
    by_vector = knn_body(engine, beside_query(search.body), knn, window, search.filter)
    lines = [
        line for each in (by_query, by_vector) for line in (header, fetching(each, span, source))
    ]
    name = "body" if engine is Engine.OPENSEARCH else "searches"
    answer = yield lambda edge: edge.cluster.msearch(**{name: lines})
    answers: list[Body] = answer["responses"]
    for each in answers:
        if "error" in each:
            raise ClusterRefused(f"the first stage failed: {each['error']}", each.get("status", 0))
    return fused(answers[0], answers[1], window)


def _document(hit: Body, rerank: Rerank) -> Body:
    found = document(hit, rerank.fields)
    if found and rerank.score_field is not None and hit.get("_score") is not None:
        found[rerank.score_field] = hit["_score"]
    return found


def _showing(answer: Body, shown: SourceFilter) -> Body:
    """The answer with the `_source` that the caller asked for."""
    hits = [_shown(hit, shown) for hit in answer["hits"]["hits"]]
    return {**answer, "hits": {**answer["hits"], "hits": hits}}


def _shown(hit: Body, shown: SourceFilter) -> Body:
    if "_source" not in hit:
        return hit
    if shown.off:
        return {key: value for key, value in hit.items() if key != "_source"}
    return {**hit, "_source": shown.apply(hit["_source"])}


def _plain(answer: Any) -> Body:
    """The JSON of an answer; elasticsearch-py wraps it."""
    return dict(getattr(answer, "body", answer))
