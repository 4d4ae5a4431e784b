"""Checks each step between a search and its new order, from the cluster's side.

    for check in verify_cluster(client, spec, index="products"):
        print(check.passed, check.name, check.detail)

The probe goes cluster -> node -> sidecar and back, as the hits of a search do.
"""

import time
from typing import TYPE_CHECKING

from es_integration.cluster.check import Check, Report
from es_integration.cluster.page_sample import TypicalSearch
from es_integration.cluster.probe import DOCUMENTS, QUERY, fresh_documents, score_checks
from es_integration.cluster.procedure import Procedure, run, run_async
from es_integration.elasticsearch.calls import TRIAL, send
from es_integration.elasticsearch.embedder import checks as embedder_checks
from es_integration.elasticsearch.endpoint import ElasticsearchInstall, rerank_endpoint
from es_integration.elasticsearch.installed import Step, installed, with_advice
from es_integration.elasticsearch.page_time import page_time
from es_integration.elasticsearch.searches import DOCUMENT_FIELD, retriever_search
from es_integration.elasticsearch.version import read_version
from es_integration.errors import ClusterRefused

# The official client is an extra: imported where it is used.
if TYPE_CHECKING:
    from elasticsearch import AsyncElasticsearch, Elasticsearch

HITS = 10
"""How many hits the search of `verify` reranks."""
FIRST_STAGE_SCORE = 64.0
"""The boost of that search. No reranked hit can have this score: those end at 2."""


def verify_cluster(
    client: "Elasticsearch",
    spec: ElasticsearchInstall,
    index: str | None = None,
    field: str = DOCUMENT_FIELD,
    search: TypicalSearch | None = None,
) -> Report:
    """As `verify`, over the sync client."""
    return run(client, verify(spec, index, field, search))


async def verify_cluster_async(
    client: "AsyncElasticsearch",
    spec: ElasticsearchInstall,
    index: str | None = None,
    field: str = DOCUMENT_FIELD,
    search: TypicalSearch | None = None,
) -> Report:
    """As `verify`, over the async client."""
    return await run_async(client, verify(spec, index, field, search))


def verify(
    spec: ElasticsearchInstall,
    index: str | None = None,
    field: str = DOCUMENT_FIELD,
    search: TypicalSearch | None = None,
) -> Procedure[Report]:
    """The checks in their order. With a typical search, one is whether its page is reranked in
    time; with an index, the last is a search of it by the retriever."""
    report: list[Check] = []
    rerank = rerank_endpoint(spec)
    for step in (_version(spec), _licence(), installed("endpoint", rerank), _sidecar(spec)):
        checks, can_go_on = yield from step
        report += checks
        if not can_go_on:
            return tuple(report)
    if spec.embed:
        report += yield from embedder_checks(spec)
    if search is not None:
        report.append((yield from _page(spec, search, field)))
    if index is not None:
        report.append((yield from _search(spec, index, field)))
    return tuple(report)


def _version(spec: ElasticsearchInstall) -> Step:
    try:
        version = yield from read_version()
    except ClusterRefused as refused:
        return [Check("cluster", False, refused.message)], False
    if (reason := version.lacks(spec.service)) is not None:
        return [Check("cluster", False, reason)], False
    return [Check("cluster", True, f"Elasticsearch {version.text}")], True


def _licence() -> Step:
    try:
        answer = yield from send(lambda client: client.license.get())
    except ClusterRefused as refused:
        # Serverless has no licence, and not everybody may read it: the probe will show.
        return [Check("licence", True, f"not read: {refused.message}")], True
    kind, status = answer["license"]["type"], answer["license"]["status"]
    allowed = kind in ("enterprise", "trial") and status == "active"
    advice = "" if allowed else f". {TRIAL}"
    return [Check("licence", allowed, f"{kind}, {status}{advice}")], allowed


def _sidecar(spec: ElasticsearchInstall) -> Step:
    start = time.monotonic()
    try:
        answer = yield from send(
            lambda client: client.inference.rerank(
                inference_id=spec.endpoint_id, query=QUERY, input=fresh_documents()
            )
        )
    except ClusterRefused as refused:
        return [Check("sidecar", False, with_advice(refused, spec.url))], False
    seconds = time.monotonic() - start
    sidecar = Check("sidecar", True, f"answers the cluster's nodes at {spec.url}")
    results = sorted(answer.get("rerank") or (), key=lambda result: result["index"])
    indices = [result["index"] for result in results]
    if indices != list(range(len(DOCUMENTS))):
        detail = f"{len(DOCUMENTS)} documents were sent and the answer's indices are {indices}"
        shape = Check("shape", False, f"{detail}: is the address a sidecar's search-engine route?")
        return [sidecar, shape], True
    shape = Check("shape", True, "one score for each document")
    scores = [result["relevance_score"] for result in results]
    return [sidecar, shape, *score_checks(scores, seconds)], True


def _page(spec: ElasticsearchInstall, search: TypicalSearch, field: str) -> Procedure[Check]:
    try:
        page = yield from page_time(spec, search, field)
    except ClusterRefused as refused:
        return Check("page", False, with_advice(refused, spec.url))
    return page.check("page")


def _search(spec: ElasticsearchInstall, index: str, field: str) -> Procedure[Check]:
    """Fails when the sidecar fails: a first-stage order would prove nothing."""
    body = retriever_search(
        {"match_all": {"boost": FIRST_STAGE_SCORE}},
        QUERY,
        inference_id=spec.endpoint_id,
        field=field,
        window=HITS,
        size=HITS,
    )
    body["retriever"]["text_similarity_reranker"]["allow_rerank_failures"] = False
    start = time.monotonic()
    try:
        answer = yield from send(lambda client: client.search(index=index, source=False, **body))
    except ClusterRefused as refused:
        no_index = "no such index" in refused.message
        return Check(
            "search", False, refused.message if no_index else with_advice(refused, spec.url)
        )
    seconds = time.monotonic() - start
    hits = answer["hits"]["hits"]
    reranked = [hit for hit in hits if 0 < hit["_score"] <= 2]
    # A hit without the field drops out of the page, or keeps its first-stage score.
    expected = min(HITS, answer["hits"]["total"]["value"])
    if not hits or len(reranked) < expected:
        detail = f"{len(reranked)} of {expected} hits of {index} were reranked"
        return Check("search", False, f"{detail}: do its documents hold `{field}`?", seconds)
    return Check("search", True, f"{len(hits)} hits of {index} reranked by `{field}`", seconds)
