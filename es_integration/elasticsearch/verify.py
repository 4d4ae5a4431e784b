"""Looks at each link between a search and its new order, from the cluster's side.

    for link in verify_cluster(client, wanted, index="products"):
        print(link.held, link.name, link.detail)

The probe goes cluster -> node -> sidecar and back, as a search's hits do.
"""

import time
from typing import TYPE_CHECKING

from es_integration.cluster.change import Change, nothing
from es_integration.cluster.check import Link, Report
from es_integration.cluster.probe import DOCUMENTS, QUERY, judged
from es_integration.cluster.procedure import Procedure, run, run_async
from es_integration.elasticsearch.calls import (
    TRIAL,
    ask,
    endpoint,
    too_old,
    version,
)
from es_integration.elasticsearch.endpoint import ElasticsearchInstall, comparable, public_body
from es_integration.elasticsearch.install import KIND
from es_integration.elasticsearch.searches import DOCUMENT_FIELD, retriever_search
from es_integration.errors import ClusterRefused

# The official client is an extra: imported where it is used.
if TYPE_CHECKING:
    from elasticsearch import AsyncElasticsearch, Elasticsearch

WINDOW = 10
BOOST = 64.0
"""First-stage score of verify's search, which no reranked hit can have: those end at 2."""

Links = Procedure[tuple[list[Link], bool]]
"""A part of the chain, and whether what stands behind it can be tried."""


def verify_cluster(
    client: "Elasticsearch",
    wanted: ElasticsearchInstall,
    index: str | None = None,
    field: str = DOCUMENT_FIELD,
) -> Report:
    """As `verify`, over the sync client."""
    return run(client, verify(wanted, index, field))


async def verify_cluster_async(
    client: "AsyncElasticsearch",
    wanted: ElasticsearchInstall,
    index: str | None = None,
    field: str = DOCUMENT_FIELD,
) -> Report:
    """As `verify`, over the async client."""
    return await run_async(client, verify(wanted, index, field))


def verify(
    wanted: ElasticsearchInstall, index: str | None = None, field: str = DOCUMENT_FIELD
) -> Procedure[Report]:
    """The links in their order; with an index, a search of it by the retriever is the last."""
    report: list[Link] = []
    for part in (_cluster(wanted), _licence(), _installed(wanted), _probe(wanted)):
        links, on = yield from part
        report += links
        if not on:
            return tuple(report)
    if index is not None:
        report.append((yield from _search(wanted, index, field)))
    return tuple(report)


def _cluster(wanted: ElasticsearchInstall) -> Links:
    try:
        found = yield from version()
    except ClusterRefused as refused:
        return [Link("cluster", False, refused.message)], False
    if not found.has(wanted.service):
        return [Link("cluster", False, too_old(found, wanted.service))], False
    return [Link("cluster", True, f"Elasticsearch {found.text}")], True


def _licence() -> Links:
    try:
        answer = yield from ask(lambda client: client.license.get())
    except ClusterRefused as refused:
        # Serverless has none, and not everybody may read it: the probe tells.
        return [Link("licence", True, f"not read: {refused.message}")], True
    kind, status = answer["license"]["type"], answer["license"]["status"]
    held = kind in ("enterprise", "trial") and status == "active"
    return [Link("licence", held, f"{kind}, {status}" + ("" if held else f". {TRIAL}"))], held


def _installed(wanted: ElasticsearchInstall) -> Links:
    try:
        found = yield from endpoint(wanted.endpoint_id)
    except ClusterRefused as refused:
        return [Link("endpoint", False, refused.message)], False
    if found is None:
        return [Link("endpoint", False, f"there is no {wanted.endpoint_id}: install it")], False
    difference = Change(
        KIND, wanted.endpoint_id, comparable(found), public_body(wanted), nothing
    ).diff()
    if difference:
        detail = f"{wanted.endpoint_id} is not as wanted: install it anew\n{difference}"
        return [Link("endpoint", False, detail)], True
    return [Link("endpoint", True, f"{wanted.endpoint_id} calls {wanted.url}")], True


def _probe(wanted: ElasticsearchInstall) -> Links:
    start = time.monotonic()
    try:
        answer = yield from ask(
            lambda client: client.inference.rerank(
                inference_id=wanted.endpoint_id, query=QUERY, input=list(DOCUMENTS)
            )
        )
    except ClusterRefused as refused:
        return [Link("sidecar", False, _unreached(refused, wanted))], False
    seconds = time.monotonic() - start
    reached = Link("sidecar", True, f"answers the cluster's nodes at {wanted.url}")
    ranked = sorted(answer.get("rerank") or (), key=lambda item: item["index"])
    indices = [item["index"] for item in ranked]
    if indices != list(range(len(DOCUMENTS))):
        detail = f"{len(DOCUMENTS)} documents were sent and the answer's indices are {indices}"
        shape = Link("shape", False, f"{detail}: is the address a sidecar's engine route?")
        return [reached, shape], True
    shape = Link("shape", True, "one score for each document")
    return [reached, shape, *judged([item["relevance_score"] for item in ranked], seconds)], True


def _search(wanted: ElasticsearchInstall, index: str, field: str) -> Procedure[Link]:
    """Fails where the sidecar fails: a first-stage order that comes back proves nothing."""
    body = retriever_search(
        {"match_all": {"boost": BOOST}},
        QUERY,
        inference_id=wanted.endpoint_id,
        field=field,
        window=WINDOW,
        size=WINDOW,
    )
    body["retriever"]["text_similarity_reranker"]["allow_rerank_failures"] = False
    start = time.monotonic()
    try:
        answer = yield from ask(lambda client: client.search(index=index, source=False, **body))
    except ClusterRefused as refused:
        known = "no such index" in refused.message
        return Link("search", False, refused.message if known else _unreached(refused, wanted))
    seconds = time.monotonic() - start
    hits = answer["hits"]["hits"]
    reranked = [hit for hit in hits if 0 < hit["_score"] <= 2]
    # A hit without the field drops out of the page, or keeps its first-stage score.
    matched = min(WINDOW, answer["hits"]["total"]["value"])
    if not hits or len(reranked) < matched:
        detail = f"{len(reranked)} of {matched} hits of {index} were reranked"
        return Link("search", False, f"{detail}: do its documents hold `{field}`?", seconds)
    return Link("search", True, f"{len(hits)} hits of {index} reranked by `{field}`", seconds)


def _unreached(refused: ClusterRefused, wanted: ElasticsearchInstall) -> str:
    if "licence" in refused.message:
        return refused.message
    return (
        f"{refused.message}. The nodes call {wanted.url}: try it from a node, with the key; 401 is "
        "a wrong key, 404 a wrong path or profile, 429 a sidecar with too much to do"
    )
