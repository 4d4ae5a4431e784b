"""A schema-driven fuzzer against the real service: it finds no 500, and every answer is one that
/openapi.json describes.

A few hundred requests by default. The long form:

    RERANK_FUZZ_REQUESTS=10000 pytest tests/fuzz
"""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections import Counter
from pathlib import Path

import pytest

from sidecar import __version__
from sidecar.contracts.openapi import document
from sidecar.contracts.routes import PROFILE_ROUTES, ROUTES
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.fuzz.bounded import bounded

pytest.importorskip("schemathesis", reason="needs the extra `test`")

ROOT = Path(__file__).parent.parent.parent
REQUESTS = int(os.environ.get("RERANK_FUZZ_REQUESTS", "200"))
LONG = 1000
"""Requests from which the generator's list of edge cases is sent too, all of it."""
MAX_PER_ROUTE = 60
"""Most random requests to a route in a round; each round has a seed of its own."""
CHECKS = "no_bug,content_type_conformance,response_schema_conformance"


def fuzz(server: SidecarProcess, folder: Path, *options: str) -> None:
    """A round of the fuzzer. Fails with its report when a check does."""
    schema = folder / "openapi.json"
    schema.write_text(json.dumps(bounded(document(__version__))))
    fuzzer = Path(sys.executable).with_name("schemathesis")
    command = [fuzzer, "run", schema, "--url", server.url, "--checks", CHECKS, *options]
    quiet = ["--include-method=POST", "--no-color", "--no-shrink", "--generation-database=none"]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, *quiet], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr


def answered(server: SidecarProcess) -> Counter[str]:
    """Requests to rerank routes by their status, as the service counted them."""
    with urllib.request.urlopen(f"{server.url}/metrics") as response:
        text = response.read().decode()
    counts: Counter[str] = Counter()
    for status, count in re.findall(
        r'^rerank_requests_total\{.*status="(\d+)".*\} (\S+)$', text, re.MULTILINE
    ):
        counts[status] += int(float(count))
    return counts


def test_no_request_ends_in_a_500(tmp_path: Path) -> None:
    with SidecarProcess() as server:
        if REQUESTS >= LONG:
            fuzz(server, tmp_path, "--phases=coverage")
        for seed in range(REQUESTS):
            left = REQUESTS - answered(server).total()
            if left <= 0:
                break
            per_route = min(MAX_PER_ROUTE, left // (len(ROUTES) + len(PROFILE_ROUTES)) + 1)
            fuzz(
                server,
                tmp_path,
                "--phases=fuzzing",
                f"--max-examples={per_route}",
                f"--seed={seed}",
            )
        statuses = answered(server)
    print(f"{statuses.total()} requests: {dict(statuses)}")
    assert statuses.total() >= REQUESTS
    assert "500" not in statuses
    assert statuses["200"] >= REQUESTS // 5, "most are refused: what is tested?"
