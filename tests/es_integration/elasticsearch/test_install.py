"""Installed once, found installed, changed, taken away; by the sync and the async client."""

from dataclasses import replace
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch, Elasticsearch

from es_integration.cluster.change import Action, apply
from es_integration.cluster.procedure import run
from es_integration.elasticsearch import (
    ElasticsearchInstall,
    install,
    install_async,
    plan_install,
    uninstall,
    uninstall_async,
)
from es_integration.elasticsearch.version import read_version
from es_integration.errors import ClusterRefused
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.elasticsearch.conftest import CLIENT_MAJOR, Cluster, PeerStart
from tests.es_integration.inference_peer.requests import dump

SERVICES = ("hugging_face", "custom", "openshift_ai")


def settings(client: Elasticsearch, wanted: ElasticsearchInstall) -> Any:
    answer = client.inference.get(task_type="rerank", inference_id=wanted.endpoint_id)
    return answer["endpoints"][0]["service_settings"]


@pytest.mark.parametrize("service", SERVICES)
def test_an_install_is_made_once_and_undone(
    client: Elasticsearch, wanted: ElasticsearchInstall, service: Any
) -> None:
    wanted = replace(wanted, service=service)
    if not run(client, read_version()).has(service):
        pytest.skip(f"this cluster has no {service}")
    made = install(client, wanted)
    assert [change.action for change in made] == [Action.CREATE]
    assert wanted.url in made[0].diff()
    assert install(client, wanted) == ()
    assert settings(client, wanted)["url"] == wanted.url
    assert [change.action for change in uninstall(client, wanted)] == [Action.DELETE]
    assert uninstall(client, wanted) == ()


async def test_the_async_client_does_the_same(
    async_client: AsyncElasticsearch, wanted: ElasticsearchInstall
) -> None:
    assert len(await install_async(async_client, wanted)) == 1
    assert await install_async(async_client, wanted) == ()
    assert len(await uninstall_async(async_client, wanted)) == 1
    assert await uninstall_async(async_client, wanted) == ()


def test_a_changed_setting_is_shown_and_then_made(
    client: Elasticsearch, wanted: ElasticsearchInstall
) -> None:
    install(client, wanted)
    other = replace(wanted, requests_per_minute=77)
    (change,) = run(client, plan_install(other))
    assert change.action is Action.UPDATE
    changed = [line for line in change.diff().splitlines()[3:] if line[0] in "+-"]
    assert [line.split()[-1] for line in changed] == ["10000", "77"]
    assert settings(client, wanted)["rate_limit"] == {"requests_per_minute": 10_000}
    run(client, apply((change,)))
    assert settings(client, wanted)["rate_limit"] == {"requests_per_minute": 77}
    assert install(client, other) == ()


def test_another_service_takes_the_endpoints_place(
    client: Elasticsearch, wanted: ElasticsearchInstall
) -> None:
    install(client, wanted)
    (change,) = install(client, replace(wanted, service="custom"))
    assert '"hugging_face"' in change.diff()
    assert "documents" in settings(client, wanted)["request"]


def test_what_the_nodes_cannot_reach_leaves_the_old_endpoint(
    client: Elasticsearch, wanted: ElasticsearchInstall, cluster: Cluster
) -> None:
    install(client, wanted)
    lost = replace(wanted, sidecar_url="http://127.0.0.1:9")
    with pytest.raises(ClusterRefused, match="could not rerank by the sidecar"):
        install(client, lost)
    assert settings(client, wanted)["url"] == wanted.url
    if cluster.peer is not None:
        assert [*cluster.peer.endpoints] == [wanted.endpoint_id]


def test_an_unreachable_sidecar_is_said_with_its_cause(start_peer: PeerStart) -> None:
    peer, client = start_peer()
    with pytest.raises(ClusterRefused) as refused:
        install(client, ElasticsearchInstall("http://127.0.0.1:9", profile="legal"))
    assert "as seen from every Elasticsearch node" in refused.value.message
    assert "Connection refused" in refused.value.message
    assert [request.url for request in peer.sender.sent] == [
        "http://127.0.0.1:9/elasticsearch/legal/rerank"
    ] * 3


