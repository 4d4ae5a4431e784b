"""Installs a sidecar's two routes in an OpenSearch cluster, and takes them away.

    wanted = OpenSearchInstall("http://sidecar:8080", profile="ecommerce")
    for change in install(OpenSearch(url), wanted):
        print(change.diff())
    structured = wanted.pipeline(Route.STRUCTURED)      # "rerank-sidecar-ecommerce-structured"

Run twice, the second time changes nothing. What is there is found by its name and compared, but
for the key, which the cluster shows to nobody: `rotate_key` writes it all the same.
"""

from functools import partial
from typing import TYPE_CHECKING

from es_integration.cluster.calls import indices_with
from es_integration.cluster.change import Action, Change, Plan, carried_out, nothing
from es_integration.cluster.procedure import Procedure, run, run_async
from es_integration.errors import ClusterRefused, StillInUse
from es_integration.opensearch import bodies, settings
from es_integration.opensearch import lookup as found
from es_integration.opensearch.bodies import Body
from es_integration.opensearch.calls import Cluster, ask, ask_for, cluster
from es_integration.opensearch.connectors import connector_change, connector_removals
from es_integration.opensearch.lookup import Found
from es_integration.opensearch.models import model_change, model_removals
from es_integration.opensearch.spec import OpenSearchInstall, Route

# The official client is an extra: imported where it is used.
if TYPE_CHECKING:
    from opensearchpy import AsyncOpenSearch, OpenSearch

PIPELINE = "search pipeline"
ROUTE = "route"
DEFAULT_PIPELINE = "index.search.default_pipeline"


def plan_install(wanted: OpenSearchInstall) -> Procedure[Plan]:
    """What an install would change; changes nothing.

    A route that the cluster is too old for is left out, and a change of the kind "route" that
    keeps everything as it is says why. Raises ValueError where the fields to send are not known,
    ClusterRefused where no wanted route can be had.
    """
    if Route.STRUCTURED in wanted.routes:
        _ = wanted.sent  # before the cluster is asked for anything
    there = yield from cluster()
    lacking = {route: there.lacks(route) for route in wanted.routes}
    possible = [route for route, reason in lacking.items() if reason is None]
    if not possible:
        raise ClusterRefused("; ".join(str(reason) for reason in lacking.values()))
    changes = yield from settings.plan_allow(wanted, there)
    replaced: list[Found] = []
    for route in possible:
        planned, old = yield from _plan_route(wanted, route, there)
        changes += planned
        replaced += old
    # After all the models are turned over: see `plan_uninstall`.
    changes += connector_removals(replaced)
    for route, reason in lacking.items():
        if reason is not None:
            changes.append(_left_out(wanted, route, reason))
    return tuple(changes)


def plan_uninstall(wanted: OpenSearchInstall) -> Procedure[Plan]:
    """What an uninstall would take away: all of these names, whatever they hold, and of the
    cluster's settings what an install had set and no other connector needs.

    Raises ClusterRefused, and StillInUse where an index searches by a pipeline that is to go.
    """
    changes: list[Change] = []
    connectors: list[Found] = []
    for route in wanted.routes:
        name = wanted.pipeline(route)
        pipeline = yield from found.pipeline(name)
        if pipeline is not None:
            changes.append(Change(PIPELINE, name, pipeline, None, partial(_remove_pipeline, name)))
            yield from _refuse_in_use(name)
        models = yield from found.models(name)
        changes += model_removals(models)
        connectors += yield from found.connectors(name)
    # After all the models: one of another route may be mistaken for a connector's user.
    changes += connector_removals(connectors)
    gone = {connector.id for connector in connectors}
    everyone = yield from found.every_connector()
    others = [found.url(each) for each in everyone if each.id not in gone]
    changes += yield from settings.plan_disallow(wanted, others)
    return tuple(changes)


def install(client: "OpenSearch", wanted: OpenSearchInstall) -> Plan:
    """The changes, none when all was there; one has `refused` where the cluster would not have it
    and all else could go on. Raises ClusterRefused, NotDeployed."""
    return run(client, carried_out(plan_install(wanted)))


async def install_async(client: "AsyncOpenSearch", wanted: OpenSearchInstall) -> Plan:
    """As `install`, over the async client."""
    return await run_async(client, carried_out(plan_install(wanted)))


def uninstall(client: "OpenSearch", wanted: OpenSearchInstall) -> Plan:
    """The changes, none when nothing was there; `refused` as of `install`. Raises ClusterRefused,
    StillInUse."""
    return run(client, carried_out(plan_uninstall(wanted)))


async def uninstall_async(client: "AsyncOpenSearch", wanted: OpenSearchInstall) -> Plan:
    """As `uninstall`, over the async client."""
    return await run_async(client, carried_out(plan_uninstall(wanted)))


def _plan_route(
    wanted: OpenSearchInstall, route: Route, there: Cluster
) -> Procedure[tuple[list[Change], list[Found]]]:
    """(changes, connectors that are to go after them)"""
    name = wanted.pipeline(route)
    connectors = yield from found.connectors(name)
    models = yield from found.models(name)
    pipeline = yield from found.pipeline(name)
    connector = connector_change(wanted, route, there.version, connectors, used=bool(models))
    model_id = models[0].id if models else f"that of {name}"
    changes = [
        connector,
        model_change(wanted, route, connectors, models),
        *model_removals(models[1:]),
        Change(
            PIPELINE,
            name,
            pipeline,
            bodies.pipeline(wanted, route, model_id),
            partial(_put_pipeline, wanted, route),
        ),
    ]
    return changes, connectors[1:] if connector.action is Action.KEEP else connectors


def _put_pipeline(wanted: OpenSearchInstall, route: Route) -> Procedure[None]:
    name = wanted.pipeline(route)
    model, *_ = yield from found.models(name)
    body: Body = bodies.pipeline(wanted, route, model.id)
    yield from ask(lambda client: client.search_pipeline.put(id=name, body=body))


def _refuse_in_use(name: str) -> Procedure[None]:
    """An index whose default search pipeline is gone refuses every search."""
    using = yield from indices_with(ask, DEFAULT_PIPELINE, {name})
    if using:
        raise StillInUse(
            f"indices {using} search by the pipeline {name}:"
            f' set "{DEFAULT_PIPELINE}": null there first'
        )


def _remove_pipeline(name: str) -> Procedure[None]:
    yield from ask_for(lambda client: client.search_pipeline.delete(id=name))


def _left_out(wanted: OpenSearchInstall, route: Route, reason: str) -> Change:
    body = {"left out": reason}
    return Change(ROUTE, wanted.pipeline(route), body, body, nothing)
