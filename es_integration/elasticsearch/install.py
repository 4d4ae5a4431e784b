"""Installs and removes a sidecar's inference endpoints in an Elasticsearch cluster.

    spec = ElasticsearchInstall("http://sidecar:8080", profile="ecommerce")
    for change in install(Elasticsearch(url), spec):
        print(change.diff())

A second run changes nothing: endpoints have no version, so their public settings are compared. The
key is not among them; `rotate_key` always writes it.

Elasticsearch can change only an endpoint's key in place. For another address, service or setting
the endpoint is deleted and put again. Searches in between have no endpoint: they fail, or keep
their first-stage order when allow_rerank_failures is set. The new settings are first put under
another name, so an address that the nodes cannot reach leaves the old endpoint as it is. Other
people's pipelines and fields that use an endpoint for vectors keep it as it is.
"""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from es_integration.cluster.calls import ignore_missing
from es_integration.cluster.change import Change, Plan, plan_and_apply
from es_integration.cluster.encoder import Embedder
from es_integration.cluster.procedure import Body, Procedure, run, run_async
from es_integration.elasticsearch.calls import send
from es_integration.elasticsearch.embed_pipeline import (
    has_pipeline,
    plan_pipeline,
    plan_pipeline_removal,
)
from es_integration.elasticsearch.embedding import embed_id, embedding_endpoints
from es_integration.elasticsearch.endpoint import (
    ElasticsearchInstall,
    Endpoint,
    TaskType,
    comparable,
    rerank_endpoint,
)
from es_integration.elasticsearch.version import require_service
from es_integration.errors import StillInUse

# The official client is an extra: imported where it is used.
if TYPE_CHECKING:
    from elasticsearch import AsyncElasticsearch, Elasticsearch

KIND = "inference endpoint"


def plan_install(spec: ElasticsearchInstall) -> Procedure[Plan]:
    """What an install would change; changes nothing.

    Raises ClusterRefused when the cluster is too old for the service, or gives no answer,
    StillInUse and PipelineConflict when others use what would change, and ValueError when the
    encoder is not known.
    """
    endpoints = (*embedding_endpoints(spec), rerank_endpoint(spec))
    yield from require_service(spec.service)
    changes: list[Change] = []
    for endpoint in endpoints:
        before = yield from _installed(endpoint.task_type, endpoint.id)
        if before not in (None, endpoint.public) and endpoint.task_type == "text_embedding":
            yield from _refuse_used(endpoint.id, spec.embed_pipeline)
        if before == endpoint.public and spec.rotate_key:
            changes.append(_key_rotation(endpoint))
            continue
        make = partial(_put if before is None else _replace, endpoint)
        changes.append(Change(KIND, endpoint.id, before, endpoint.public, make))
    if has_pipeline(spec):
        changes.append((yield from plan_pipeline(spec)))
    return tuple(changes)


def plan_uninstall(spec: ElasticsearchInstall) -> Procedure[Plan]:
    """What an uninstall would remove: the pipeline and the endpoints of these names, whatever their
    settings.

    Raises StillInUse when an index writes through the pipeline, ClusterRefused.
    """
    # First those that Elasticsearch does not delete while an index uses them.
    named: list[tuple[TaskType, str]] = [
        ("text_embedding", embed_id(spec, embedder)) for embedder in Embedder
    ]
    pipeline = yield from plan_pipeline_removal(spec)
    changes = [] if pipeline is None else [pipeline]
    for task_type, endpoint_id in (*named, ("rerank", spec.endpoint_id)):
        before = yield from _installed(task_type, endpoint_id)
        if before is not None or task_type == "rerank":
            make = partial(_delete, task_type, endpoint_id)
            changes.append(Change(KIND, endpoint_id, before, None, make))
    return tuple(changes)


def install(client: "Elasticsearch", spec: ElasticsearchInstall) -> Plan:
    """Installs; returns the changes that were made. Raises ClusterRefused."""
    return run(client, plan_and_apply(plan_install(spec)))


async def install_async(client: "AsyncElasticsearch", spec: ElasticsearchInstall) -> Plan:
    """As `install`, over the async client."""
    return await run_async(client, plan_and_apply(plan_install(spec)))


def uninstall(client: "Elasticsearch", spec: ElasticsearchInstall) -> Plan:
    """Removes the endpoints; returns the changes that were made. Raises ClusterRefused."""
    return run(client, plan_and_apply(plan_uninstall(spec)))


async def uninstall_async(client: "AsyncElasticsearch", spec: ElasticsearchInstall) -> Plan:
    """As `uninstall`, over the async client."""
    return await run_async(client, plan_and_apply(plan_uninstall(spec)))


def find_endpoint(task_type: TaskType, endpoint_id: str) -> Procedure[Mapping[str, Any] | None]:
    """The endpoint as the cluster shows it, None when there is none. Raises ClusterRefused."""
    answer = yield from ignore_missing(
        send(lambda client: client.inference.get(task_type=task_type, inference_id=endpoint_id))
    )
    return None if answer is None else answer["endpoints"][0]


def _installed(task_type: TaskType, endpoint_id: str) -> Procedure[Body | None]:
    endpoint = yield from find_endpoint(task_type, endpoint_id)
    return None if endpoint is None else comparable(endpoint)


def _put(endpoint: Endpoint, endpoint_id: str | None = None) -> Procedure[None]:
    """The cluster calls the sidecar before it answers."""
    yield from send(
        lambda client: client.inference.put(
            task_type=endpoint.task_type,
            inference_id=endpoint_id or endpoint.id,
            inference_config=endpoint.body,
        )
    )


def _replace(endpoint: Endpoint) -> Procedure[None]:
    trial_id = f"{endpoint.id}-tried"
    yield from _delete(endpoint.task_type, trial_id)  # Left by a run that was cut off.
    yield from _put(endpoint, trial_id)
    try:
        # By force, as it is back at once: our own pipeline names it.
        yield from _delete(endpoint.task_type, endpoint.id, force=True)
        yield from _put(endpoint)
    finally:
        yield from _delete(endpoint.task_type, trial_id)


def _key_rotation(endpoint: Endpoint) -> Change:
    """A change of the key, which no body shows."""

    def update() -> Procedure[None]:
        yield from send(
            lambda client: client.inference.update(
                task_type=endpoint.task_type,
                inference_id=endpoint.id,
                inference_config={"service_settings": endpoint.secrets},
            )
        )

    make = update if endpoint.service != "custom" else lambda: _replace(endpoint)
    before, after = ({**endpoint.public, "key": key} for key in ("as it was", "as given now"))
    return Change(KIND, endpoint.id, before, after, make)


def _refuse_used(endpoint_id: str, own_pipeline: str) -> Procedure[None]:
    """Raises StillInUse where other pipelines, or fields of the type `semantic_text`, use the
    endpoint."""
    answer = yield from send(
        lambda client: client.inference.delete(
            task_type="text_embedding", inference_id=endpoint_id, dry_run=True
        )
    )
    pipelines = {*(answer.get("pipelines") or ())} - {own_pipeline}
    users = sorted({*pipelines, *(answer.get("indexes") or ())})
    if users:
        raise StillInUse(
            f"{users} use the inference endpoint {endpoint_id}, which would get other settings:"
            " install under another --name, and let them use that one"
        )


def _delete(task_type: TaskType, endpoint_id: str, *, force: bool = False) -> Procedure[None]:
    """An endpoint that does not exist is no error."""
    yield from ignore_missing(
        send(
            lambda client: client.inference.delete(
                task_type=task_type, inference_id=endpoint_id, force=force or None
            )
        )
    )
