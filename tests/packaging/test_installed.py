"""The wheel in an empty environment, away from any clone: it demonstrates and it serves."""

import json
import math
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidecar import __version__
from sidecar.workshop.sidecar_process import free_port
from tests.packaging.conftest import ROOT, Installation

MANIFEST = ROOT / "sidecar" / "models" / "minilm-en" / "rerank.json"
START_LIMIT_S = 60.0


@pytest.fixture(scope="module")
def url(installation: Installation) -> Iterator[str]:
    """The address of `rerank-sidecar serve`, ready."""
    port = free_port()
    flags = (f"--port={port}", "--drain-s=0", "--model=minilm-en-embed")
    command = [installation.command, "serve", *flags]
    process = subprocess.Popen(
        command,
        cwd=installation.elsewhere,
        env=installation.environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until_ready(process, f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def wait_until_ready(process: "subprocess.Popen[bytes]", url: str) -> None:
    limit = time.monotonic() + START_LIMIT_S
    while time.monotonic() < limit:
        assert process.poll() is None, "serve ended"
        try:
            urllib.request.urlopen(f"{url}/health/ready", timeout=2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"not ready after {START_LIMIT_S:.0f} s")


def post(url: str, body: object) -> dict[str, object]:
    raw = json.dumps(body).encode()
    request = urllib.request.Request(url, raw, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        answer: dict[str, object] = json.load(response)
    return answer


def test_the_code_is_the_environments_own(installation: Installation) -> None:
    code = "import sidecar, es_integration, mappings as m; print(sidecar.__file__, m.__file__)"
    for file in installation.run("python", "-c", code).split():
        assert Path(file).is_relative_to(installation.bin.parent)
    assert installation.run(installation.command, "version").strip() == __version__


def test_the_demo_runs(installation: Installation) -> None:
    shown = installation.run(installation.command, "demo", "--query", "shoes for jogging in rain")
    assert "BM25's order" in shown
    assert "Reranked" in shown


def test_the_service_ranks_as_the_manifest_says(url: str) -> None:
    manifest = json.loads(MANIFEST.read_text())
    tower, bread = manifest["canonical"][:2]
    assert tower["query"] == bread["query"]
    body = {"query": tower["query"], "documents": [bread["document"], tower["document"]]}
    results = post(f"{url}/v2/rerank", body)["results"]
    assert [item["index"] for item in results] == [1, 0]
    for item, pair in zip(results, (tower, bread), strict=True):
        logit = (pair["logits"]["int8"] - manifest["bias"]) / manifest["temperature"]
        # int8 products differ between kinds of CPU.
        assert item["relevance_score"] == pytest.approx(1 / (1 + math.exp(-logit)), abs=0.01)


def test_the_shipped_encoder_serves_beside_the_reranker(url: str) -> None:
    texts = ["a shoe for running", "trainers to jog in", "a loaf of bread"]
    answer = post(f"{url}/v1/embeddings", {"model": "minilm-en-embed", "input": texts})
    data = answer["data"]
    assert isinstance(data, list)
    shoe, trainers, bread = (row["embedding"] for row in data)
    assert len(shoe) == 384
    near, far = (
        sum(a * b for a, b in zip(shoe, other, strict=True)) for other in (trainers, bread)
    )
    assert near > far + 0.2


def test_the_shipped_profiles_and_the_playground_are_there(url: str) -> None:
    document = {"title": "Rain jacket", "brand": "Acme", "price": "49.90 EUR"}
    body = {"query": "rain jacket", "documents": [document], "profile": "ecommerce"}
    assert post(f"{url}/v2/rerank", body)["results"]
    with urllib.request.urlopen(f"{url}/playground", timeout=10) as page:
        assert b"<html" in page.read()
