"""The two-stage search: first the cluster, then the sidecar.

    with SyncSidecarClient("http://127.0.0.1:8080") as sidecar:
        answer = two_stage_search(
            Elasticsearch(url), sidecar, "red shoes",
            index="products",
            body={"query": {"match": {"title": "red shoes"}}, "size": 20},
            rerank=Rerank(fields=("title", "brand"), profile="ecommerce"),
        )
    answer["rerank"]   # {"reranked": True, "hits": 50}

The answer is the search engine's own with the hits in the new order; `page` says what else changes.
When the sidecar fails or is late, when the text is empty, or when the search has a `sort` of its
own, the answer keeps the first stage's order, and `answer["rerank"]["reason"]` says why. Errors of
the cluster are raised as its client raises them.
"""

from dataclasses import dataclass
from typing import Any

from es_integration.cluster.procedure import Body, Procedure, run, run_async
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
from es_integration.search.page import (
    Page,
    checked_ranking,
    empty_answer,
    first_stage_answer,
    reranked_answer,
    sorted_otherwise,
    unranked_answer,
)
from es_integration.search.source import SourceFilter, hit_document
from es_integration.sidecar_client import Ranking, SidecarClient, SyncSidecarClient
from mappings import SearchEngine


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
    """The answer of `Elasticsearch` or `OpenSearch` with its hits reranked for the query `text`.

    `body` is a search body of that search engine. `knn` searches the nearest vectors: instead of
    the body's query if it has none, else beside it, and the two result lists are fused. `filter`
    applies to both. `params` go to the search engine (routing, preference, ...).

    Raises what the client raises, ClusterRefused when one of two fused searches fails, ValueError
    for a body that cannot be reranked.
    """
    search = _Search(text, rerank, index, dict(body or {}), knn, filter, params)
    return run(_Clients(client, sidecar), _two_stages(search, client))


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
    return await run_async(_Clients(client, sidecar), _two_stages(search, client))


@dataclass(frozen=True, slots=True)
class _Clients:
    """What the procedure's calls get: both clients sync, or both async."""

    cluster: Any
    sidecar: Any


@dataclass(frozen=True, slots=True)
class _Search:
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


def _two_stages(search: _Search, client: Any) -> Procedure[Body]:
    if search.knn is not None and "knn" in search.body:
        raise ValueError("knn: it is in the body already")
    if sorted_otherwise(search.body, search.params):
        answer = yield from _sorted(search, client)
        return unranked_answer(answer, "the search has a `sort` of its own")
    rerank, rank_window = search.rerank, search.rerank.window
    page = Page.of(search.body, search.params)
    retrieved = page.first_stage(rank_window, window_only=search.knn is not None)
    requested_source = SourceFilter.of(search.body.get("_source"))
    fetched_source = requested_source.with_fields(rerank.sent_fields)
    answer = yield from _first_stage(search, client, retrieved, fetched_source)
    head = answer["hits"]["hits"][: max(0, rank_window - retrieved.start)]
    documents = [_document(hit, rerank) for hit in head]
    if fetched_source != requested_source:
        answer = _with_source(answer, requested_source)
    hits = answer["hits"]["hits"]
    if rerank.min_score is not None and page.start >= rank_window:
        why = f"the page begins behind the window of {rank_window} hits, and none there has a score"
        return empty_answer(answer, why)
    if reason := _reason_to_skip(search.text, page, hits, documents, rank_window):
        return first_stage_answer(answer, page, retrieved, reason)
    options = rerank.request_options()
    if rerank.send_ids:
        options["document_ids"] = [hit["_id"] for hit in head]
    ranking: Ranking = yield lambda clients: clients.sidecar.rerank_or_keep(
        search.text, documents, **options
    )
    ranking = checked_ranking(ranking, len(head), min_score=rerank.min_score)
    if ranking.scores is None:
        return first_stage_answer(answer, page, retrieved, ranking.reason or "no reason given")
    return reranked_answer(
        answer, page, retrieved, rank_window, ranking, min_score=rerank.min_score
    )


def _sorted(search: _Search, client: Any) -> Procedure[Body]:
    """The caller's own search, pages included: nothing is reranked, so no window is needed."""
    body, knn = query_body(search.body, search.filter), search.knn
    if knn is not None:
        search_engine, window = search_engine_of(client), search.rerank.window
        body = either_body(search_engine, search.body, knn, window, search.filter)
    answer = yield lambda clients: clients.cluster.search(
        body=body, **search.target, **search.params
    )
    return _as_dict(answer)


def _reason_to_skip(
    text: str, page: Page, hits: list[Body], documents: list[Body], rank_window: int
) -> str | None:
    """Why there is nothing to rerank; None when there is."""
    if page.size == 0:
        return "size is 0"
    if page.start >= rank_window:
        return f"the page begins behind the window of {rank_window} hits"
    if page.start >= len(hits):
        return "no hits"
    if _is_blank(text):
        return "the text is empty"
    if not any(documents):
        return "no hit has any of the fields"
    return None


def _is_blank(text: str) -> bool:
    """Whether nothing of the text can be seen: only spaces, controls, or marks of no width."""
    return not any(char.isprintable() and not char.isspace() for char in text)


def _first_stage(search: _Search, client: Any, page: Page, source: SourceFilter) -> Procedure[Body]:
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
    search: _Search, knn: Knn, search_engine: SearchEngine, page: Page, source: SourceFilter
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


def _document(hit: Body, rerank: Rerank) -> Body:
    document = hit_document(hit, rerank.sent_fields)
    if document and rerank.score_field is not None and hit.get("_score") is not None:
        document[rerank.score_field] = hit["_score"]
    return document


def _with_source(answer: Body, requested: SourceFilter) -> Body:
    """The answer whose hits have only the `_source` that the caller asked for."""
    hits = [_filtered_hit(hit, requested) for hit in answer["hits"]["hits"]]
    return {**answer, "hits": {**answer["hits"], "hits": hits}}


def _filtered_hit(hit: Body, requested: SourceFilter) -> Body:
    if "_source" not in hit:
        return hit
    if requested.off:
        return {key: value for key, value in hit.items() if key != "_source"}
    return {**hit, "_source": requested.apply(hit["_source"])}


def _as_dict(answer: Any) -> Body:
    """The JSON of an answer; elasticsearch-py wraps it in an object."""
    return dict(getattr(answer, "body", answer))
