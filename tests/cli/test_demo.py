"""`rerank-sidecar demo` as a newcomer runs it: a process, its output, its exit status."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from es_integration import IntegrationError
from es_integration.cluster.login import Login, connect
from sidecar.cli import app
from sidecar.errors import StartupError
from sidecar.workshop.sidecar_process import SidecarProcess, free_port

DEMO = [sys.executable, "-m", "sidecar", "demo"]
Done = subprocess.CompletedProcess[str]


def demo(*flags: str, **environment: str) -> Done:
    """The demo with output to a pipe, 80 columns wide."""
    env = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    return subprocess.run(
        [*DEMO, *flags], capture_output=True, text=True, env={**env, **environment}, check=False
    )


@pytest.fixture(scope="module")
def whole() -> Done:
    """The first command of README, nothing given."""
    return demo()


def test_the_first_command_ends_well_and_shows_tables_and_summary(whole: Done) -> None:
    assert whole.returncode == 0, whole.stderr
    assert whole.stdout.count("BM25's order") == 6, "three queries per collection"
    assert whole.stdout.count("Reranked") == 6
    assert "products: shoes for jogging in the rain" in whole.stdout
    assert "contracts: Can we walk away" in whole.stdout
    assert re.search(r"\d+ pairs scored in [\d.]+ s: \d+ pairs/s", whole.stdout)
    assert re.search(r"over HTTP \d+ ms, of which the model [\d.]+ ms", whole.stdout)
    assert "all (24)" in whole.stdout


def test_the_output_fits_eighty_columns(whole: Done) -> None:
    assert max(map(len, whole.stdout.splitlines())) <= 80


def test_steps_go_to_stderr(whole: Done) -> None:
    assert whole.stderr.splitlines()[0] == "starting the sidecar"
    assert "starting" not in whole.stdout


def test_reranking_beats_bm25_over_all_queries(whole: Done) -> None:
    (row,) = [line for line in whole.stdout.splitlines() if "all (24)" in line]
    numbers = re.findall(r"([\d.]+) → ([\d.]+)", row)
    assert len(numbers) == 3
    for measure, (before, after) in zip(("nDCG@10", "MRR@10", "first"), numbers, strict=True):
        assert float(after) > float(before), measure


def test_all_queries_of_one_collection_against_a_running_sidecar(server: SidecarProcess) -> None:
    done = demo("--sidecar", server.url, "--collection", "contracts", "--all", "--top", "3")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Reranked") == 12
    assert "starting" not in done.stderr
    assert "36 pairs scored" in done.stdout


def test_a_users_own_query(server: SidecarProcess) -> None:
    done = demo("--sidecar", server.url, "--query", "[red] shoes", "--top", "4")
    assert done.returncode == 0, done.stderr
    assert "products: [red] shoes" in done.stdout
    assert "Summary" not in done.stdout
    done = demo("--sidecar", server.url, "--query", "qwertzuiop", "--collection", "contracts")
    assert done.returncode == 0, done.stderr
    assert "No document shares a word" in done.stdout


def test_a_terminal_without_unicode_works(server: SidecarProcess) -> None:
    flags = ("--sidecar", server.url, "--query", "résumé café shoes ☃")
    done = demo(*flags, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()


def failed(done: Done) -> str:
    """The one line that a failed demo ends with."""
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    line = done.stderr.splitlines()[-1]
    assert line.startswith("rerank-sidecar: ")
    return line


def test_an_address_where_nobody_listens_is_one_line(server: SidecarProcess) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert url in failed(demo("--sidecar", url))
    assert url in failed(demo("--sidecar", server.url, "--url", url))


def test_an_address_without_a_cluster_is_refused(server: SidecarProcess) -> None:
    line = failed(demo("--sidecar", server.url, "--url", server.url))
    assert "neither Elasticsearch nor OpenSearch" in line
    assert "give one" in failed(demo("--opensearch", "--url", server.url))


def test_credentials_are_never_printed(server: SidecarProcess) -> None:
    flags = ("--sidecar", server.url, "--url", server.url)
    for name, value in (("RERANK_CLUSTER_API_KEY", "hush"), ("RERANK_CLUSTER_USER", "me:hush")):
        done = demo(*flags, **{name: value})
        assert "hush" not in failed(done) + done.stderr
    assert "name:password" in failed(demo(*flags, "--user", "hush"))
    in_address = demo("--sidecar", server.url, "--url", "http://me:hush@127.0.0.1:9")
    assert "hush" not in failed(in_address) + in_address.stderr


def test_a_node_that_cannot_be_started_is_one_line(tmp_path: Path) -> None:
    env = {"PATH": str(tmp_path), "JAVA_HOME": "", "OPENSEARCH_JAVA_HOME": ""}
    # Java is found in its usual folder even without PATH; then Maven is missing.
    line = failed(demo("--opensearch", **env, RERANK_CACHE_DIR="/var/tmp/rerank-none"))
    assert "JDK" in line or "Maven" in line


def test_a_cluster_that_does_not_answer_is_an_integration_error() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(IntegrationError, match=url), connect("opensearch", Login(url)) as cluster:
        cluster.info()


@pytest.mark.parametrize(("flags", "missing"), [([], "bm25s"), (["--opensearch"], "opensearchpy")])
def test_a_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, flags: list[str], missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    result = CliRunner().invoke(app, ["demo", *flags])
    assert isinstance(result.exception, StartupError)
    assert missing in result.exception.message
    assert 'pip install "rerank-sidecar[cpu,demo]"' in result.exception.message


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_no_process_behind(number: signal.Signals) -> None:
    with subprocess.Popen(
        DEMO,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # In the background a shell has Ctrl-C ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("queries"):
                break
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert children
        process.send_signal(number)
        rest = process.stderr.read()
        assert process.wait(30) != 0
    assert "Traceback" not in rest
    assert not any(Path(f"/proc/{child}").exists() for child in children)


def test_help_imports_none_of_the_heavy_libraries() -> None:
    code = (
        "import sys, sidecar.cli\n"
        "heavy = {'aiohttp', 'bm25s', 'opensearchpy', 'es_integration', 'numpy'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
