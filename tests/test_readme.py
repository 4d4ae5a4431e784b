"""README is short, and what it shows is what happens."""

import ast
import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from es_integration.elasticsearch import ElasticsearchInstall, install
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.clients import venvs
from tests.es_integration.fake_elasticsearch import (
    Document,
    FakeElasticsearch,
    ListedHits,
    serve_fake,
)

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
MAX_WORDS = 900
SIDECAR, CLUSTER = "http://127.0.0.1:8080", "http://localhost:9200"
TOLERANCE = 0.05
"""Other CPUs round int8 otherwise."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_it_is_short() -> None:
    assert len(README.split()) < MAX_WORDS


def test_it_starts_with_the_two_commands() -> None:
    demo, tests = blocks("bash")
    assert demo.strip().endswith("rerank-sidecar demo")
    assert tests.strip().endswith("pytest")


def test_ci_runs_the_readmes_test_command() -> None:
    script = ROOT / ".ci" / "run"
    assert blocks("bash")[1].strip() in script.read_text()
    subprocess.run(["bash", "-n", script], check=True)


def test_the_request_gets_the_answer_that_is_shown(server: SidecarProcess) -> None:
    (command,) = (block for block in blocks("sh") if block.startswith("curl"))
    (answer,) = map(json.loads, blocks("json"))
    arguments = shlex.split(command.replace(SIDECAR, server.url))
    done = subprocess.run([*arguments, "--silent"], capture_output=True, check=True)
    given = json.loads(done.stdout)
    assert given.pop("id") != answer.pop("id"), "each request has an id of its own"
    for result in answer["results"]:
        result["relevance_score"] = pytest.approx(result["relevance_score"], abs=TOLERANCE)
    assert given == answer


def test_the_elasticsearch_example_reranks(
    server: SidecarProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    opensearch, elasticsearch, _ = blocks("python")
    for example in (opensearch, elasticsearch):
        assert len(example.splitlines()) <= 20
    titles = ("Garden hose", "Red shoes")
    hits = [Document(f"{n}", {"title": t, "rerank_doc": t}) for n, t in enumerate(titles)]
    with serve_fake(FakeElasticsearch("9.3.0", hits=ListedHits(hits))) as url:
        names: dict[str, Any] = {}
        example = elasticsearch.replace(CLUSTER, url)
        before, after = example.split("body =")
        exec(before, names)
        install(names["client"], ElasticsearchInstall(server.url, profile="ecommerce"))
        exec(f"body ={after}", names)
        names["client"].close()
    assert [line.split(" ", 1)[1] for line in capsys.readouterr().out.splitlines()] == [
        "Red shoes",
        "Garden hose",
    ]


def test_the_cohere_example_reranks(server: SidecarProcess, tmp_path: Path) -> None:
    """In the environment of `tests.clients` that has the package."""
    environment = "current"
    if os.environ.get("RERANK_REQUIRE_CLIENTS") == "1":
        venvs.make(environment)
    elif not venvs.is_made(environment):
        pytest.skip(f"environment {environment} is not made: python -m tests.clients --make")
    *_, example = blocks("python")
    assert len(example.strip().splitlines()) <= 5
    (tmp_path / "example.py").write_text(example.replace(SIDECAR, server.url))
    done = subprocess.run(
        [venvs.python(environment), tmp_path / "example.py"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert [index for index, _ in ast.literal_eval(done.stdout)] == [1, 0]
