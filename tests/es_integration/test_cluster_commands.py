"""`rerank-sidecar install | verify | uninstall` as users run them; keys are never shown."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from opensearchpy import OpenSearch
from typer.testing import CliRunner

from es_integration.local_node import LocalOpenSearch
from es_integration.opensearch import highlight
from sidecar.cli import app
from sidecar.errors import StartupError
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.fake_elasticsearch import FakeElasticsearch, serve_fake
from tests.es_integration.opensearch.fake_opensearch import FakeOpenSearch
from tests.tiny_encoders import tiny_encoder

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
        verified = command("verify", *options, "--index", INDEX, "--size", "5")
        assert verified.exit_code == 0, verified.output
        assert "FAILED" not in verified.output
        assert verified.output.count("ok") >= 5
        assert verified.output.count(f" of {INDEX}) of the") == 2, "the page of each route"
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


def test_install_with_an_encoder_shows_a_hybrid_search(
    recording_server: Callable[..., Any],
) -> None:
    fake = FakeOpenSearch()
    encoder = {"model": "small", "kind": "encoder", "dimensions": 2}
    sidecar = recording_server(lambda *request: (200, {"models": [encoder, {"model": "reranker"}]}))
    cluster = recording_server(fake)
    where = ["opensearch", "--cluster", cluster.url, "--sidecar", sidecar.url, "--no-templates"]
    where += ["--embed", "--index-pattern", "products*", "--vector-field", "v"]
    shown = command("install", *where, "--embed-fields", "title,text", "--dry-run")
    assert shown.exit_code == 0, shown.output
    assert "create ingest pipeline rerank-sidecar-ecommerce-embed" in shown.output
    made = command("install", *where, "--embed-fields", "title,text", "--yes")
    assert made.exit_code == 0, made.output
    *_, body = made.output.splitlines()
    neural = {"neural": {"v": {"query_text": "red shoes", "k": 50}}}
    assert json.loads(body)["query"]["hybrid"]["queries"][1] == neural
    verified = command("verify", *where, "--embed-fields", "title,text", "--dimension", "2")
    assert "--dimension" not in verified.output, "it is read"
    assert "embed-documents: vectors" in verified.output
    (pipeline,) = fake.ingest.values()
    assert pipeline["processors"][0]["script"]["params"]["fields"] == [["title"], ["text"]]
    refused = {
        ("--encoder", "reranker"): "reranker is a reranker there",
        ("--encoder", "other"): "other is not served there",
        ("--dimension", "3"): "vectors of small have 2 dimensions, not 3",
    }
    fake.mapped["products"].add("v")
    fake.vector = {"type": "knn_vector", "dimension": 3}
    refused[()] = "the field v of the index products has 3 dimensions"
    before = len(cluster.requests)
    for options, reason in refused.items():
        result = command("install", *where, *options, "--yes")
        assert isinstance(result.exception, StartupError), result.output
        assert reason in result.exception.message
        assert len(result.exception.message.splitlines()) == 1
    assert {method for method, *_ in cluster.requests[before:]} == {"GET"}


def test_elasticsearchs_templates_name_the_pipeline_that_writes_vectors(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tiny_encoder(tmp_path_factory.mktemp("models") / "e", name="small")
    fake = FakeElasticsearch("9.3.0")
    pipeline, doc = "rerank-sidecar-ecommerce-embed", "rerank-ecommerce-doc"
    with SidecarProcess({"model": folder}) as sidecar, serve_fake(fake) as url:
        where = ["elasticsearch", "--cluster", url, "--sidecar", sidecar.url]
        installed = command("install", *where, "--embed", "--yes")
        assert installed.exit_code == 0, installed.output
        assert f"create ingest pipeline {pipeline}" in installed.output
        component = fake.templates.kept[f"_component_template/{doc}"]
        assert component["template"]["settings"]["index"]["final_pipeline"] == pipeline
        *_, calls = fake.ingest.bodies[pipeline]["processors"]
        assert calls == {"pipeline": {"name": doc}}
        assert "Nothing to change." in command("install", *where, "--embed", "--yes").output
        refused = command("uninstall", *where, "--no-templates", "--yes")
        assert isinstance(refused.exception, StartupError), refused.output
        assert f"{doc} names the ingest pipeline" in refused.exception.message
        uninstalled = command("uninstall", *where, "--yes")
        assert uninstalled.exit_code == 0, uninstalled.output
        assert (fake.ingest.bodies, fake.templates.kept, fake.endpoints) == ({}, {}, {})
        own = [*where, "--no-templates", "--embed", "--embed-fields", "text", "--vector-field", "v"]
        assert command("install", *own, "--yes").exit_code == 0
        script, *_, removed = fake.ingest.bodies[pipeline]["processors"]
        assert script["script"]["params"]["fields"] == [["text"]]
        assert "remove" in removed, "there is no pipeline of templates to call"
        verified = command("verify", *own)
        assert f"{pipeline} writes v: 3 vectors for 3 texts" in verified.output


def test_a_pipeline_that_templates_name_is_not_removed_without_them(
    recording_server: Callable[..., Any],
) -> None:
    fake = FakeOpenSearch()
    name = "rerank-sidecar-ecommerce-embed"
    fake.ingest[name] = {"description": "rerank-sidecar: writes vector by small"}
    settings = {"settings": {"index": {"final_pipeline": name}}}
    component = {"name": "rerank-ecommerce-doc", "component_template": {"template": settings}}

    def cluster(method: str, path: str, body: Any) -> tuple[int, Any]:
        if path.startswith("/_component_template"):
            return 200, {"component_templates": [component]}
        return fake(method, path, body)

    where = ["opensearch", "--cluster", recording_server(cluster).url, "--sidecar", "http://s:8080"]
    refused = command("uninstall", *where, "--no-templates", "--yes")
    assert isinstance(refused.exception, StartupError), refused.output
    assert "rerank-ecommerce-doc names the ingest pipeline" in refused.exception.message
    assert fake.ingest


def test_a_route_that_is_left_out_is_named_and_the_other_is_shown(
    recording_server: Callable[..., Any],
) -> None:
    cluster = recording_server(FakeOpenSearch("2.17.1"))
    where = ["opensearch", "--cluster", cluster.url, "--sidecar", "http://10.1.2.3:8080"]
    made = command("install", *where, "--no-templates", "--read-timeout", "20", "-yv")
    assert made.exit_code == 0, made.output
    assert '"X-Request-Deadline-Ms": "19750"' in made.output
    assert "left out route rerank-sidecar-ecommerce-structured: the structured" in made.output
    assert "search_pipeline=rerank-sidecar-ecommerce-flat" in made.output


def test_install_with_highlights_shows_what_a_search_adds(
    recording_server: Callable[..., Any],
) -> None:
    fake = FakeOpenSearch("3.6.0")
    where = ["opensearch", "--cluster", recording_server(fake).url, "--highlight", "--no-templates"]
    where += ["--sidecar", "http://10.1.2.3:8080"]
    made = command("install", *where, "--yes")
    assert made.exit_code == 0, made.output
    name = "rerank-sidecar-ecommerce-highlight"
    (model_id,) = [key for key, model in fake.models.items() if model["name"] == name]
    shown = {"highlight": highlight("description", model_id)}
    assert json.dumps(shown)[1:-1] in made.output
    verified = command("verify", *where)
    assert verified.exit_code == 0, verified.output
    assert "highlight: marks" in verified.output
    removed = command("uninstall", *where, "--yes")
    assert removed.exit_code == 0, removed.output
    assert fake.models == {}
    fake.number = "2.19.1"
    older = command("install", *where, "--yes")
    reason = "semantic highlighting needs OpenSearch 3.3 or newer, this is 2.19.1"
    assert f"left out route {name}: {reason}" in older.output
    assert "For highlights" not in older.output


def test_the_flat_route_is_left_out_where_no_index_has_its_field(
    recording_server: Callable[..., Any],
) -> None:
    fake = FakeOpenSearch()
    fake.mapped = {"products": {"title"}, "others": {"rerank_doc"}}
    flat, structured = (f"rerank-sidecar-plain-{route}" for route in ("flat", "structured"))
    where = ["opensearch", "--cluster", recording_server(fake).url, "--profile", "plain"]
    where += ["--sidecar", "http://10.1.2.3:8080", "--fields", "title", "--no-templates"]
    options = [*where, "--index-pattern", "products*"]
    made = command("install", *options, "--yes")
    assert made.exit_code == 0, made.output
    assert f"left out route {flat}: no index that matches products* has the field" in made.output
    assert list(fake.pipelines) == [structured]
    assert f"products*/_search?search_pipeline={structured}" in made.output
    verified = command("verify", *options)
    assert verified.exit_code == 0, verified.output
    assert "flat: left out" in verified.output
    assert "FAILED" not in verified.output

    by_title = command("install", *options, "--text-field", "title", "--yes")
    assert "left out" not in by_title.output
    (rerank,) = fake.pipelines[flat]["response_processors"]
    assert rerank["rerank"]["context"]["document_fields"] == ["title"]
    assert command("verify", *options, "--text-field", "title").exit_code == 0
    # Without a pattern any index will do.
    assert "left out" not in command("install", *where, "--yes").output
    fake.mapped = {}
    named = command("install", *where, "--routes", "flat", "--yes")
    assert f"YOUR-INDEX/_search?search_pipeline={flat}" in named.output
    assert "left out" not in named.output


def test_verify_and_uninstall_take_the_options_of_install(
    recording_server: Callable[..., Any], tmp_path: Path
) -> None:
    synonyms = tmp_path / "synonyms.txt"
    synonyms.write_text("sneaker, trainer\n")
    fake = FakeOpenSearch()
    options = ["opensearch", "--cluster", recording_server(fake).url]
    options += ["--sidecar", "http://10.1.2.3:8080", "--sidecar-key", KEY, "--rotate-key"]
    options += ["--no-templates", "--index-pattern", "products*", "--dimension", "0", "--yes"]
    options += ["--synonyms", str(synonyms), "--fields", "title,brand", "--text-field", "title"]
    options += ["--routes", "structured, flat", "--read-timeout", "9", "--verbose"]
    assert command("install", *options).exit_code == 0
    verified = command("verify", *options)
    assert verified.exit_code == 0, verified.output
    assert (
        "--dimension, --synonyms: ignored, the templates' content is not check" in verified.output
    )
    assert "--rotate-key, --yes: ignored, nothing is changed" in verified.output
    removed = command("uninstall", *options)
    assert removed.exit_code == 0, removed.output
    assert "--rotate-key: ignored, what has these names is removed" in removed.output
    assert not fake.pipelines
    assert not fake.connectors


def test_a_plan_is_a_line_a_change_and_the_question_says_what_will_happen(
    recording_server: Callable[..., Any],
) -> None:
    cluster = recording_server(FakeOpenSearch())
    where = ["opensearch", "--cluster", cluster.url, "--sidecar", "http://10.1.2.3:8080"]
    where += ["--no-templates", "--profile", "legal"]
    asked = command("install", *where, text="y\n")
    assert asked.exit_code == 0, asked.output
    question = (
        "Create 2 connectors, 2 remote models, 2 search pipelines; update 2 cluster settings?"
    )
    assert question in asked.output
    lines = asked.output.splitlines()
    assert "+ create connector rerank-sidecar-legal-flat" in lines
    assert not any("response_processors" in line for line in lines), "new bodies only if asked for"
    assert any("10\\\\.1\\\\.2\\\\.3" in line for line in lines), "but what is updated is shown"
    assert "landlord" in asked.output, "a query of the domain"
    assert "red shoes" not in asked.output
    again = command("install", *where, "--read-timeout", "9", "--dry-run")
    assert '+    "read_timeout": 9' in again.output
    whole = command("uninstall", *where, "--dry-run", "--verbose")
    assert '-  "response_processors": [' in whole.output


def test_processors_are_printed_for_a_pipeline_that_users_have(
    recording_server: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RERANK_CLUSTER_URL", raising=False)
    alone = command("processors", "opensearch", "--profile", "legal")
    assert alone.exit_code == 0, alone.output
    (inference, *_) = json.loads(alone.stdout)["response_processors"]
    assert inference["ml_inference"]["model_id"] == "MODEL_ID"
    assert "MODEL_ID is that of rerank-sidecar-legal-structured" in alone.stderr
    fake = FakeOpenSearch()
    where = ["opensearch", "--cluster", recording_server(fake).url, "--profile", "legal"]
    before = command("processors", *where)
    assert isinstance(before.exception, StartupError)
    assert "run install first" in before.exception.message
    install = [*where, "--sidecar", "http://10.1.2.3:8080", "--no-templates", "--yes"]
    assert command("install", *install).exit_code == 0
    for route in ("flat", "structured"):
        printed = command("processors", *where, "--route", route)
        name = f"rerank-sidecar-legal-{route}"
        expected = fake.pipelines[name]["response_processors"]
        assert json.loads(printed.stdout) == {"response_processors": expected}
    fake.pipelines["mine"] = {"response_processors": expected}
    kept = command("uninstall", *install)
    assert isinstance(kept.exception, StartupError)
    assert "pipelines ['mine'] use the model rerank-sidecar-legal-str" in kept.exception.message
    del fake.pipelines["mine"]
    assert command("uninstall", *install).exit_code == 0


def test_install_into_a_pipeline_that_users_have(recording_server: Callable[..., Any]) -> None:
    fake = FakeOpenSearch()
    fake.pipelines["shop"] = {"response_processors": [{"truncate_hits": {}}]}
    where = ["opensearch", "--cluster", recording_server(fake).url, "--no-templates"]
    where += ["--sidecar", "http://10.1.2.3:8080", "--into", "shop"]
    made = command("install", *where, text="y\n")
    assert made.exit_code == 0, made.output
    assert "~ update search pipeline shop" in made.output
    assert '+        "tag": "rerank-sidecar-ecommerce-structured/score"' in made.output
    assert "left out" not in made.output
    assert "_search?search_pipeline=shop" in made.output
    assert "Nothing to change." in command("install", *where).output
    verified = command("verify", *where)
    assert verified.exit_code == 0, verified.output
    assert "shop is installed and up to date" in verified.output
    assert command("uninstall", *where, "--yes").exit_code == 0
    assert fake.pipelines == {"shop": {"response_processors": [{"truncate_hits": {}}]}}
    flat = command("install", *where, "--routes", "flat", "--yes")
    assert flat.exit_code == 0, flat.output
    assert "ml_opensearch" in str(fake.pipelines["shop"])
    missing = command("install", *where, "--into", "shpo")
    assert isinstance(missing.exception, StartupError)
    assert "there is no search pipeline shpo" in missing.exception.message


def test_verify_and_install_say_what_size_is_reranked_in_time(
    recording_server: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeOpenSearch()
    fake.document_s = 0.125
    clock = SimpleNamespace(monotonic=lambda: fake.now)
    monkeypatch.setattr("es_integration.opensearch.predict.time", clock)
    where = ["opensearch", "--cluster", recording_server(fake).url, "--no-templates"]
    where += ["--sidecar", "http://10.1.2.3:8080", "--profile", "legal"]
    made = command("install", *where, "--yes")
    *_, took, _, advice, _, _, search = made.output.splitlines()
    assert took.startswith(
        "50 hits take about 6.2 s (12 example documents of 650 words), more than"
    )
    assert advice == "A size of 30 fits. For 50, install with --read-timeout 9."
    assert json.loads(search)["size"] == 30, "the advertised search is reranked in time"
    failed = command("verify", *where)
    assert failed.exit_code == 1
    assert failed.output.count("FAILED") == 2, "the page of each route"
    assert "FAILED structured: page" in failed.output
    assert command("verify", *where, "--size", "30").exit_code == 0
    longer = [*where, "--read-timeout", "9"]
    assert '"size": 50' in command("install", *longer, "--yes").output
    assert command("verify", *longer).exit_code == 0


def test_over_elasticsearch_the_sidecars_own_deadline_counts() -> None:
    with (
        SidecarProcess({"api_key": KEY, "deadline_ms": 3000}) as sidecar,
        serve_fake(FakeElasticsearch("9.3.0")) as url,
    ):
        options = ["elasticsearch", "--cluster", url, "--sidecar", sidecar.url]
        options += ["--no-templates", "--profile", "legal", "--sidecar-key", KEY]
        assert command("install", *options, "--yes").exit_code == 0
        failed = command("verify", *options, "--size", "1000")
        assert failed.exit_code == 1
        page = next(line for line in failed.output.splitlines() if "page" in line)
        assert "1000 hits take about" in page
        assert "more than the 3 s by the sidecar's deadline_ms of 3000" in page
        assert "A size of" in failed.output


def test_elasticsearch_has_no_processors() -> None:
    refused = command("processors", "elasticsearch")
    assert isinstance(refused.exception, StartupError)
    assert "no search pipelines" in refused.exception.message


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
    installed = narrow.invoke(app, ["install", *where, "--yes", "--verbose"]).output
    *diffs, search = installed.splitlines()
    assert any(f'"url": "{url}opensearch' in line for line in diffs), "not wrapped"
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
        (("elasticsearch", "--text-field", "t"), "--text-field is for OpenSearch only"),
        (("elasticsearch", "--into", "shop"), "--into is for OpenSearch only"),
        (
            ("opensearch", "--into", "p", "--routes", "flat,structured"),
            "--into takes the processors of one",
        ),
        (("elasticsearch", "--keep-score"), "--keep-score is for OpenSearch only"),
        (("elasticsearch", "--highlight"), "--highlight is for OpenSearch only"),
        (("elasticsearch", "--routes", "flat"), "--routes is for OpenSearch only"),
        (("opensearch", "--routes", "flta"), "--routes takes flat and structured, not flta"),
        (("opensearch", "--encoder", "e"), "--encoder goes with --embed"),
        (("opensearch", "--embed", "--embed-service", "openai"), "is for Elasticsearch only"),
        (("elasticsearch", "--embed-fields", "title"), "--embed-fields goes with --embed"),
        (("elasticsearch", "--embed", "--embed-service", "cohere"), "embed_service must be one of"),
        (("opensearch", "--embed-fields", "e"), "--embed-fields goes with --embed"),
        (("opensearch", "--vector-field", "e"), "--vector-field goes with --embed"),
        (("opensearch", "--embed", "--dimension", "0"), "--dimension 0 leaves it out"),
        (("opensearch", "--embed", "--vector-field", "v"), "--vector-field goes with --no-templ"),
        (
            ("opensearch", "--embed", "--profile", "mine", "--fields", "title"),
            "name the fields to embed for the profile 'mine'",
        ),
        (("opensearch", "--embed", "--sidecar", "http://127.0.0.1:1"), "cannot be read from this"),
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
