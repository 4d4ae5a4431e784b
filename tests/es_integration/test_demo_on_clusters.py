"""`rerank-sidecar demo --url` leaves a running cluster of either search engine as it was.

Here and not with the other demo tests, because the nodes are fixtures of this folder.
"""

import re
import signal
import subprocess
import sys
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from opensearchpy import NotFoundError, OpenSearch

from sidecar.workshop.sidecar_process import SidecarProcess

pytestmark = pytest.mark.node

OWN = "rerank-demo-products"


@pytest.fixture(scope="module")
def running(request: pytest.FixtureRequest, search_engine: str, opensearch_version: str) -> Any:
    """The search engine, the cluster's address and a client."""
    url = request.getfixturevalue(f"{search_engine}_node").url
    if search_engine == "elasticsearch":
        return search_engine, url, Elasticsearch(url, request_timeout=90)
    return search_engine, url, OpenSearch(url, timeout=90)


def demo(*flags: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sidecar", "demo", *flags]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def state(product: str, client: Any) -> dict[str, Any]:
    """All that a demo could leave behind."""
    state = {
        "indices": sorted(client.indices.get(index="*,-.*")),
        "settings": client.cluster.get_settings(flat_settings=True),
    }
    if product == "elasticsearch":
        return {**state, "settings": state["settings"].body}
    everything = {"query": {"match_all": {}}, "size": 100}
    return {
        **state,
        "pipelines": _pipelines(client),
        "models": _names(client.plugins.ml.search_models(body=everything)),
        "connectors": _names(client.http.post("/_plugins/_ml/connectors/_search", body=everything)),
    }


def _pipelines(client: OpenSearch) -> Any:
    try:
        return client.search_pipeline.get()
    except NotFoundError:
        return {}  # that is what it answers when there are none


def _names(answer: Any) -> list[str]:
    return sorted(hit["_source"]["name"] for hit in answer["hits"]["hits"])


def test_a_running_cluster_is_searched_reranked_and_left_as_it_was(
    running: Any, server: SidecarProcess
) -> None:
    product, url, client = running
    # The first connector of a cluster makes ml-commons' index; a first run makes it exist.
    result = demo("--sidecar", server.url, "--url", url, "--query", "shoes", "--top", "3")
    assert result.returncode == 0, result.stderr
    before = state(product, client)
    result = demo("--sidecar", server.url, "--url", url)
    assert result.returncode == 0, result.stderr
    name = {"elasticsearch": "Elasticsearch", "opensearch": "OpenSearch"}[product]
    assert f"the {name} cluster's BM25" in " ".join(result.stdout.split())
    assert result.stdout.count("Reranked") == 6
    (row,) = [line for line in result.stdout.splitlines() if "all (24)" in line]
    for first, second in re.findall(r"([\d.]+) → ([\d.]+)", row):
        assert float(second) > float(first)
    assert "removing what the demo made" in result.stderr
    assert state(product, client) == before


def test_a_demo_that_is_interrupted_leaves_the_cluster_as_it_was(
    running: Any, server: SidecarProcess
) -> None:
    product, url, client = running
    before = state(product, client)
    command = [sys.executable, "-m", "sidecar", "demo", "--sidecar", server.url, "--url", url]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert any(line.startswith("searching") for line in process.stderr)
        assert state(product, client) != before
        process.send_signal(signal.SIGTERM)
        assert "Traceback" not in process.stderr.read()
        assert process.wait(60) != 0
    assert state(product, client) == before


def test_an_existing_index_is_not_touched(running: Any, server: SidecarProcess) -> None:
    _, url, client = running
    client.indices.create(index=OWN)
    client.index(index=OWN, id="mine", body={"a": 1}, refresh=True)
    try:
        result = demo("--sidecar", server.url, "--url", url)
        assert result.returncode == 1
        assert f"index {OWN} already" in result.stderr
        assert client.get(index=OWN, id="mine")["_source"] == {"a": 1}
    finally:
        client.indices.delete(index=OWN)


def test_a_failing_sidecar_ends_the_demo_and_leaves_nothing_behind(
    running: Any, server: SidecarProcess
) -> None:
    """More hits than the sidecar takes at once: the demo ends with its words, and cleans up."""
    product, url, client = running
    before = state(product, client)
    with SidecarProcess({"max_documents": 5}) as small:
        result = demo("--sidecar", small.url, "--url", url, "--query", "shoes", "--top", "30")
    assert result.returncode == 1
    assert "422" in result.stderr
    assert "Traceback" not in result.stderr
    assert state(product, client) == before
