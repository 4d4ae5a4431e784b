"""The canary inside of `serve`, over clusters that begin to fail."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from opensearchpy import OpenSearch

from es_integration import OpenSearchInstall, Route
from es_integration.local_node import LocalOpenSearch
from es_integration.opensearch import install, uninstall
from sidecar.workshop.sidecar_process import SidecarProcess, free_port
from tests.es_integration.opensearch.fake_opensearch import FakeOpenSearch
from tests.http_client import post

SIDECAR = "http://10.1.2.3:8080"
CANARY = {
    "canary_engine": "opensearch",
    "canary_every": "0.5s",
    "canary_options": "--no-templates --routes structured",
}
PIPELINE = 'rerank_canary_check{check="structured: search pipeline"}'


def metrics(url: str) -> dict[str, float]:
    with urllib.request.urlopen(f"{url}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


def until(url: str, name: str, value: float, seconds: float = 30.0) -> dict[str, float]:
    """The metrics once one of them has this value."""
    end = time.monotonic() + seconds
    while (found := metrics(url)).get(name) != value:
        assert time.monotonic() < end, {k: v for k, v in found.items() if "canary" in k}
        time.sleep(0.1)
    return found


def test_the_outcome_is_in_the_service_s_own_metrics(recording_server: Callable[..., Any]) -> None:
    fake = FakeOpenSearch()
    cluster = recording_server(fake)
    spec = OpenSearchInstall(SIDECAR, routes=(Route.STRUCTURED,))
    with OpenSearch(cluster.url) as client:
        install(client, spec)
    where = {"canary_cluster": cluster.url, "canary_sidecar": SIDECAR}
    with SidecarProcess({**CANARY, **where}) as service:
        found = until(service.url, "rerank_canary_up", 1)
        assert found["rerank_ready"] == 1
        assert abs(found["rerank_canary_last_success_timestamp_seconds"] - time.time()) < 30
        pipelines, fake.pipelines = fake.pipelines, {}
        assert until(service.url, "rerank_canary_up", 0)[PIPELINE] == 0
        fake.pipelines = pipelines
        until(service.url, "rerank_canary_up", 1)


def test_a_cluster_that_is_not_there_is_an_outcome_and_serving_goes_on() -> None:
    where = {"canary_cluster": "http://127.0.0.1:9", "canary_sidecar": SIDECAR}
    with SidecarProcess({**CANARY, **where}) as service:
        found = until(service.url, "rerank_canary_up", 0)
        assert found['rerank_canary_check{check="cluster"}'] == 0
        body = {"query": "red shoes", "documents": ["Red running shoe", "Plain sock"]}
        assert post(service, "/v2/rerank", body).status == 200


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (["--canary-every=soon"], "write it as 30s, 5m or 1h"),
        (["--canary-profile=mine"], "name the fields to send for the profile 'mine'"),
        (["--canary-options=--routes nowhere"], "nowhere"),
        (["--canary-options=--no-such-option"], "o such option"),
        (["--canary-options=--help"], "o such option"),
        (["--canary-options=--routes 'structured"], "canary_options: No closing quotation"),
    ],
)
def test_settings_that_no_cluster_could_help_end_the_start(flags: list[str], reason: str) -> None:
    command = [sys.executable, "-m", "sidecar", "serve", f"--port={free_port()}"]
    where = ["--canary-engine=opensearch", "--canary-cluster=http://127.0.0.1:9"]
    result = subprocess.run(
        [*command, *where, f"--canary-sidecar={SIDECAR}", *flags],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert reason in result.stderr
    assert len(result.stderr.splitlines()) == 1, "one line, no traceback"


@pytest.mark.node
def test_a_dropped_pipeline_and_a_stopped_sidecar_are_named_on_a_real_node(
    opensearch_node: LocalOpenSearch, cluster: OpenSearch
) -> None:
    """The canary of one replica asks the cluster that calls another: what a canary inside of the
    sidecar that died could not say."""
    with SidecarProcess() as called:
        spec = OpenSearchInstall(called.url, routes=(Route.STRUCTURED,))
        install(cluster, spec)
        where = {"canary_cluster": opensearch_node.url, "canary_sidecar": called.url}
        try:
            with SidecarProcess({**CANARY, **where}) as replica:
                until(replica.url, "rerank_canary_up", 1)
                cluster.transport.perform_request(
                    "DELETE", f"/_search/pipeline/{spec.pipeline(Route.STRUCTURED)}"
                )
                assert until(replica.url, "rerank_canary_up", 0)[PIPELINE] == 0
                install(cluster, spec)
                until(replica.url, "rerank_canary_up", 1)
                called.stop()
                found = until(replica.url, "rerank_canary_up", 0)
                assert found['rerank_canary_check{check="structured: sidecar"}'] == 0
        finally:
            uninstall(cluster, spec)
