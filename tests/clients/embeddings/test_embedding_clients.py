"""Every embedding client against a real sidecar with an encoder beside its reranker.

Skipped where the environment is not made: python -m tests.clients --make. RERANK_REQUIRE_CLIENTS=1
makes it, and fails where that is not possible.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.clients import venvs
from tests.clients.embeddings.cases import CASES
from tests.clients.embeddings.driver import EXAMPLES, checks
from tests.clients.runner import KEY, QUIET
from tests.tiny_encoders import tiny_encoder

ROOT = Path(__file__).parents[3]
MAX_LINES = 45
"""Lines of an example."""


def test_every_client_gets_its_vectors_and_refusals(tmp_path: Path) -> None:
    if os.environ.get("RERANK_REQUIRE_CLIENTS") == "1":
        venvs.make(venvs.EMBEDDINGS)
    elif not venvs.is_made(venvs.EMBEDDINGS):
        pytest.skip("the environment is not made: python -m tests.clients --make")
    prefixes = {"query": "q: ", "document": "d: "}
    encoder = tiny_encoder(tmp_path / "encoder", dimensions=16, prefixes=prefixes)
    with SidecarProcess({"model": f"any={encoder}", "api_key": KEY}) as sidecar:
        done = subprocess.run(
            [
                *(venvs.python(venvs.EMBEDDINGS), "-m", "tests.clients.embeddings.driver"),
                *(sidecar.url, KEY),
            ],
            cwd=ROOT,
            env={**_without_proxies(), **QUIET, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    assert not done.returncode, done.stderr[-4000:]
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('["')]
    assert {(name, check) for name, _, check, _ in lines} == {
        (case.name, check) for case in CASES for check in checks(case)
    }
    failed = [f"{name}, {check}: {failure}" for name, _, check, failure in lines if failure]
    assert not failed, "\n".join(failed)


def _without_proxies() -> dict[str, str]:
    drop = ("_PROXY", "_API_KEY", "_API_BASE", "_BASE_URL")
    return {name: value for name, value in os.environ.items() if not name.upper().endswith(drop)}


def test_every_example_is_run() -> None:
    assert {case.example for case in CASES} == {path.name for path in EXAMPLES.glob("*.py")}


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_an_example_is_short_and_in_the_page(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_LINES
    assert path.name in (ROOT / "docs" / "embeddings.md").read_text()
