"""`rerank-sidecar install | verify | uninstall` as users run them; keys are never shown."""

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
from tests.es_integration.fake_elasticsearch import FakeElasticsearch, serve_fake
from tests.es_integration.opensearch.fake_opensearch import FakeOpenSearch

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
@pytest.mark.every_version
def test_install_verify_uninstall_on_a_real_node(
    opensearch_node: LocalOpenSearch, cluster: OpenSearch, guarded: SidecarProcess
) -> None:
    where = ["opensearch", "--cluster", opensearch_node.url, "--sidecar", guarded.url]
    options = [*where, "--sidecar-key", KEY]
    dry_run = command("install", *options, "--dry-run")
    assert dry_run.exit_code == 0, dry_run.output
    assert "create search pipeline rerank-sidecar-ecommerce-structured" in dry_run.output
    assert "nothing was changed" in dry_run.output
    assert command("install", *options, text="n\n").exit_code == 1, "asked, and answered no"
    assert "rerank-sidecar-ecommerce-structured" not in cluster.search_pipeline.get(ignore=404)
    try:
        installed = command("install", *options, text="y\n")
        assert installed.exit_code == 0, installed.output
        assert "search_pipeline=rerank-sidecar-ecommerce-structured" in installed.output
        second = command("install", *options, "--yes")
        assert "Nothing to change." in second.output

        for name, source in SHOES.items():
            cluster.index(index=INDEX, id=name, body=source)
        cluster.indices.refresh(index=INDEX)
        verified = command("verify", *options, "--index", INDEX)
        assert verified.exit_code == 0, verified.output
        assert "FAILED" not in verified.output
        assert verified.output.count("ok") >= 5
    finally:
        cluster.indices.delete(index=INDEX, ignore_unavailable=True)
        uninstalled = command("uninstall", *where, "--yes")
    assert uninstalled.exit_code == 0, uninstalled.output
    assert "Nothing to change." in command("uninstall", *where, "--yes").output
    failed = command("verify", *where)
    assert failed.exit_code == 1
    assert "FAILED" in failed.output
    for result in (dry_run, installed, second, verified, uninstalled, failed):
        assert KEY not in result.output


def test_install_verify_uninstall_over_the_fake_elasticsearch(guarded: SidecarProcess) -> None:
    with serve_fake(FakeElasticsearch("9.3.0")) as url:
        where = ["elasticsearch", "--cluster", url, "--sidecar", guarded.url]
        options = [*where, "--no-templates", "--sidecar-key", KEY, "--yes"]
        installed = command("install", *options)
        assert installed.exit_code == 0, installed.output
        assert "create inference endpoint rerank-sidecar-ecommerce" in installed.output
        assert "text_similarity_reranker" in installed.output
        assert "Nothing to change." in command("install", *options).output
        verified = command("verify", *where)
        assert verified.exit_code == 0, verified.output
        changed = command("install", *options, "--service", "openshift_ai")
        assert "update inference endpoint" in changed.output
        assert '-  "service": "hugging_face"' in changed.output
        uninstalled = command("uninstall", *where, "--no-templates", "--yes")
        assert "delete inference endpoint" in uninstalled.output
        assert command("verify", *where).exit_code == 1
        for result in (installed, verified, changed, uninstalled):
            assert KEY not in result.output


def test_a_route_that_is_left_out_is_named_and_the_other_is_shown(
    recording_server: Callable[..., Any],
) -> None:
    cluster = recording_server(FakeOpenSearch("2.17.1"))
    where = ["opensearch", "--cluster", cluster.url, "--sidecar", "http://10.1.2.3:8080"]
    made = command("install", *where, "--no-templates", "--read-timeout", "20", "--yes")
    assert made.exit_code == 0, made.output
    assert "left out route rerank-sidecar-ecommerce-structured: the structured" in made.output
    assert "search_pipeline=rerank-sidecar-ecommerce-flat" in made.output
    assert '"X-Request-Deadline-Ms": "19750"' in made.output


def test_a_connector_that_the_cluster_refused_to_delete_is_named(
    recording_server: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("es_integration.opensearch.connectors.IN_USE_PAUSES_S", ())
    fake = FakeOpenSearch()
    fake.ending = "-shared"
    where = ["opensearch", "--cluster", recording_server(fake).url]
    install = ["install", *where, "--sidecar", "http://10.1.2.3:8080", "--no-templates", "--yes"]
    assert "note:" not in command(*install).output
    old_ids = list(fake.connectors)
    changed = command(*install, "--read-timeout", "20")
    assert changed.exit_code == 0, changed.output
    assert "2 changed, 2 refused." in changed.output
    assert changed.output.count("note: connector") == len(old_ids) == 2
    assert all(f"note: connector {old_id} stays" in changed.output for old_id in old_ids)


def test_a_narrow_terminal_cuts_nothing_off(recording_server: Callable[..., Any]) -> None:
    cluster = recording_server(FakeOpenSearch())
    url = "http://127.0.0.1:1/" + "path/" * 30
    where = ["opensearch", "--cluster", cluster.url, "--sidecar", url, "--no-templates"]
    narrow = CliRunner(env={"COLUMNS": "60"})
    installed = narrow.invoke(app, ["install", *where, "--yes"]).output
    *_, search = installed.splitlines()
    assert json.loads(search)["ext"], "one line, to be copied"
    verified = narrow.invoke(app, ["verify", *where[:-1]]).output
    for output in (installed, verified):
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
def test_invalid_options_are_one_line(arguments: tuple[str, ...], reason: str) -> None:
    engine, *more = arguments
    where = ["--cluster", "http://127.0.0.1:1", "--sidecar", "http://127.0.0.1:8080"]
    result = command("install", engine, *where, *more)
    assert isinstance(result.exception, StartupError), result.output
    assert reason in result.exception.message
    assert len(result.exception.message.splitlines()) == 1
