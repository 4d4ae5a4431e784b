"""`rerank-sidecar demo --opensearch`: a real node, its BM25 and both search pipelines."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from es_integration import why_unavailable
from sidecar.workshop.sidecar_process import SidecarProcess

pytestmark = pytest.mark.node


def test_a_real_nodes_hits_are_reranked_by_its_own_pipelines(server: SidecarProcess) -> None:
    reason = why_unavailable()
    if reason is not None:
        if os.environ.get("RERANK_REQUIRE_NODE") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    done = subprocess.run(
        [sys.executable, "-m", "sidecar", "demo", "--opensearch", "--sidecar", server.url],
        capture_output=True,
        text=True,
        env={name: value for name, value in os.environ.items() if name != "COLUMNS"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    steps = done.stderr.splitlines()
    assert any(step.startswith("starting OpenSearch") for step in steps)
    assert done.stdout.count("Reranked") == 6
    assert max(map(len, done.stdout.splitlines())) <= 80
    (row,) = [line for line in done.stdout.splitlines() if "all (24)" in line]
    for before, after in re.findall(r"([\d.]+) → ([\d.]+)", row):
        assert float(after) > float(before)
    (address,) = re.findall(r"starting OpenSearch \S+ on (\S+)", done.stderr)
    assert not _running(address.rpartition(":")[2]), "the node is gone"


def _running(port: str) -> bool:
    """Whether a node's folder with this port is still there."""
    folders = Path(tempfile.gettempdir()).glob("rerank-opensearch-*/config/opensearch.yml")
    return any(f"http.port: {port}\n" in path.read_text() for path in folders)
