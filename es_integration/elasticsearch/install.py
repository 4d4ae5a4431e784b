"""Installs a sidecar's endpoint in an Elasticsearch cluster, and takes it away.

    wanted = ElasticsearchInstall("http://sidecar:8080", profile="ecommerce")
    for change in install(Elasticsearch(url), wanted):
        print(change.diff())

Run twice, the second time changes nothing: an endpoint has no version, so its public settings are
compared. The secret is not among them; `rotate_key` writes it all the same.

Elasticsearch can change an endpoint's secret in place, and nothing else of ours. So another
address, service or setting means to delete and to put again, and searches in between have no
endpoint: they fail, or keep their first-stage order where allow_rerank_failures is set. The new
settings are first put under a name of their own: what the nodes cannot reach leaves the old
endpoint as it is.
"""

from functools import partial
from typing import TYPE_CHECKING

from es_integration.cluster.calls import if_there
from es_integration.cluster.change import Body, Change, Plan, carried_out
from es_integration.cluster.procedure import Procedure, run, run_async
from es_integration.elasticsearch.calls import ask, endpoint, require, version
from es_integration.elasticsearch.endpoint import (
    ElasticsearchInstall,
    comparable,
    endpoint_body,
    public_body,
    secrets,
)

# The official client is an extra: imported where it is used.
if TYPE_CHECKING:
    from elasticsearch import AsyncElasticsearch, Elasticsearch

KIND = "inference endpoint"


def plan_install(wanted: ElasticsearchInstall) -> Procedure[Plan]:
    """What an install would change; changes nothing.

    Raises ClusterRefused where the cluster is too old for the service, or gives no answer.
    """
    require((yield from version()), wanted.service)
    found = yield from endpoint(wanted.endpoint_id)
    before = None if found is None else comparable(found)
    after = public_body(wanted)
    if before == after and wanted.rotate_key:
        return (_rotation(wanted, after),)
    make = partial(_put if before is None else _replace, wanted)
    return (Change(KIND, wanted.endpoint_id, before, after, make),)


def plan_uninstall(wanted: ElasticsearchInstall) -> Procedure[Plan]:
    """What an uninstall would take away: the endpoint of that name, whatever its settings.

    Raises ClusterRefused.
    """
    found = yield from endpoint(wanted.endpoint_id)
    before = None if found is None else comparable(found)
    return (Change(KIND, wanted.endpoint_id, before, None, lambda: _delete(wanted.endpoint_id)),)


def install(client: "Elasticsearch", wanted: ElasticsearchInstall) -> Plan:
    """Installs; returns the changes that were made. Raises ClusterRefused."""
    return run(client, carried_out(plan_install(wanted)))


async def install_async(client: "AsyncElasticsearch", wanted: ElasticsearchInstall) -> Plan:
    """As `install`, over the async client."""
    return await run_async(client, carried_out(plan_install(wanted)))


def uninstall(client: "Elasticsearch", wanted: ElasticsearchInstall) -> Plan:
    """Takes away; returns the changes that were made. Raises ClusterRefused."""
    return run(client, carried_out(plan_uninstall(wanted)))


async def uninstall_async(client: "AsyncElasticsearch", wanted: ElasticsearchInstall) -> Plan:
    """As `uninstall`, over the async client."""
    return await run_async(client, carried_out(plan_uninstall(wanted)))


def _put(wanted: ElasticsearchInstall, endpoint_id: str | None = None) -> Procedure[None]:
    """The cluster calls the sidecar before it answers."""
    yield from ask(
        lambda client: client.inference.put(
            task_type="rerank",
            inference_id=endpoint_id or wanted.endpoint_id,
            inference_config=endpoint_body(wanted),
        )
    )


def _replace(wanted: ElasticsearchInstall) -> Procedure[None]:
    tried = f"{wanted.endpoint_id}-tried"
    yield from _delete(tried)  # of a run that was cut off
    yield from _put(wanted, tried)
    try:
        yield from _delete(wanted.endpoint_id)
        yield from _put(wanted)
    finally:
        yield from _delete(tried)


def _rotation(wanted: ElasticsearchInstall, body: Body) -> Change:
    """A change of the key, which no body shows."""

    def update() -> Procedure[None]:
        yield from ask(
            lambda client: client.inference.update(
                task_type="rerank",
                inference_id=wanted.endpoint_id,
                inference_config={"service_settings": secrets(wanted)},
            )
        )

    make = update if wanted.service != "custom" else lambda: _replace(wanted)
    before, after = {**body, "key": "as it was"}, {**body, "key": "as given now"}
    return Change(KIND, wanted.endpoint_id, before, after, make)


def _delete(endpoint_id: str) -> Procedure[None]:
    """What is gone already is no error."""
    yield from if_there(
        ask(lambda client: client.inference.delete(task_type="rerank", inference_id=endpoint_id))
    )