def test_the_licence_that_is_needed_is_said(start_peer: PeerStart, server: SidecarProcess) -> None:
    peer, client = start_peer(licence="basic")
    wanted = ElasticsearchInstall(server.url)
    with pytest.raises(ClusterRefused, match=r"Enterprise licence or a trial.*start_trial"):
        install(client, wanted)
    assert peer.sender.sent == []
    client.license.post_start_trial(acknowledge=True)
    assert len(install(client, wanted)) == 1


@pytest.mark.parametrize(
    ("number", "service", "said"),
    [("9.0.4", "hugging_face", "8.19 or 9.1"), ("9.2.0", "openshift_ai", "9.3")],
)
def test_a_cluster_that_is_too_old_is_told_before_anything_is_sent(
    start_peer: PeerStart, number: str, service: Any, said: str
) -> None:
    peer, client = start_peer(version=number)
    with pytest.raises(ClusterRefused, match=f"{number}.*{said}"):
        install(client, ElasticsearchInstall("http://127.0.0.1:9", service=service))
    assert peer.sender.sent == []


def test_a_client_of_a_later_major_version_is_told(start_peer: PeerStart) -> None:
    _, client = start_peer(version=f"{CLIENT_MAJOR - 1}.19.0")
    with pytest.raises(ClusterRefused, match="later major version than the cluster"):
        install(client, ElasticsearchInstall("http://127.0.0.1:9"))


@pytest.mark.parametrize("service", SERVICES)
def test_a_new_key_is_written_when_asked_for(
    start_peer: PeerStart, server: SidecarProcess, service: Any
) -> None:
    peer, client = start_peer()
    wanted = ElasticsearchInstall(server.url, service=service, sidecar_key="first")
    install(client, wanted)
    second = replace(wanted, sidecar_key="second")
    assert install(client, second) == (), "a key cannot be compared"
    (change,) = install(client, replace(second, rotate_key=True))
    assert "as given now" in change.diff()
    assert not {"first", "second"} & {*change.diff().split('"')}
    assert [request.headers["Authorization"] for request in peer.sender.sent] == [
        "Bearer first",
        *["Bearer second"] * (1 if service != "custom" else 2),
    ]
    assert [*peer.endpoints] == [wanted.endpoint_id]


def test_a_wrong_key_is_said_by_the_sidecar_through_the_cluster(start_peer: PeerStart) -> None:
    _, client = start_peer()
    with (
        SidecarProcess({"api_key": "right"}) as locked,
        pytest.raises(ClusterRefused, match=r"status \[401\]") as refused,
    ):
        install(client, ElasticsearchInstall(locked.url, sidecar_key="wr0ng"))
    assert "wr0ng" not in refused.value.message


def test_a_top_n_that_somebody_set_is_taken_away(
    client: Elasticsearch, wanted: ElasticsearchInstall
) -> None:
    install(client, wanted)
    client.inference.update(
        task_type="rerank",
        inference_id=wanted.endpoint_id,
        inference_config={"task_settings": {"top_n": 3}},
    )
    (change,) = install(client, wanted)
    assert '-    "top_n": 3' in change.diff()
    assert install(client, wanted) == ()


def test_a_cluster_that_answers_nothing_is_said() -> None:
    with (
        Elasticsearch("http://127.0.0.1:9") as client,
        pytest.raises(ClusterRefused, match="no answer") as refused,
    ):
        install(client, ElasticsearchInstall("http://127.0.0.1:9"))
    assert refused.value.status == 0


def test_another_product_is_told(recording_server: Any) -> None:
    other = recording_server(lambda method, path, body: (200, {"version": {"number": "2.19.1"}}))
    with (
        Elasticsearch(other.url) as client,
        pytest.raises(ClusterRefused, match="this is not Elasticsearch"),
    ):
        install(client, ElasticsearchInstall("http://127.0.0.1:9"))


def test_the_probe_of_a_put_is_what_elasticsearch_sends(
    start_peer: PeerStart, server: SidecarProcess
) -> None:
    """And so the sidecar has answered each of the three."""
    peer, client = start_peer()
    for service in SERVICES:
        wanted = ElasticsearchInstall(server.url, service=service, name=service.replace("_", "-"))  # type: ignore[arg-type]
        install(client, wanted)
    assert [request.body.decode() for request in peer.sender.sent] == [
        '{"texts":["how big"],"query":"test query"}',
        '{"query":"test query","documents":["how big"]}',
        dump({"query": "test query", "documents": ["how big"]}),
    ]
