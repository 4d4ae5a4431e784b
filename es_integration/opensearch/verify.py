"""Checks each step between a search and its new order, from the cluster's side.

    for check in verify_cluster(OpenSearch(url), spec, index="products"):
        print(check.passed, check.name, check.detail)

The probe goes cluster -> node -> sidecar and back, as the hits of a search do.
"""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from es_integration.cluster.change import Change, Plan
from es_integration.cluster.check import Check, Report
from es_integration.cluster.encoder import Embedder
from es_integration.cluster.page_sample import TypicalSearch
from es_integration.cluster.probe import QUERY
from es_integration.cluster.procedure import Body, Procedure, run, run_async
from es_integration.errors import ClusterRefused, PipelineConflict
from es_integration.opensearch import bodies, embedder, highlighter, lookup, settings
from es_integration.opensearch.calls import send
from es_integration.opensearch.capabilities import Capabilities, read_capabilities
from es_integration.opensearch.embed_pipelines import KINDS
from es_integration.opensearch.install import plan_install
from es_integration.opensearch.page_time import page_time
from es_integration.opensearch.probe import probe, with_advice
from es_integration.opensearch.spec import OpenSearchInstall, Part, Route

# The official client is an extra: imported where it is used.
if TYPE_CHECKING:
    from opensearchpy import AsyncOpenSearch, OpenSearch

HITS = 10
"""How many hits the search of `verify` reranks."""
FIRST_STAGE_SCORE = 64.0
"""The boost of that search. No reranked hit can have this score: those end at 1."""


def verify_cluster(
    client: "OpenSearch",
    spec: OpenSearchInstall,
    index: str | None = None,
    search: TypicalSearch | None = None,
) -> Report:
    """As `verify`, over the sync client."""
    return run(client, verify(spec, index, search))


async def verify_cluster_async(
    client: "AsyncOpenSearch",
    spec: OpenSearchInstall,
    index: str | None = None,
    search: TypicalSearch | None = None,
) -> Report:
    """As `verify`, over the async client."""
    return await run_async(client, verify(spec, index, search))


def verify(
    spec: OpenSearchInstall, index: str | None = None, search: TypicalSearch | None = None
) -> Procedure[Report]:
    """The checks in their order; with a typical search, also whether its page is reranked in time;
    with an index, also a search of it by each pipeline.

    Changes nothing.
    """
    try:
        capabilities = yield from read_capabilities()
        plan = yield from plan_install(spec)
    except ClusterRefused as refused:
        return (Check("cluster", False, refused.message),)
    except PipelineConflict as conflict:
        return (Check("search pipeline", False, conflict.message),)
    report = [Check("cluster", True, f"OpenSearch {capabilities.number}")]
    report += [_setting(change) for change in plan if change.kind == settings.KIND]
    if not all(check.passed for check in report):
        return tuple(report)
    for part in spec.parts:
        report += yield from _part(spec, part, capabilities, plan, index, search)
    return tuple(report)


def _setting(change: Change) -> Check:
    name = change.name.rpartition(".")[2]
    if change.before == change.after:
        return Check(name, True, "allows it")
    return Check(name, False, f"run install: it sets\n{change.diff()}")


def _part(
    spec: OpenSearchInstall,
    part: Part,
    capabilities: Capabilities,
    plan: Plan,
    index: str | None,
    search: TypicalSearch | None,
) -> Procedure[list[Check]]:
    if (reason := capabilities.lacks(part)) is not None:
        return [Check(f"{part}: plugins", False, reason)]
    name = spec.pipeline(part)
    checks = [Check(f"{part}: plugins", True, "has the processors")]
    checks += [_installed(part, change) for change in plan if _belongs(spec, part, change)]
    if not all(check.passed for check in checks):
        return checks
    model, *_ = yield from lookup.models(name)
    if isinstance(part, Route):
        return checks + (yield from _route(spec, part, model.id, index, search))
    if isinstance(part, Embedder):
        return checks + (yield from embedder.checks(spec, part, model.id, index))
    return checks + (yield from highlighter.checks(spec, model.id, index))


