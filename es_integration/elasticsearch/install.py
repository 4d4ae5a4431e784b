"""Installs and removes a sidecar's inference endpoint in an Elasticsearch cluster.

    spec = ElasticsearchInstall("http://sidecar:8080", profile="ecommerce")
    for change in install(Elasticsearch(url), spec):
        print(change.diff())

A second run changes nothing: endpoints have no version, so their public settings are compared. The
key is not among them; `rotate_key` always writes it.

Elasticsearch can change only an endpoint's key in place. For another address, service or setting
the endpoint is deleted and put again. Searches in between have no endpoint: they fail, or keep
their first-stage order when allow_rerank_failures is set. The new settings are first put under
another name, so an address that the nodes cannot reach leaves the old endpoint as it is.
"""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from es_integration.cluster.calls import ignore_missing
from es_integration.cluster.change import Change, Plan, plan_and_apply
from es_integration.cluster.procedure import Body, Procedure, run, run_async
from es_integration.elasticsearch.calls import send
from es_integration.elasticsearch.endpoint import (
    ElasticsearchInstall,
    comparable,
    endpoint_body,
    public_body,
    secrets,
)
from es_integration.elasticsearch.version import require_service

# The official client is an extra: imported where it is used.
if TYPE_CHECKING:
    from elasticsearch import AsyncElasticsearch, Elasticsearch

KIND = "inference endpoint"


def plan_install(spec: ElasticsearchInstall) -> Procedure[Plan]:
    """What an install would change; changes nothing.

    Raises ClusterRefused when the cluster is too old for the service, or gives no answer.
    """
    yield from require_service(spec.service)
    before = yield from _installed(spec)
    after = public_body(spec)
    if before == after and spec.rotate_key:
        return (_key_rotation(spec, after),)
    make = partial(_put if before is None else _replace, spec)
    return (Change(KIND, spec.endpoint_id, before, after, make),)


def plan_uninstall(spec: ElasticsearchInstall) -> Procedure[Plan]:
    """What an uninstall would remove: the endpoint of that name, whatever its settings.

    Raises ClusterRefused.
    """
    before = yield from _installed(spec)
    return (Change(KIND, spec.endpoint_id, before, None, lambda: _delete(spec.endpoint_id)),)


def install(client: "Elasticsearch", spec: ElasticsearchInstall) -> Plan:
    """Installs; returns the changes that were made. Raises ClusterRefused."""
    return run(client, plan_and_apply(plan_install(spec)))


async def install_async(client: "AsyncElasticsearch", spec: ElasticsearchInstall) -> Plan:
    """As `install`, over the async client."""
    return await run_async(client, plan_and_apply(plan_install(spec)))


def uninstall(client: "Elasticsearch", spec: ElasticsearchInstall) -> Plan:
    """Removes the endpoint; returns the changes that were made. Raises ClusterRefused."""
    return run(client, plan_and_apply(plan_uninstall(spec)))


async def uninstall_async(client: "AsyncElasticsearch", spec: ElasticsearchInstall) -> Plan:
    """As `uninstall`, over the async client."""
    return await run_async(client, plan_and_apply(plan_uninstall(spec)))


def find_endpoint(endpoint_id: str) -> Procedure[Mapping[str, Any] | None]:
    """The endpoint as the cluster shows it, None when there is none. Raises ClusterRefused."""
    answer = yield from ignore_missing(
        send(lambda client: client.inference.get(task_type="rerank", inference_id=endpoint_id))
    )
    return None if answer is None else answer["endpoints"][0]


def _installed(spec: ElasticsearchInstall) -> Procedure[Body | None]:
    endpoint = yield from find_endpoint(spec.endpoint_id)
    return None if endpoint is None else comparable(endpoint)


def _put(spec: ElasticsearchInstall, endpoint_id: str | None = None) -> Procedure[None]:
    """The cluster calls the sidecar before it answers."""
    yield from send(
        lambda client: client.inference.put(
            task_type="rerank",
            inference_id=endpoint_id or spec.endpoint_id,
            inference_config=endpoint_body(spec),
        )
    )


def _replace(spec: ElasticsearchInstall) -> Procedure[None]:
    trial_id = f"{spec.endpoint_id}-tried"
    yield from _delete(trial_id)  # Left by a run that was cut off.
    yield from _put(spec, trial_id)
    try:
        yield from _delete(spec.endpoint_id)
        yield from _put(spec)
    finally:
        yield from _delete(trial_id)


def _key_rotation(spec: ElasticsearchInstall, body: Body) -> Change:
    """A change of the key, which no body shows."""

    def update() -> Procedure[None]:
        yield from send(
            lambda client: client.inference.update(
                task_type="rerank",
                inference_id=spec.endpoint_id,
                inference_config={"service_settings": secrets(spec)},
            )
        )

    make = update if spec.service != "custom" else lambda: _replace(spec)
    before, after = {**body, "key": "as it was"}, {**body, "key": "as given now"}
    return Change(KIND, spec.endpoint_id, before, after, make)


def _delete(endpoint_id: str) -> Procedure[None]:
    """An endpoint that does not exist is no error."""
    yield from ignore_missing(
        send(lambda client: client.inference.delete(task_type="rerank", inference_id=endpoint_id))
    )
