"""Looks at each link between a search and its new order, from the cluster's side.

    for link in verify_cluster(OpenSearch(url), wanted, index="products"):
        print(link.held, link.name, link.detail)

The probe goes cluster -> node -> sidecar and back, as a search's hits do.
"""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from es_integration.cluster.change import Change, Plan
from es_integration.cluster.check import Link, Report
from es_integration.cluster.probe import QUERY
from es_integration.cluster.procedure import Procedure, run, run_async
from es_integration.errors import ClusterRefused
from es_integration.opensearch import bodies, settings
from es_integration.opensearch import lookup as found
from es_integration.opensearch.bodies import Body
from es_integration.opensearch.calls import Cluster, ask, cluster
from es_integration.opensearch.install import plan_install
from es_integration.opensearch.probe import advice, probe
from es_integration.opensearch.spec import OpenSearchInstall, Route

# The official client is an extra: imported where it is used.
if TYPE_CHECKING:
    from opensearchpy import AsyncOpenSearch, OpenSearch

WINDOW = 10
FIRST_STAGE_SCORE = 64.0
"""Of verify's search, which no reranked hit can have: those end at 1."""


def verify_cluster(
    client: "OpenSearch", wanted: OpenSearchInstall, index: str | None = None
) -> Report:
    """As `verify`, over the sync client."""
    return run(client, verify(wanted, index))


async def verify_cluster_async(
    client: "AsyncOpenSearch", wanted: OpenSearchInstall, index: str | None = None
) -> Report:
    """As `verify`, over the async client."""
    return await run_async(client, verify(wanted, index))


def verify(wanted: OpenSearchInstall, index: str | None = None) -> Procedure[Report]:
    """The links in their order; with an index, a search of it by each pipeline too. Changes
    nothing."""
    try:
        there = yield from cluster()
        plan = yield from plan_install(wanted)
    except ClusterRefused as refused:
        return (Link("cluster", False, refused.message),)
    report = [Link("cluster", True, f"OpenSearch {there.number}")]
    report += [_setting(change) for change in plan if change.kind == settings.KIND]
    if not all(link.held for link in report):
        return tuple(report)
    for route in wanted.routes:
        report += yield from _route(wanted, route, there, plan, index)
    return tuple(report)


def _setting(change: Change) -> Link:
    name = change.name.rpartition(".")[2]
    if change.before == change.after:
        return Link(name, True, "allows it")
    return Link(name, False, f"run install: it sets\n{change.diff()}")


def _route(
    wanted: OpenSearchInstall,
    route: Route,
    there: Cluster,
    plan: Plan,
    index: str | None,
) -> Procedure[list[Link]]:
    lacking = there.lacks(route)
    if lacking is not None:
        return [Link(f"{route}: plugins", False, lacking)]
    name = wanted.pipeline(route)
    links = [Link(f"{route}: plugins", True, "has the search processors")]
    for change in plan:
        if change.name == name:
            links.append(_installed(route, change))
    if not all(link.held for link in links):
        return links
    model, *_ = yield from found.models(name)
    probed = yield from probe(wanted, route, model.id)
    links += probed
    if index is not None and probed[0].held:
        links.append((yield from _search(wanted, route, index)))
    return links


def _installed(route: Route, change: Change) -> Link:
    name = f"{route}: {change.kind}"
    if change.before == change.after:
        return Link(name, True, f"{change.name} is there, as wanted")
    if change.before is None:
        return Link(name, False, f"{change.name} is not there: run install")
    return Link(name, False, f"{change.name} is not as wanted: run install\n{change.diff()}")


def _search(wanted: OpenSearchInstall, route: Route, index: str) -> Procedure[Link]:
    """One search without the pipeline and one with it: the same hits, with new scores."""
    name = f"{route}: search"
    match = {"constant_score": {"filter": {"match_all": {}}, "boost": FIRST_STAGE_SCORE}}
    build = bodies.flat_search if route is Route.FLAT else bodies.structured_search
    start = time.monotonic()
    try:
        before = yield from _hits(wanted, index, {"query": match, "size": WINDOW}, {})
        start = time.monotonic()
        after = yield from _hits(
            wanted,
            index,
            build(match, QUERY, size=WINDOW),
            {"search_pipeline": wanted.pipeline(route)},
        )
    except ClusterRefused as refused:
        return Link(name, False, advice(refused.message))
    seconds = time.monotonic() - start
    wrong = _wrong(wanted, route, before, after)
    return Link(name, wrong is None, wrong or f"{len(after)} hits of {index} reranked", seconds)


def _hits(
    wanted: OpenSearchInstall, index: str, body: Body, params: Mapping[str, str]
) -> Procedure[list[Any]]:
    # The same copies of the shards both times, so that equal scores stand in the same order.
    params = {**params, "preference": "rerank-sidecar-verify"}
    answer = yield from ask(
        lambda client: client.search(
            index=index, body=body, params=params, request_timeout=wanted.call_limit_s
        )
    )
    return list(answer["hits"]["hits"])


def _wrong(
    wanted: OpenSearchInstall, route: Route, before: list[Any], after: list[Any]
) -> str | None:
    if not before:
        return "there are no documents in it to rerank"
    if {hit["_id"] for hit in before} != {hit["_id"] for hit in after}:
        return "the pipeline's hits are not those of the search without it"
    scores = [hit["_score"] for hit in after]
    if FIRST_STAGE_SCORE in scores:
        return "the hits keep their first-stage scores: the cluster's log has the reason"
    if not all(0 <= score <= 1 for score in scores) or scores != sorted(scores, reverse=True):
        return f"the hits do not stand in the order of scores from 0 to 1: {scores}"
    sources = [hit.get("_source", {}) for hit in after]
    if route is Route.FLAT and not any(wanted.text_field in source for source in sources):
        return f"no hit has the field {wanted.text_field}, which is all that this route sends"
    if route is Route.STRUCTURED and not any(set(wanted.sent) & set(source) for source in sources):
        return f"no hit has any of the fields {list(wanted.sent)}, which is all that is sent"
    if route is Route.STRUCTURED and not all("previous_score" in source for source in sources):
        return "the first-stage scores are lost"
    return None
