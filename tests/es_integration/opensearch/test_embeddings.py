"""What an install with `embed` makes, changes and removes, against the fake cluster."""

import copy
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import OpenSearch

from es_integration import ClusterRefused, OpenSearchInstall, PipelineConflict, Route, StillInUse
from es_integration.cluster.change import Action
from es_integration.cluster.check import Check
from es_integration.cluster.encoder import Embedder, Encoder
from es_integration.cluster.probe import BEST, DOCUMENTS, QUERY
from es_integration.cluster.procedure import run
from es_integration.opensearch import (
    hybrid_query,
    install,
    neural_query,
    structured_search,
    uninstall,
    verify_cluster,
)
from es_integration.opensearch.bodies import connector, model, pipeline
from es_integration.opensearch.embedder import checks
from tests.es_integration.opensearch.fake_opensearch import FakeOpenSearch

ENCODER = Encoder("small", 2)
PLAIN = OpenSearchInstall("http://127.0.0.1:8090", fields=("title", "brand"))
SPEC = replace(PLAIN, embed=True, encoder=ENCODER)
EMBED = "rerank-sidecar-ecommerce-embed"
STRUCTURED = SPEC.pipeline(Route.STRUCTURED)


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch, fake: FakeOpenSearch) -> None:
    monkeypatch.setattr("es_integration.opensearch.connectors.IN_USE_PAUSES_S", (0.0, 0.0))
    fake.vectors = {text: [0.6, 0.8] for text in DOCUMENTS} | {DOCUMENTS[BEST]: [1.0, 0.0]}


def model_id(fake: FakeOpenSearch, part: Embedder) -> str:
    (found,) = [key for key, body in fake.models.items() if body["name"] == SPEC.pipeline(part)]
    return found


