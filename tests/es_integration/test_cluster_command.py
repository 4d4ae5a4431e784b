"""`rerank-sidecar install | verify | uninstall` as engineers run them; keys stay out of sight."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import Result
from opensearchpy import OpenSearch
from typer.testing import CliRunner

from es_integration.local_node import LocalOpenSearch
from sidecar.cli import app
from sidecar.errors import StartupError
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.inference_peer import Peer, serve_peer
from tests.es_integration.opensearch.fake import FakeOpenSearch

KEY = "a-secret-of-the-sidecar"
INDEX = "rerank-ecommerce-command"
SHOES = {
    "bag": {"title": "Shoe bag in red", "brand": "Acme"},
    "shoe": {"title": "Red running shoe", "brand": "Acme", "price": 59.9},
}


@pytest.fixture(scope="module")
def guarded() -> Iterator[SidecarProcess]:
    """A sidecar that wants a key."""
    with SidecarProcess({"api_key": KEY}) as process:
        yield process


def command(*arguments: str, text: str | None = None) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, arguments, input=text)


@pytest.mark.node
def test_install_verify_uninstall_on_a_real_node(
    opensearch_node: LocalOpenSearch, cluster: OpenSearch, guarded: SidecarProcess
) -> None:
    where = ["opensearch", "--cluster", opensearch_node.url, "--sidecar", guarded.url]
    given = [*where, "--sidecar-key", KEY]
    tried = command("install", *given, "--dry-run")
    assert tried.exit_code == 0, tried.output
    assert "create search pipeline rerank-sidecar-ecommerce-structured" in tried.output
    assert "nothing was changed" in tried.output
    assert command("install", *given, text="n\n").exit_code == 1, "asked, and answered no"
    assert "rerank-sidecar-ecommerce-structured" not in cluster.search_pipeline.get(ignore=404)
    try:
        made = command("install", *given, text="y\n")
        assert made.exit_code == 0, made.output
        assert "search_pipeline=rerank-sidecar-ecommerce-structured" in made.output
        again = command("install", *given, "--yes")
        assert "Nothing to change." in again.output

        for name, source in SHOES.items():
            cluster.index(index=INDEX, id=name, body=source)
        cluster.indices.refresh(index=INDEX)
        seen = command("verify", *given, "--index", INDEX)
        assert seen.exit_code == 0, seen.output
        assert "FAILED" not in seen.output
        assert seen.output.count("ok") >= 5
    finally:
        cluster.indices.delete(index=INDEX, ignore_unavailable=True)
        gone = command("uninstall", *where, "--yes")
    assert gone.exit_code == 0, gone.output
    assert "Nothing to change." in command("uninstall", *where, "--yes").output
    failed = command("verify", *where)
    assert failed.exit_code == 1
    assert "FAILED" in failed.output
    for result in (tried, made, again, seen, gone, failed):
        assert KEY not in result.output


def test_install_verify_uninstall_over_the_inference_peer(guarded: SidecarProcess) -> None:
    with serve_peer(Peer("9.3.0")) as url:
        where = ["elasticsearch", "--cluster", url, "--sidecar", guarded.url]
        given = [*where, "--no-templates", "--sidecar-key", KEY, "--yes"]
        made = command("install", *given)
        assert made.exit_code == 0, made.output
        assert "create inference endpoint rerank-sidecar-ecommerce" in made.output
        assert "text_similarity_reranker" in made.output
        assert "Nothing to change." in command("install", *given).output
        seen = command("verify", *where)
        assert seen.exit_code == 0, seen.output
        changed = command("install", *given, "--service", "openshift_ai")
        assert "update inference endpoint" in changed.output
        assert '-  "service": "hugging_face"' in changed.output
        gone = command("uninstall", *where, "--no-templates", "--yes")
        assert "delete inference endpoint" in gone.output
        assert command("verify", *where).exit_code == 1
        for result in (made, seen, changed, gone):
            assert KEY not in result.output


def test_a_route_that_is_left_out_is_said_and_the_other_is_shown(
    recording_server: Callable[..., Any],
) -> None:
    cluster = recording_server(FakeOpenSearch("2.17.1"))
    where = ["opensearch", "--cluster", cluster.url, "--sidecar", "http://10.1.2.3:8080"]
    made = command("install", *where, "--no-templates", "--read-timeout", "20", "--yes")
    assert made.exit_code == 0, made.output
    assert "left out route rerank-sidecar-ecommerce-structured: the structured" in made.output
    assert "search_pipeline=rerank-sidecar-ecommerce-flat" in made.output
    assert '"X-Request-Deadline-Ms": "19750"' in made.output


def test_a_connector_that_the_cluster_would_not_let_go_is_said(
    recording_server: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("es_integration.opensearch.connectors.IN_USE_PAUSES_S", ())
    fake = FakeOpenSearch()
    fake.ending = "-shared"
    where = ["opensearch", "--cluster", recording_server(fake).url]
    install = ["install", *where, "--sidecar", "http://10.1.2.3:8080", "--no-templates", "--yes"]
    assert "note:" not in command(*install).output
    old = list(fake.connectors)
    changed = command(*install, "--read-timeout", "20")
    assert changed.exit_code == 0, changed.output
    assert "2 changed, 2 refused." in changed.output
    assert changed.output.count("note: connector") == len(old) == 2
    assert all(f"note: connector {each} stays" in changed.output for each in old)


def test_a_narrow_terminal_cuts_nothing_off(recording_server: Callable[..., Any]) -> None:
    cluster = recording_server(FakeOpenSearch())
    url = "http://127.0.0.1:1/" + "path/" * 30
    where = ["opensearch", "--cluster", cluster.url, "--sidecar", url, "--no-templates"]
    narrow = CliRunner(env={"COLUMNS": "60"})
    shown = narrow.invoke(app, ["install", *where, "--yes"]).output
    *_, search = shown.splitlines()
    assert json.loads(search)["ext"], "one line, to be copied"
    seen = narrow.invoke(app, ["verify", *where[:-1]]).output
    for output in (shown, seen):
        joined = "".join(output.split())
        assert f"{url}opensearch/ecommerce/rerank" in joined


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("opensearch", "--service", "custom"), "--service is for Elasticsearch only"),
        (("elasticsearch", "--fields", "title"), "--fields is for OpenSearch only"),
        (("elasticsearch", "--read-timeout", "9"), "--read-timeout is for OpenSearch only"),
        (("opensearch", "--user", "nobody"), "name:password"),
        (("opensearch", "--user", "a:b", "--api-key", "k"), "two ways to log in"),
        (("opensearch", "--cluster", "http://a:b@127.0.0.1:1"), "apart from the address"),
        (("opensearch", "--profile", "mine"), "name the fields to send for the profile 'mine'"),
        (("elasticsearch", "--profile", "My shop"), "no endpoint ID"),
        (("opensearch",), "Connection refused"),
        (("elasticsearch",), "Connection"),
    ],
)
def test_what_cannot_be_is_one_line(arguments: tuple[str, ...], reason: str) -> None:
    engine, *more = arguments
    where = ["--cluster", "http://127.0.0.1:1", "--sidecar", "http://127.0.0.1:8080"]
    done = command("install", engine, *where, *more)
    assert isinstance(done.exception, StartupError), done.output
    assert reason in done.exception.message
    assert len(done.exception.message.splitlines()) == 1
