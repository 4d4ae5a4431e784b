"""Install, install again, change and uninstall, with the sync and the async client."""

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
from tests.es_integration.elasticsearch.conftest import CLIENT_MAJOR, Cluster, FakeStart
from tests.es_integration.fake_elasticsearch.requests import dump

SERVICES = ("hugging_face", "custom", "openshift_ai")


def settings(client: Elasticsearch, spec: ElasticsearchInstall) -> Any:
    answer = client.inference.get(task_type="rerank", inference_id=spec.endpoint_id)
    return answer["endpoints"][0]["service_settings"]


@pytest.mark.parametrize("service", SERVICES)
def test_an_install_is_made_once_and_undone(
    client: Elasticsearch, spec: ElasticsearchInstall, service: Any
) -> None:
    spec = replace(spec, service=service)
    if not run(client, read_version()).has(service):
        pytest.skip(f"this cluster has no {service}")
    made = install(client, spec)
    assert [change.action for change in made] == [Action.CREATE]
    assert spec.url in made[0].diff()
    assert install(client, spec) == ()
    assert settings(client, spec)["url"] == spec.url
    assert [change.action for change in uninstall(client, spec)] == [Action.DELETE]
    assert uninstall(client, spec) == ()


async def test_the_async_client_does_the_same(
    async_client: AsyncElasticsearch, spec: ElasticsearchInstall
) -> None:
    assert len(await install_async(async_client, spec)) == 1
    assert await install_async(async_client, spec) == ()
    assert len(await uninstall_async(async_client, spec)) == 1
    assert await uninstall_async(async_client, spec) == ()


def test_a_changed_setting_is_shown_and_then_made(
    client: Elasticsearch, spec: ElasticsearchInstall
) -> None:
    install(client, spec)
    changed_spec = replace(spec, requests_per_minute=77)
    (change,) = run(client, plan_install(changed_spec))
    assert change.action is Action.UPDATE
    changed = [line for line in change.diff().splitlines()[3:] if line[0] in "+-"]
    assert [line.split()[-1] for line in changed] == ["10000", "77"]
    assert settings(client, spec)["rate_limit"] == {"requests_per_minute": 10_000}
    run(client, apply((change,)))
    assert settings(client, spec)["rate_limit"] == {"requests_per_minute": 77}
    assert install(client, changed_spec) == ()


def test_another_service_takes_the_endpoints_place(
    client: Elasticsearch, spec: ElasticsearchInstall
) -> None:
    install(client, spec)
    (change,) = install(client, replace(spec, service="custom"))
    assert '"hugging_face"' in change.diff()
    assert "documents" in settings(client, spec)["request"]


def test_an_unreachable_address_leaves_the_old_endpoint(
    client: Elasticsearch, spec: ElasticsearchInstall, cluster: Cluster
) -> None:
    install(client, spec)
    lost = replace(spec, sidecar_url="http://127.0.0.1:9")
    with pytest.raises(ClusterRefused, match="could not rerank by the sidecar"):
        install(client, lost)
    assert settings(client, spec)["url"] == spec.url
    if cluster.fake is not None:
        assert [*cluster.fake.endpoints] == [spec.endpoint_id]


def test_an_unreachable_sidecar_is_reported_with_its_cause(start_fake: FakeStart) -> None:
    fake, client = start_fake()
    with pytest.raises(ClusterRefused) as refused:
        install(client, ElasticsearchInstall("http://127.0.0.1:9", profile="legal"))
    assert "as seen from every Elasticsearch node" in refused.value.message
    assert "Connection refused" in refused.value.message
    assert [request.url for request in fake.sender.sent] == [
        "http://127.0.0.1:9/elasticsearch/legal/rerank"
    ] * 3


def test_a_missing_licence_is_named(start_fake: FakeStart, server: SidecarProcess) -> None:
    fake, client = start_fake(licence="basic")
    spec = ElasticsearchInstall(server.url)
    with pytest.raises(ClusterRefused, match=r"Enterprise licence or a trial.*start_trial"):
        install(client, spec)
    assert fake.sender.sent == []
    client.license.post_start_trial(acknowledge=True)
    assert len(install(client, spec)) == 1