def test_models_come_before_the_pipelines_that_name_them(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    made = [(change.kind, change.name) for change in install(client, SPEC)][2:]
    documents, queries = map(SPEC.pipeline, Embedder)
    assert made[:6] == [
        ("connector", documents),
        ("remote model", documents),
        ("ingest pipeline", EMBED),
        ("connector", queries),
        ("remote model", queries),
        ("search pipeline", EMBED),
    ]
    assert [name for _, name in made[6:]] == [
        SPEC.pipeline(route) for route in Route for _ in range(3)
    ]
    enricher = {"neural_query_enricher": {"default_model_id": model_id(fake, Embedder.QUERIES)}}
    for name in (EMBED, *(SPEC.pipeline(route) for route in Route)):
        assert fake.pipelines[name]["request_processors"] == [enricher]
        assert [*fake.pipelines[name]["phase_results_processors"][0]] == ["normalization-processor"]
    assert "response_processors" not in fake.pipelines[EMBED]
    script, embedding, remove = fake.ingest[EMBED]["processors"]
    target = script["script"]["params"]["target"]
    assert embedding["text_embedding"] == {
        "model_id": model_id(fake, Embedder.DOCUMENTS),
        "field_map": {target: "vector"},
        "batch_size": 32,
    }
    assert remove["remove"]["field"] == target
    changed = install(client, replace(SPEC, then_pipeline="mine"))
    assert [change.kind for change in changed] == ["ingest pipeline"]
    assert fake.ingest[EMBED]["processors"][-1] == {"pipeline": {"name": "mine"}}
    install(client, SPEC)
    assert install(client, SPEC) == (), "a second run changes nothing"


def test_the_text_of_a_document_is_of_the_named_fields_or_the_templates_prose() -> None:
    assert [names[0] for names in SPEC.embedded] == ["title", "brand", "category", "description"]
    assert "product_name" in SPEC.embedded[0], "under its aliases too"
    own = replace(SPEC, profile="plain", embed_fields=("text", "head"), vector_field="v")
    assert own.embedded == (("text",), ("head",))


def test_the_connectors_say_what_the_texts_are_and_who_reads_them() -> None:
    for part, kind in ((Embedder.DOCUMENTS, "document"), (Embedder.QUERIES, "query")):
        (action,) = connector(SPEC, part)["actions"]
        assert action["url"] == "http://127.0.0.1:8090/v1/embeddings"
        sent = action["request_body"].replace("${parameters.safe_texts}", '["a"]')
        assert json.loads(sent) == {
            "input": ["a"],
            "model": "small",
            "dimensions": 2,
            "input_type": kind,
            "truncate": True,
        }
        assert kind[:4] in model(SPEC, part, "C")["description"]
    assert connector(SPEC, Embedder.DOCUMENTS)["client_config"]["read_timeout"] == 30
    assert connector(SPEC, Embedder.QUERIES)["client_config"]["read_timeout"] == 5
    assert connector(SPEC, Embedder.QUERIES)["actions"][0]["headers"] == {
        "Content-Type": "application/json",
        "X-Request-Deadline-Ms": "4750",
    }


def test_another_encoder_is_another_connector_and_the_models_keep_their_ids(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    install(client, SPEC)
    before = {part: model_id(fake, part) for part in Embedder}
    changed = install(client, replace(SPEC, encoder=Encoder("large", 3)))
    assert {change.name for change in changed if change.action is Action.UPDATE} == {
        *map(SPEC.pipeline, Embedder),
        EMBED,
    }
    assert before == {part: model_id(fake, part) for part in Embedder}


def test_uninstall_removes_it_all_whether_asked_to_or_not(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    install(client, SPEC)
    uninstall(client, PLAIN)
    assert (fake.connectors, fake.models, fake.pipelines, fake.ingest) == ({}, {}, {}, {})
    assert fake.settings["persistent"] == {}
    assert uninstall(client, replace(SPEC, encoder=None)) == ()


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("index.default_pipeline", "use the ingest pipeline"),
        ("index.final_pipeline", "use the ingest pipeline"),
        ("index.search.default_pipeline", "use the search pipeline"),
    ],
)
def test_a_pipeline_in_use_stays(
    client: OpenSearch, fake: FakeOpenSearch, setting: str, reason: str
) -> None:
    install(client, SPEC)
    fake.indices["products"] = {setting: EMBED}
    with pytest.raises(StillInUse, match=rf"\['products'\] {reason} {EMBED}"):
        uninstall(client, SPEC)
    assert fake.ingest
    assert len(fake.models) == 4


def test_a_pipeline_of_users_that_names_the_model_keeps_it(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    install(client, SPEC)
    enricher = {"neural_query_enricher": {"default_model_id": model_id(fake, Embedder.QUERIES)}}
    fake.pipelines["mine"] = {"request_processors": [enricher]}
    with pytest.raises(StillInUse, match=r"\['mine'\] use the model .*-embed-queries"):
        uninstall(client, SPEC)


@pytest.mark.parametrize("store", ["ingest", "pipelines"])
def test_a_pipeline_of_that_name_that_is_not_ours_stays(
    client: OpenSearch, fake: FakeOpenSearch, fake_server: Any, store: str
) -> None:
    mine = {"description": "mine", "processors": []}
    getattr(fake, store)[EMBED] = mine
    with pytest.raises(PipelineConflict, match=f"{EMBED} that is not the sidecar's"):
        install(client, SPEC)
    uninstall(client, SPEC)
    assert getattr(fake, store) == {EMBED: mine}
    assert not [method for method, *_ in fake_server.requests if method in ("PUT", "DELETE")]


def test_a_cluster_without_the_plugin_gets_nothing(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    fake.embeds = False
    with pytest.raises(ClusterRefused, match=r"--embed\) needs the processors .*neural-search"):
        install(client, SPEC)
    fake.embeds, fake.number = True, "2.15.0"
    with pytest.raises(ClusterRefused, match=r"--embed\) needs OpenSearch 2.16"):
        install(client, SPEC)
    assert not fake.connectors


def test_an_encoder_must_be_known(client: OpenSearch) -> None:
    with pytest.raises(ValueError, match="served_encoder"):
        install(client, replace(SPEC, encoder=None))
    with pytest.raises(ValueError, match="name the fields to embed for the profile 'plain'"):
        install(client, replace(SPEC, profile="plain"))
    with pytest.raises(ValueError, match="go with `embed`"):
        replace(SPEC, embed=False)


INTO = replace(SPEC, routes=(Route.STRUCTURED,), into="shop")
SHOP: dict[str, Any] = {
    "description": "of the shop",
    "request_processors": [{"oversample": {"sample_factor": 2.0}}],
    "response_processors": [{"truncate_hits": {"tag": "mine"}}],
}


def test_a_pipeline_of_users_takes_neural_and_hybrid_queries_and_gives_all_back(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    fake.pipelines["shop"] = copy.deepcopy(SHOP)
    install(client, INTO)
    shop = fake.pipelines["shop"]
    oversample, enricher = shop["request_processors"]
    assert oversample == SHOP["request_processors"][0]
    ours = model_id(fake, Embedder.QUERIES)
    assert enricher["neural_query_enricher"]["default_model_id"] == ours
    assert [*shop["phase_results_processors"][0]] == ["normalization-processor"]
    assert install(client, INTO) == ()
    uninstall(client, INTO)
    assert fake.pipelines == {"shop": SHOP}


def test_what_combines_scores_already_stays(client: OpenSearch, fake: FakeOpenSearch) -> None:
    combining = [{"score-ranker-processor": {"combination": {"technique": "rrf"}}}]
    fake.pipelines["shop"] = {"phase_results_processors": combining}
    install(client, INTO)
    assert fake.pipelines["shop"]["phase_results_processors"] == combining
    uninstall(client, INTO)
    assert fake.pipelines["shop"] == {"phase_results_processors": combining}


def test_a_model_of_the_users_own_for_neural_queries_is_not_replaced(
    client: OpenSearch, fake: FakeOpenSearch
) -> None:
    theirs = {"request_processors": [{"neural_query_enricher": {"default_model_id": "theirs"}}]}
    fake.pipelines["shop"] = theirs
    with pytest.raises(PipelineConflict, match="shop: it has a neural_query_enricher of its own"):
        install(client, INTO)
    assert not fake.connectors


def failed(report: Sequence[Check]) -> list[str]:
    return [check.name for check in report if not check.passed]


def test_verify_looks_at_vectors_and_their_space(client: OpenSearch, fake: FakeOpenSearch) -> None:
    install(client, PLAIN)
    assert "embed-documents: connector" in failed(verify_cluster(client, SPEC))
    install(client, SPEC)
    report = verify_cluster(client, SPEC)
    assert failed(report) == []
    assert [check.name for check in report if check.name.startswith("embed")] == [
        *(f"embed-documents: {name}" for name in ("plugins", "connector", "remote model")),
        *(f"embed-documents: {name}" for name in ("ingest pipeline", "sidecar", "vectors")),
        *(f"embed-queries: {name}" for name in ("plugins", "connector", "remote model")),
        *(f"embed-queries: {name}" for name in ("search pipeline", "sidecar", "vectors", "order")),
    ]
    fake.vectors[QUERY] = [0.6, 0.8]
    assert failed(verify_cluster(client, SPEC)) == ["embed-queries: order"]
    for wrong in ([0.6, 0.0], [1.0, 0.0, 0.0]):
        fake.vectors[QUERY] = wrong
        assert failed(verify_cluster(client, SPEC)) == ["embed-queries: vectors"]
    fake.predicting = (400, "Error from remote service: wrong model")
    assert "embed-documents: sidecar" in failed(verify_cluster(client, SPEC))


@pytest.mark.parametrize(
    ("mapped", "documents", "detail"),
    [
        (False, [], "products has no field vector, which must have 2 dimensions"),
        (True, [], f"index documents through the ingest pipeline {EMBED}"),
        (True, [{"title": "Red shoe"}], "1 hits of products found by the vectors of vector"),
    ],
)
def test_verify_searches_an_index_by_its_vectors(
    client: OpenSearch, fake: FakeOpenSearch, mapped: bool, documents: list[Any], detail: str
) -> None:
    install(client, SPEC)
    if mapped:
        fake.mapped["products"].add("vector")
    fake.vector = {"type": "knn_vector", "dimension": 2}
    fake.documents = documents
    queries = model_id(fake, Embedder.QUERIES)
    *_, search = run(client, checks(SPEC, Embedder.QUERIES, queries, "products"))
    assert search.name == "embed-queries: search"
    assert search.detail.endswith(detail)
    assert search.passed == bool(documents)


def test_a_search_names_the_field_and_no_model() -> None:
    neural = {"neural": {"vector": {"query_text": "red", "k": 5}}}
    match = {"match": {"title": "red"}}
    assert neural_query("vector", "red", k=5) == neural
    hybrid = {"hybrid": {"queries": [match, neural]}}
    assert hybrid_query(match, "vector", "red", k=5) == hybrid
    assert "request_processors" not in pipeline(PLAIN, Route.FLAT, "M")


DOCS = (Path(__file__).parents[3] / "docs" / "embeddings.md").read_text()
SECTION = DOCS.split("## In OpenSearch\n")[1].split("\n## ")[0]


def test_the_documented_search_is_the_real_one() -> None:
    (shell,) = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
    *_, body = re.findall(r"--data '(.*?)'", shell, re.DOTALL)
    text = "red trainers under $100"
    hybrid = hybrid_query({"match": {"title": text}}, "vector", text, k=50)
    assert json.loads(body) == structured_search(hybrid, text, size=50)
    assert f"search_pipeline={STRUCTURED}&" in shell
    rows = re.findall(r"^\| [^|]+ \| `(rerank-sidecar-[^`]+)` \|", SECTION, re.MULTILINE)
    assert rows == [
        SPEC.pipeline(Embedder.DOCUMENTS),
        EMBED,
        SPEC.pipeline(Embedder.QUERIES),
        EMBED,
    ]


def test_the_documented_python_installs(
    client: OpenSearch, fake: FakeOpenSearch, fake_server: Any, recording_server: Any
) -> None:
    encoder = {"model": "small", "kind": "encoder", "dimensions": 2}
    sidecar = recording_server(lambda *request: (200, {"models": [encoder]}))
    (code,) = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)
    for address, url in (("9200", fake_server.url), ("8080", sidecar.url)):
        code = code.replace(f"http://127.0.0.1:{address}", url)
    found: dict[str, Any] = {}
    exec(code, found)
    found["client"].close()
    assert [*fake.ingest] == [EMBED]
    assert found["body"]["query"] == found["query"]
