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

import time
from dataclasses import dataclass, replace
from typing import Any

from es_integration.cluster.procedure import Aside, Body, Procedure, run, run_async
from es_integration.search.exposure import exposure_record
from es_integration.search.first_stage import Search, first_stage, own_search
from es_integration.search.options import Knn, Rerank
from es_integration.search.page import (
    REPORT,
    Page,
    empty_answer,
    first_stage_answer,
    interleaved_answer,
    reranked_answer,
    sorted_otherwise,
    unranked_answer,
)
from es_integration.search.query_vector import query_vector
from es_integration.search.second_stage import Interleaved, SecondStage, Variant, rerank_hits
from es_integration.search.source import SourceFilter, hit_document
from es_integration.search.trial import Placement, Trial
from es_integration.sidecar_client import SidecarClient, SyncSidecarClient


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
    trial: Trial | None = None,
    **params: Any,
) -> Body:
    """The answer of `Elasticsearch` or `OpenSearch` with its hits reranked for the query `text`.

    `body` is a search body of that search engine. `knn` searches the nearest vectors: instead of
    the body's query if it has none, else beside it, and the two result lists are fused. Where it
    has no vector, the sidecar's encoder makes that of the text. `filter` applies to both. `trial`
    puts the search into experiments and into a log. `params` go to the search engine (routing,
    preference, ...).

    Raises what the client raises, ClusterRefused when one of two fused searches fails, SidecarError
    when there is no vector and no query to search by instead, ValueError for a body that cannot be
    reranked.
    """
    search = Search(text, rerank, index, dict(body or {}), knn, filter, params)
    return run(_Clients(client, sidecar), _two_stages(search, client, trial))


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
    trial: Trial | None = None,
    **params: Any,
) -> Body:
    """As `two_stage_search`, for `AsyncElasticsearch` or `AsyncOpenSearch` and SidecarClient."""
    search = Search(text, rerank, index, dict(body or {}), knn, filter, params)
    return await run_async(_Clients(client, sidecar), _two_stages(search, client, trial))


@dataclass(frozen=True, slots=True)
class _Clients:
    """What the procedure's calls get: both clients sync, or both async."""

    cluster: Any
    sidecar: Any


@dataclass(frozen=True, slots=True)
class _Answered:
    """An answer, and how it came about."""

    answer: Body
    page: Page | None = None
    """None for a search with a `sort` of its own."""
    second_stage: SecondStage | None = None
    """None where no reranking was due."""


def _two_stages(search: Search, client: Any, trial: Trial | None) -> Procedure[Body]:
    if trial is None:
        return (yield from _answered(search, client, (Variant(search.rerank),), b"")).answer
    ranked = not sorted_otherwise(search.body, search.params) and not _is_blank(search.text)
    placement = trial.place(search.text, search.rerank.profile, ranked=ranked)
    started = time.monotonic()
    variants, seed = placement.variants(search.rerank), placement.seed(search.text)
    answered = yield from _answered(search, client, variants, seed)
    seconds = time.monotonic() - started
    answer = {**answered.answer, REPORT: {**answered.answer[REPORT], **placement.report()}}
    if trial.logs and (answered.page is None or answered.page.size > 0):
        yield Aside(lambda: _log(search, answered, trial, placement, seconds))
    return answer


def _log(
    search: Search, answered: _Answered, trial: Trial, placement: Placement, seconds: float
) -> None:
    record = exposure_record(
        search.text,
        answered.answer,
        answered.page,
        trial,
        placement,
        seconds,
        answered.second_stage,
    )
    for log in trial.logs:
        log.write(record)


def _answered(
    search: Search, client: Any, variants: tuple[Variant, ...], seed: bytes
) -> Procedure[_Answered]:
    """The search with its hits reranked by the variant, or by several, interleaved."""
    if search.knn is not None and "knn" in search.body:
        raise ValueError("knn: it is in the body already")
    made = yield from query_vector(search.knn, search.text, search.body)
    answered = yield from _reranked(replace(search, knn=made.knn), client, variants, seed)
    return replace(answered, answer=made.told(answered.answer))


def _reranked(
    search: Search, client: Any, variants: tuple[Variant, ...], seed: bytes
) -> Procedure[_Answered]:
    """As `_answered`, of a search whose vector is there."""
    if sorted_otherwise(search.body, search.params):
        answer = yield from own_search(search, client)
        return _Answered(unranked_answer(answer, "the search has a `sort` of its own"))
    rank_window = max(variant.rerank.window for variant in variants)
    rerank = replace(search.rerank, window=rank_window)
    search = replace(search, rerank=rerank)
    page = Page.of(search.body, search.params)
    retrieved = page.first_stage(rank_window, window_only=search.knn is not None)
    requested_source = SourceFilter.of(search.body.get("_source"))
    fetched_source = requested_source.with_fields(rerank.sent_fields)
    answer = yield from first_stage(search, client, retrieved, fetched_source)
    head = answer["hits"]["hits"][: max(0, rank_window - retrieved.start)]
    documents = [_document(hit, rerank) for hit in head]
    if fetched_source != requested_source:
        answer = _with_source(answer, requested_source)
    hits = answer["hits"]["hits"]
    if all(variant.off for variant in variants):
        why = f"the arm {variants[0].label} is off"
        return _Answered(first_stage_answer(answer, page, retrieved, why), page)
    if rerank.min_score is not None and page.start >= rank_window:
        why = f"the page begins behind the window of {rank_window} hits, and none there has a score"
        return _Answered(empty_answer(answer, why), page)
    if reason := _reason_to_skip(search.text, page, hits, documents, rank_window):
        return _Answered(first_stage_answer(answer, page, retrieved, reason), page)
    found = yield from rerank_hits(search.text, head, documents, variants, seed)
    shown = found.shown
    if isinstance(shown, Interleaved):
        answer = interleaved_answer(
            answer,
            page,
            retrieved,
            rank_window,
            shown.order,
            shown.teams,
            shown.scores,
            min_score=rerank.min_score,
        )
    elif shown.scores is None:
        reason = shown.reason or "no reason given"
        answer = first_stage_answer(answer, page, retrieved, reason)
    else:
        answer = reranked_answer(
            answer, page, retrieved, rank_window, shown, min_score=rerank.min_score
        )
    return _Answered(answer, page, found)


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
