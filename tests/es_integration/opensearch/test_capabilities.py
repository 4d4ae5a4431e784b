"""Clusters that can have no route, or only one, and the reasons given."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from opensearchpy import OpenSearch

from es_integration import ClusterRefused, OpenSearchInstall
from es_integration.cluster.change import Plan
from es_integration.cluster.procedure import run
from es_integration.opensearch import install
from es_integration.opensearch.install import plan_install
from tests.es_integration.opensearch.fake_opensearch import ML, FakeOpenSearch

PRIVATE = OpenSearchInstall("http://10.1.2.3:8090", fields=("title",))
PUBLIC = OpenSearchInstall("http://8.8.8.8:8090", fields=("title",))


@pytest.fixture
def plan(recording_server: Callable[..., Any]) -> Callable[..., Plan]:
    def read(fake: FakeOpenSearch, spec: OpenSearchInstall) -> Plan:
        with closing(OpenSearch(recording_server(fake).url, max_retries=0)) as client:
            return run(client, plan_install(spec))

    return read


def test_an_older_version_gets_one_route_and_the_reason_why_not_the_other(
    plan: Callable[..., Plan],
) -> None:
    changes = plan(FakeOpenSearch("2.17.1"), PRIVATE)
    (left_out,) = [change for change in changes if change.kind == "route"]
    assert left_out.name.endswith("-structured")
    assert left_out.before == {
        "left out": "the structured route needs OpenSearch 2.18 or newer, this is 2.17.1"
    }
    assert left_out.diff() == ""
    assert {change.name for change in changes if change.kind == "connector"} == {
        "rerank-sidecar-ecommerce-flat"
    }


@pytest.mark.parametrize(
    ("number", "config"),
    [
        ("2.12.0", None),
        ("2.13.0", {"max_connection": 30, "connection_timeout": 3000, "read_timeout": 5000}),
        ("2.14.0", {"max_connection": 30, "connection_timeout": 3, "read_timeout": 5}),
    ],
)
def test_time_outs_are_in_the_units_of_the_version(
    plan: Callable[..., Plan], number: str, config: dict[str, int] | None
) -> None:
    (connector,) = [
        change for change in plan(FakeOpenSearch(number), PUBLIC) if change.kind == "connector"
    ]
    assert connector.after is not None
    client_config = connector.after.get("client_config")
    assert (client_config and {key: client_config[key] for key in config or {}}) == config


@pytest.mark.parametrize(
    ("number", "reason"), [("2.11.1", "needs OpenSearch 2.12"), ("1.3.0", "this is 1.3.0")]
)
def test_a_version_without_rerankers_is_refused(
    plan: Callable[..., Plan], number: str, reason: str
) -> None:
    with pytest.raises(ClusterRefused, match=reason):
        plan(FakeOpenSearch(number), PUBLIC)


def test_a_private_address_is_refused_before_2_15_and_set_up_after(
    plan: Callable[..., Plan],
) -> None:
    with pytest.raises(ClusterRefused, match=r"private address.*2\.15"):
        plan(FakeOpenSearch("2.14.0"), PRIVATE)
    settings = [change.name for change in plan(FakeOpenSearch("2.15.0"), PRIVATE)][:2]
    assert settings[1] == "plugins.ml_commons.connector.private_ip_enabled"


def test_missing_plugins_are_named(plan: Callable[..., Plan]) -> None:
    fake = FakeOpenSearch()
    fake.processors = []
    with pytest.raises(ClusterRefused, match=r"opensearch-ml .*opensearch-neural-search"):
        plan(fake, PUBLIC)


def test_elasticsearch_is_not_taken_for_opensearch(plan: Callable[..., Plan]) -> None:
    fake = FakeOpenSearch("8.19.0")
    fake.distribution = None
    with pytest.raises(ClusterRefused, match="not OpenSearch"):
        plan(fake, PUBLIC)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(401, "does not know these credentials"), (403, "may not do it.*cluster:admin")],
)
def test_a_refusal_names_the_missing_permission(
    plan: Callable[..., Plan], status: int, reason: str
) -> None:
    fake = FakeOpenSearch()
    fake.failures[f"{ML}/connectors/_search"] = [status]
    with pytest.raises(ClusterRefused, match=reason) as caught:
        plan(fake, PUBLIC)
    assert caught.value.status == status


def test_an_unreachable_cluster_is_refused_with_status_zero() -> None:
    with (
        closing(OpenSearch("http://127.0.0.1:9", max_retries=0)) as client,
        pytest.raises(ClusterRefused, match="gave no answer") as caught,
    ):
        install(client, PUBLIC)
    assert caught.value.status == 0