def _belongs(spec: OpenSearchInstall, part: Part, change: Change) -> bool:
    """Whether the change is one of the part's."""
    if isinstance(part, Route) and change.name == spec.searched_pipeline(part):
        return True
    if isinstance(part, Embedder) and change.name == spec.embed_pipeline:
        return change.kind == KINDS[part]
    return change.name == spec.pipeline(part)


def _route(
    spec: OpenSearchInstall,
    route: Route,
    model_id: str,
    index: str | None,
    search: TypicalSearch | None,
) -> Procedure[list[Check]]:
    checks = yield from probe(spec, route, model_id)
    reached = checks[0].passed
    if search is not None and reached:
        checks.append((yield from _page(spec, route, model_id, search)))
    if index is not None and reached:
        checks.append((yield from _search(spec, route, index)))
    return checks


def _page(
    spec: OpenSearchInstall, route: Route, model_id: str, search: TypicalSearch
) -> Procedure[Check]:
    name = f"{route}: page"
    try:
        page = yield from page_time(spec, route, model_id, search)
    except ClusterRefused as refused:
        return Check(name, False, with_advice(refused.message, spec))
    return page.check(name)


def _installed(part: Part, change: Change) -> Check:
    name = f"{part}: {change.kind}"
    if change.before == change.after:
        return Check(name, True, f"{change.name} is installed and up to date")
    if change.before is None:
        return Check(name, False, f"{change.name} is not there: run install")
    return Check(name, False, f"{change.name} is out of date: run install\n{change.diff()}")


def _search(spec: OpenSearchInstall, route: Route, index: str) -> Procedure[Check]:
    """One search without the pipeline and one with it: the same hits, with new scores."""
    name = f"{route}: search"
    match = {"constant_score": {"filter": {"match_all": {}}, "boost": FIRST_STAGE_SCORE}}
    build = bodies.flat_search if route is Route.FLAT else bodies.structured_search
    try:
        first_stage = yield from _hits(spec, index, {"query": match, "size": HITS}, {})
        start = time.monotonic()
        reranked = yield from _hits(
            spec,
            index,
            build(match, QUERY, size=HITS),
            {"search_pipeline": spec.searched_pipeline(route)},
        )
    except ClusterRefused as refused:
        return Check(name, False, with_advice(refused.message, spec))
    seconds = time.monotonic() - start
    fault = _fault(spec, route, first_stage, reranked)
    detail = f"{len(reranked)} hits of {index} reranked"
    return Check(name, fault is None, fault or detail, seconds)


def _hits(
    spec: OpenSearchInstall, index: str, body: Body, params: Mapping[str, str]
) -> Procedure[list[Any]]:
    # Both searches use the same shard copies, so that hits with equal scores have the same order.
    params = {**params, "preference": "rerank-sidecar-verify"}
    answer = yield from send(
        lambda client: client.search(
            index=index, body=body, params=params, request_timeout=spec.call_timeout_s
        )
    )
    return list(answer["hits"]["hits"])


def _fault(
    spec: OpenSearchInstall, route: Route, first_stage: list[Any], reranked: list[Any]
) -> str | None:
    """What is wrong with the reranked hits; None when nothing is."""
    if not first_stage:
        return "there are no documents in it to rerank"
    # A pipeline of the user's own may add hits or leave some out.
    ids, reranked_ids = ({hit["_id"] for hit in page} for page in (first_stage, reranked))
    if ids != reranked_ids and spec.into is None:
        return "the pipeline's hits are not those of the search without it"
    scores = [hit["_score"] for hit in reranked]
    if FIRST_STAGE_SCORE in scores:
        return "the hits keep their first-stage scores: the cluster's log has the reason"
    if not all(0 <= score <= 1 for score in scores) or scores != sorted(scores, reverse=True):
        return f"the hits are not in the order of scores from 0 to 1: {scores}"
    sources = [hit.get("_source", {}) for hit in reranked]
    if route is Route.FLAT and not any(spec.text_field in source for source in sources):
        return f"no hit has the field {spec.text_field}, which is all that this route sends"
    if route is Route.STRUCTURED and not any(set(spec.sent) & set(source) for source in sources):
        return f"no hit has any of the fields {list(spec.sent)}, which is all that is sent"
    if route is Route.STRUCTURED and not all(bodies.PREVIOUS_SCORE in source for source in sources):
        return "the first-stage scores are lost"
    return None
