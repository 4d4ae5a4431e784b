"""Installs and removes a sidecar's two routes in an OpenSearch cluster.

    spec = OpenSearchInstall("http://sidecar:8080", profile="ecommerce")
    for change in install(OpenSearch(url), spec):
        print(change.diff())
    structured = spec.pipeline(Route.STRUCTURED)      # "rerank-sidecar-ecommerce-structured"

A second run changes nothing: what exists is looked up by name and compared. The key is not
compared, because the cluster never shows it; `rotate_key` always writes it.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from es_integration.cluster.calls import indices_with_setting
from es_integration.cluster.change import Action, Change, Plan, no_op, plan_and_apply
from es_integration.cluster.encoder import Embedder, known_encoder
from es_integration.cluster.procedure import Procedure, run, run_async
from es_integration.errors import ClusterRefused, StillInUse
from es_integration.opensearch import bodies, lookup, settings
from es_integration.opensearch.calls import send, send_ignoring_missing
from es_integration.opensearch.capabilities import Capabilities, read_capabilities
from es_integration.opensearch.connectors import connector_change, connector_removals
from es_integration.opensearch.embed_pipelines import (
    plan_embed_pipeline,
    plan_embed_pipeline_removal,
)
from es_integration.opensearch.lookup import MLResource
from es_integration.opensearch.models import model_change, model_removals
from es_integration.opensearch.processors import model_of_queries, users_of
from es_integration.opensearch.spec import Highlighter, OpenSearchInstall, Part, Route
from es_integration.opensearch.users_pipeline import KIND as PIPELINE
from es_integration.opensearch.users_pipeline import plan_merge, plan_taking_out

# The official client is an extra: imported where it is used.
if TYPE_CHECKING:
    from opensearchpy import AsyncOpenSearch, OpenSearch

ROUTE = "route"
DEFAULT_PIPELINE = "index.search.default_pipeline"


def plan_install(spec: OpenSearchInstall) -> Procedure[Plan]:
    """What an install would change; changes nothing.

    What the cluster cannot have is left out; a change of the kind "route", with nothing to apply,
    gives the reason. Raises ValueError when the fields to send or to embed, or the encoder, are
    unknown; ClusterRefused when the cluster can have none of the parts, or no vectors; and
    PipelineConflict when the pipeline of `into` is missing or cannot take the processors, or one of
    the encoder's names is not the sidecar's.
    """
    if Route.STRUCTURED in spec.routes:
        _ = spec.sent  # Raises before the first call to the cluster.
    if spec.embed:
        _ = spec.embedded, known_encoder(spec.encoder)
    capabilities = yield from read_capabilities()
    reasons = {part: capabilities.lacks(part) for part in spec.parts}
    possible = [part for part, reason in reasons.items() if reason is None]
    if not possible or any(reasons.get(embedder) for embedder in Embedder):
        raise ClusterRefused("; ".join(filter(None, reasons.values())))
    changes = yield from settings.plan_allow(spec, capabilities, possible)
    replaced: list[MLResource] = []
    for part in possible:
        part_changes, old_connectors = yield from _plan_part(spec, part, capabilities)
        changes += part_changes
        replaced += old_connectors
    # After all models are switched to the new connectors: see `plan_uninstall`.
    changes += connector_removals(replaced)
    for part, reason in reasons.items():
        if reason is not None:
            changes.append(left_out(spec, part, reason))
    return tuple(changes)


def plan_uninstall(spec: OpenSearchInstall) -> Procedure[Plan]:
    """What an uninstall would remove: everything of these names, whatever it holds, and the cluster
    settings that an install changed and no other connector needs. The highlighter's and the
    encoder's go with the routes, whether the spec has them or not.

    With `into`, the processors are taken out of that pipeline; connector and model go with them
    unless another pipeline uses the model.

    Raises ClusterRefused, PipelineConflict, and StillInUse when an index uses one of the pipelines
    by default, or another search pipeline one of the models.
    """
    changes: list[Change] = []
    connectors: list[MLResource] = []
    others = (Highlighter.SEMANTIC, *Embedder) if {*spec.routes} == {*Route} else ()
    # The routes' pipelines first: they name the encoder's model.
    for part in sorted({*spec.parts, *others}, key=lambda part: not isinstance(part, Route)):
        models = yield from lookup.models(spec.pipeline(part))
        if isinstance(part, Route):
            pipelines = yield from _plan_pipeline_removal(spec, part, models)
            changes += pipelines
            if any(change.kind == ROUTE for change in pipelines):
                continue
        if isinstance(part, Embedder):
            changes += yield from _plan_embedder_removal(spec, part, models)
        changes += model_removals(models)
        connectors += yield from lookup.connectors(spec.pipeline(part))
    # After all models: ml-commons may mistake a model of another route for a connector's user.
    changes += connector_removals(connectors)
    removed = {connector.id for connector in connectors}
    all_connectors = yield from lookup.all_connectors()
    other_urls = [
        lookup.connector_url(connector)
        for connector in all_connectors
        if connector.id not in removed
    ]
    changes += yield from settings.plan_disallow(spec, other_urls)
    return tuple(changes)


def install(client: "OpenSearch", spec: OpenSearchInstall) -> Plan:
    """Installs; returns the changes that were made, none on a second run.

    A change has `refused` set when the cluster refused it and the rest could go on. Raises
    ClusterRefused, NotDeployed.
    """
    return run(client, plan_and_apply(plan_install(spec)))


async def install_async(client: "AsyncOpenSearch", spec: OpenSearchInstall) -> Plan:
    """As `install`, over the async client."""
    return await run_async(client, plan_and_apply(plan_install(spec)))


def uninstall(client: "OpenSearch", spec: OpenSearchInstall) -> Plan:
    """Removes what `install` made; returns the changes that were made, `refused` as in `install`.

    Raises ClusterRefused, StillInUse.
    """
    return run(client, plan_and_apply(plan_uninstall(spec)))


async def uninstall_async(client: "AsyncOpenSearch", spec: OpenSearchInstall) -> Plan:
    """As `uninstall`, over the async client."""
    return await run_async(client, plan_and_apply(plan_uninstall(spec)))


def left_out(spec: OpenSearchInstall, route: Part, reason: str) -> Change:
    """Says in a plan why it does not have the route; changes nothing."""
    body = {"left out": reason}
    return Change(ROUTE, spec.pipeline(route), body, body, no_op)


def _plan_part(
    spec: OpenSearchInstall, part: Part, capabilities: Capabilities
) -> Procedure[tuple[list[Change], list[MLResource]]]:
    """The changes, and the connectors to delete after them."""
    name = spec.pipeline(part)
    connectors = yield from lookup.connectors(name)
    models = yield from lookup.models(name)
    connector = connector_change(spec, part, capabilities.version, connectors, used=bool(models))
    model_id = models[0].id if models else f"that of {name}"
    changes = [
        connector,
        model_change(spec, part, connectors, models),
        *model_removals(models[1:]),
    ]
    if isinstance(part, Route):
        pipeline = yield from _plan_pipeline(spec, part, model_id, capabilities.renames)
        changes.append(pipeline)
    if isinstance(part, Embedder):
        pipeline = yield from plan_embed_pipeline(spec, part, model_id)
        changes.append(pipeline)
    return changes, connectors[1:] if connector.action is Action.KEEP else connectors


def _plan_pipeline(
    spec: OpenSearchInstall, route: Route, model_id: str, renames: bool
) -> Procedure[Change]:
    query_model_id = yield from model_of_queries(spec)
    if spec.into is not None:
        change = yield from plan_merge(
            spec, spec.into, route, model_id, query_model_id, renames=renames
        )
        return change
    name = spec.pipeline(route)
    before = yield from lookup.pipeline(name)
    after = bodies.pipeline(spec, route, model_id, query_model_id, renames=renames)
    return Change(PIPELINE, name, before, after, partial(_put_pipeline, spec, route, renames))


def _put_pipeline(spec: OpenSearchInstall, route: Route, renames: bool) -> Procedure[None]:
    name = spec.pipeline(route)
    model, *_ = yield from lookup.models(name)
    query_model_id = yield from model_of_queries(spec)
    body = bodies.pipeline(spec, route, model.id, query_model_id, renames=renames)
    yield from send(lambda client: client.search_pipeline.put(id=name, body=body))


def _plan_pipeline_removal(
    spec: OpenSearchInstall, route: Route, models: Sequence[MLResource]
) -> Procedure[list[Change]]:
    """The pipeline's removal, or that of the processors in it; ends with a change of the kind ROUTE
    when connector and model must stay."""
    name = spec.pipeline(route)
    users = yield from users_of(models, besides={spec.searched_pipeline(route)})
    if spec.into is not None:
        model_id = models[0].id if models else ""
        taken_out = yield from plan_taking_out(spec, spec.into, route, model_id)
        changes = [] if taken_out is None else [taken_out]
        if users:
            reason = f"its connector and model stay, because the search pipelines {users} use them"
            changes.append(left_out(spec, route, reason))
        return changes
    if users:
        raise StillInUse(
            f"the search pipelines {users} use the model {name}: take its processors out of them,"
            " by hand or by `uninstall` with --into"
        )
    pipeline = yield from lookup.pipeline(name)
    if pipeline is None:
        return []
    yield from _refuse_in_use(name)
    return [Change(PIPELINE, name, pipeline, None, partial(_remove_pipeline, name))]


def _plan_embedder_removal(
    spec: OpenSearchInstall, part: Embedder, models: Sequence[MLResource]
) -> Procedure[list[Change]]:
    """The removal of the embedder's pipeline. Raises StillInUse when others use its model."""
    own = {spec.embed_pipeline, *(spec.pipeline(route) for route in Route), spec.into or ""}
    users = yield from users_of(models, besides=own)
    if users:
        raise StillInUse(
            f"the search pipelines {users} use the model {spec.pipeline(part)}: take it out of them"
        )
    removal = yield from plan_embed_pipeline_removal(spec, part)
    return [] if removal is None else [removal]


def _refuse_in_use(name: str) -> Procedure[None]:
    """An index whose default search pipeline is gone refuses every search."""
    indices = yield from indices_with_setting(send, DEFAULT_PIPELINE, {name})
    if indices:
        raise StillInUse(
            f"indices {indices} search by the pipeline {name}:"
            f' set "{DEFAULT_PIPELINE}": null there first'
        )


def _remove_pipeline(name: str) -> Procedure[None]:
    yield from send_ignoring_missing(lambda client: client.search_pipeline.delete(id=name))
