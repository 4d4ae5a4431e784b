"""`rerank-sidecar canary` as a process, over clusters that begin to fail."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from opensearchpy import OpenSearch

from es_integration import OpenSearchInstall, Route
from es_integration.local_node import LocalOpenSearch
from es_integration.opensearch import install, uninstall
from sidecar.telemetry.canary_metrics import CanaryMetrics
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.opensearch.fake_opensearch import FakeOpenSearch

EVERY_S = 0.5
SIDECAR = "http://10.1.2.3:8080"


@dataclass
class Canary:
    """A running canary: its log, line by line, and its metrics."""

    process: "subprocess.Popen[str]"
    url: str

    def next_round(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return dict(json.loads(self.process.stdout.readline()))

    def until(self, ok: bool, rounds: int = 40) -> dict[str, Any]:
        """The first of the next rounds with this outcome."""
        for _ in range(rounds):
            if (entry := self.next_round())["ok"] is ok:
                return entry
        raise AssertionError(f"no round of {rounds} was {ok}")

    def metrics(self) -> dict[str, float]:
        with urllib.request.urlopen(self.url) as answer:
            lines = answer.read().decode().splitlines()
        pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in pairs}


@contextmanager
def canary(*arguments: str) -> Iterator[Canary]:
    command = [sys.executable, "-m", "sidecar", "canary", *arguments, "--port", "0"]
    process = subprocess.Popen(
        [*command, "--every", f"{EVERY_S}s"], stdout=subprocess.PIPE, text=True, env=os.environ
    )
    try:
        assert process.stdout is not None
        yield Canary(process, json.loads(process.stdout.readline())["url"])
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()


def test_a_broken_part_is_named_and_its_mending_seen(
    recording_server: Callable[..., Any],
) -> None:
    fake = FakeOpenSearch()
    cluster = recording_server(fake)
    spec = OpenSearchInstall(SIDECAR)
    with OpenSearch(cluster.url) as client:
        install(client, spec)
    where = ["opensearch", "--cluster", cluster.url, "--sidecar", SIDECAR, "--no-templates"]
    with canary(*where) as running:
        assert running.next_round()["failed"] == []
        before = running.metrics()
        assert before["rerank_canary_up"] == 1
        assert abs(before["rerank_canary_last_success_timestamp_seconds"] - time.time()) < 30

        pipelines, fake.pipelines = fake.pipelines, {}
        broken = running.until(ok=False)
        assert {entry["check"] for entry in broken["failed"]} == {
            "flat: search pipeline",
            "structured: search pipeline",
        }
        after = running.metrics()
        assert after["rerank_canary_up"] == 0
        assert after['rerank_canary_check{check="flat: search pipeline"}'] == 0
        assert after['rerank_canary_check{check="cluster"}'] == 1
        assert after['rerank_canary_rounds_total{outcome="failed"}'] >= 1
        assert (
            after["rerank_canary_last_round_timestamp_seconds"]
            > after["rerank_canary_last_success_timestamp_seconds"]
        )
        fake.pipelines = pipelines
        running.until(ok=True)


def test_a_cluster_that_does_not_answer_is_a_failed_check() -> None:
    nobody = "http://127.0.0.1:9"
    where = ["opensearch", "--cluster", nobody, "--sidecar", SIDECAR]
    with canary(*where, "--no-templates") as running:
        (failed,) = running.next_round()["failed"]
        assert failed["check"] == "cluster"
        assert running.metrics()["rerank_canary_up"] == 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["opensearch", "--profile", "mine"], "name the fields to send for the profile 'mine'"),
        (["opensearch", "--name", "No Name"], "a name is lower-case letters"),
        (["opensearch", "--service", "custom"], "--service is for Elasticsearch only"),
        (["elasticsearch", "--service", "nobody"], "service must be one of"),
        (["opensearch", "--user", "no-password"], "the user is given as name:password"),
    ],
)
def test_options_with_which_nothing_can_be_installed_end_it_at_once(
    arguments: list[str], reason: str
) -> None:
    where = ["--cluster", "http://127.0.0.1:9", "--sidecar", SIDECAR, "--port", "0"]
    command = [sys.executable, "-m", "sidecar", "canary", *arguments, *where]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert reason in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("every", ["0s", "60", "soon", "99999999999h"])
def test_the_time_between_rounds_needs_a_unit(every: str) -> None:
    arguments = ["opensearch", "--cluster", "http://x", "--sidecar", "http://y", "--every", every]
    command = [sys.executable, "-m", "sidecar", "canary", *arguments]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 2
    assert "write it as 30s" in re.sub(r"\s+", " ", result.stderr)


def test_a_check_that_no_round_reaches_any_more_has_no_value() -> None:
    metrics = CanaryMetrics()
    assert metrics.record({"cluster": True, "flat: order": True}, 0.1, 1000.0)
    assert not metrics.record({"cluster": False}, 0.1, 1060.0)
    value = metrics.registry.get_sample_value
    assert value("rerank_canary_check", {"check": "cluster"}) == 0
    assert value("rerank_canary_check", {"check": "flat: order"}) is None
    assert value("rerank_canary_last_success_timestamp_seconds") == 1000.0


@pytest.mark.node
def test_each_way_to_lose_the_order_is_named_on_a_real_node(
    opensearch_node: LocalOpenSearch, cluster: OpenSearch
) -> None:
    with SidecarProcess() as sidecar:
        spec = OpenSearchInstall(sidecar.url, routes=(Route.STRUCTURED,))
        install(cluster, spec)
        where = ["opensearch", "--cluster", opensearch_node.url, "--sidecar", sidecar.url]
        try:
            with canary(*where, "--no-templates", "--routes", "structured") as running:
                assert running.until(ok=True)["failed"] == []

                cluster.transport.perform_request(
                    "DELETE", f"/_search/pipeline/{spec.pipeline(Route.STRUCTURED)}"
                )
                (failed,) = running.until(ok=False)["failed"]
                assert failed["check"] == "structured: search pipeline"
                install(cluster, spec)
                running.until(ok=True)

                install(cluster, replace(spec, sidecar_url="http://127.0.0.1:9"))
                failed = {entry["check"] for entry in running.until(ok=False)["failed"]}
                assert "structured: connector" in failed
                install(cluster, spec)
                running.until(ok=True)

                sidecar.pause()
                (failed,) = running.until(ok=False)["failed"]
                sidecar.resume()
                assert failed["check"] == "structured: sidecar"
                running.until(ok=True)

                sidecar.stop()
                (failed,) = running.until(ok=False)["failed"]
                assert failed["check"] == "structured: sidecar"
        finally:
            uninstall(cluster, spec)