@pytest.mark.parametrize(
    ("number", "service", "message"),
    [("9.0.4", "hugging_face", "8.19 or 9.1"), ("9.2.0", "openshift_ai", "9.3")],
)
def test_a_cluster_that_is_too_old_is_refused_before_anything_is_sent(
    start_fake: FakeStart, number: str, service: Any, message: str
) -> None:
    fake, client = start_fake(version=number)
    with pytest.raises(ClusterRefused, match=f"{number}.*{message}"):
        install(client, ElasticsearchInstall("http://127.0.0.1:9", service=service))
    assert fake.sender.sent == []


def test_a_client_of_a_later_major_version_is_refused(start_fake: FakeStart) -> None:
    _, client = start_fake(version=f"{CLIENT_MAJOR - 1}.19.0")
    with pytest.raises(ClusterRefused, match="later major version than the cluster"):
        install(client, ElasticsearchInstall("http://127.0.0.1:9"))


@pytest.mark.parametrize("service", SERVICES)
def test_a_new_key_is_written_when_asked_for(
    start_fake: FakeStart, server: SidecarProcess, service: Any
) -> None:
    fake, client = start_fake()
    spec = ElasticsearchInstall(server.url, service=service, sidecar_key="first")
    install(client, spec)
    second = replace(spec, sidecar_key="second")
    assert install(client, second) == (), "a key cannot be compared"
    (change,) = install(client, replace(second, rotate_key=True))
    assert "as given now" in change.diff()
    assert not {"first", "second"} & {*change.diff().split('"')}
    assert [request.headers["Authorization"] for request in fake.sender.sent] == [
        "Bearer first",
        *["Bearer second"] * (1 if service != "custom" else 2),
    ]
    assert [*fake.endpoints] == [spec.endpoint_id]


def test_a_wrong_key_is_reported_through_the_cluster(start_fake: FakeStart) -> None:
    _, client = start_fake()
    with (
        SidecarProcess({"api_key": "right"}) as locked,
        pytest.raises(ClusterRefused, match=r"status \[401\]") as refused,
    ):
        install(client, ElasticsearchInstall(locked.url, sidecar_key="wr0ng"))
    assert "wr0ng" not in refused.value.message


def test_a_top_n_that_somebody_set_is_taken_away(
    client: Elasticsearch, spec: ElasticsearchInstall
) -> None:
    install(client, spec)
    client.inference.update(
        task_type="rerank",
        inference_id=spec.endpoint_id,
        inference_config={"task_settings": {"top_n": 3}},
    )
    (change,) = install(client, spec)
    assert '-    "top_n": 3' in change.diff()
    assert install(client, spec) == ()


def test_a_cluster_without_an_answer_is_reported() -> None:
    with (
        Elasticsearch("http://127.0.0.1:9") as client,
        pytest.raises(ClusterRefused, match="no answer") as refused,
    ):
        install(client, ElasticsearchInstall("http://127.0.0.1:9"))
    assert refused.value.status == 0


def test_another_search_engine_is_refused(recording_server: Any) -> None:
    opensearch = recording_server(
        lambda method, path, body: (200, {"version": {"number": "2.19.1"}})
    )
    with (
        Elasticsearch(opensearch.url) as client,
        pytest.raises(ClusterRefused, match="this is not Elasticsearch"),
    ):
        install(client, ElasticsearchInstall("http://127.0.0.1:9"))


def test_the_probe_of_a_put_is_what_elasticsearch_sends(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    """And so the sidecar has answered each of the three."""
    fake, client = start_fake()
    for service in SERVICES:
        spec = ElasticsearchInstall(server.url, service=service, name=service.replace("_", "-"))  # type: ignore[arg-type]
        install(client, spec)
    assert [request.body.decode() for request in fake.sender.sent] == [
        '{"texts":["how big"],"query":"test query"}',
        '{"query":"test query","documents":["how big"]}',
        dump({"query": "test query", "documents": ["how big"]}),
    ]
