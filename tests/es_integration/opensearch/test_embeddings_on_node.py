"""One sidecar, with an encoder and a reranker, makes an index's vectors, answers neural and hybrid
queries, and reranks them: on real nodes, by what `install --embed` makes."""

import json
import math
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import OpenSearch, TransportError
from typer.testing import CliRunner

from es_integration import OpenSearchInstall, Route, SyncSidecarClient
from es_integration.local_node import LocalOpenSearch
from es_integration.opensearch import hybrid_query, neural_query
from sidecar.cli import app
from sidecar.errors import StartupError
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.opensearch.node_setup import SEARCHES, direct_scores, hits, ids
from tests.http_client import ask, post
from tests.tiny_encoders import tiny_encoder

pytestmark = [pytest.mark.node, pytest.mark.every_version]

DOCS = (Path(__file__).parents[3] / "docs" / "embeddings.md").read_text()
PATTERN = "embedded-*"
INDEX = "embedded-1"
PIPELINE = "rerank-sidecar-ecommerce-embed"
TEXT = "red shoes"
MATCH = {"match": {"title": TEXT}}
PRODUCTS: dict[str, dict[str, Any]] = {
    "shoe": {"title": "Red running shoe", "brand": "Acme", "price": 59.9},
    "hose": {"title": "Red garden hose", "brand": "Acme", "price": "24.50 USD"},
    "text": {"title": "Jacket", "description": 'C:\\temp "now"\n\t😀 ${parameters.x} ${x} é\u2028'},
    "list": {"title": ["Umbrella", "Parasol"], "category": "Rain > Umbrellas"},
    "bare": {"price": 5},
    "blank": {"title": " \u00a0\u2028\u3000\u0085\t", "description": ""},
}
TEXTS = {
    "shoe": "Red running shoe\nAcme",
    "hose": "Red garden hose\nAcme",
    "text": 'Jacket\nC:\\temp "now"\n\t😀 $ {parameters.x} $ {x} é\u2028',
    "list": "Umbrella, Parasol\nRain > Umbrellas",
}
"""What is embedded of each product."""


@pytest.fixture(scope="module")
def sidecar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SidecarProcess]:
    folder = tiny_encoder(
        tmp_path_factory.mktemp("models") / "encoder", prefixes={"query": "q: ", "document": "d: "}
    )
    with SidecarProcess({"model": folder}) as process:
        yield process


@pytest.fixture(scope="module")
def options(opensearch_node: LocalOpenSearch, sidecar: SidecarProcess) -> list[str]:
    where = ["opensearch", "--cluster", opensearch_node.url, "--sidecar", sidecar.url]
    return [*where, "--embed", "--index-pattern", PATTERN, "--read-timeout", "20"]


def command(*arguments: str) -> str:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, arguments, catch_exceptions=True)
    if isinstance(result.exception, StartupError):
        return result.exception.message
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def client(
    opensearch_node: LocalOpenSearch, sidecar: SidecarProcess, options: list[str]
) -> Iterator[OpenSearch]:
    """The node with everything installed by the command and the products indexed in one bulk."""
    with closing(OpenSearch(opensearch_node.url, timeout=60)) as client:
        try:
            command("install", *options, "--yes")
            lines = [
                line
                for name, source in PRODUCTS.items()
                for line in ({"index": {"_id": name}}, source)
            ]
            answer = client.bulk(body=lines, index=INDEX, params={"refresh": "true"})
            assert not answer["errors"], answer
            yield client
        finally:
            client.indices.delete(index=PATTERN)
            removed = command("uninstall", *options, "--yes")
            assert f"delete ingest pipeline {PIPELINE}" in removed
            assert "Nothing to change." in command("uninstall", *options, "--yes")


@pytest.fixture(scope="module")
def encode(sidecar: SidecarProcess) -> Iterator[SyncSidecarClient]:
    with SyncSidecarClient(sidecar.url) as encode:
        yield encode


def dot(left: list[float], right: list[float]) -> float:
    return sum(map(float.__mul__, left, right))


def test_a_document_has_the_vector_of_its_text_and_a_bare_one_has_none(
    client: OpenSearch, encode: SyncSidecarClient
) -> None:
    expected = dict(zip(TEXTS, encode.embed(list(TEXTS.values()), kind="document"), strict=True))
    found = {hit["_id"]: hit["_source"] for hit in hits(client, INDEX, {"size": 10})}
    assert found.keys() == PRODUCTS.keys()
    assert not [name for name in ("bare", "blank") if "vector" in found[name]]
    for name, vector in expected.items():
        assert found[name]["vector"] == pytest.approx(vector, abs=1e-6), name
        assert "rerank_sidecar_text" not in found[name]
        assert "title" in json.loads(found[name]["rerank_doc"]), "the templates' own pipeline ran"
    mapping = client.indices.get_mapping(index=INDEX)[INDEX]["mappings"]["properties"]["vector"]
    assert (mapping["dimension"], mapping["method"]["space_type"]) == (8, "innerproduct")


def test_a_bulk_request_is_few_requests(client: OpenSearch, sidecar: SidecarProcess) -> None:
    lines = [
        line for _ in range(70) for line in ({"index": {"_index": "embedded-2"}}, {"title": "a"})
    ]
    before = embedding_requests(sidecar)
    answer = client.bulk(body=lines, params={"refresh": "true"})
    assert not answer["errors"]
    assert embedding_requests(sidecar) - before == 3, "of 32, 32 and 6 texts"


def embedding_requests(sidecar: SidecarProcess) -> int:
    metrics = ask(sidecar, "/metrics").raw.decode()
    counted = re.compile(r'^rerank_requests_total\{dialect="openai-embeddings".*\} (\S+)$', re.M)
    return round(sum(map(float, counted.findall(metrics))))


def test_a_neural_query_finds_the_nearest_first(
    client: OpenSearch, encode: SyncSidecarClient
) -> None:
    (query,) = encode.embed([TEXT], kind="query")
    vectors = encode.embed(list(TEXTS.values()), kind="document")
    cosines = {name: dot(query, vector) for name, vector in zip(TEXTS, vectors, strict=True)}
    body = {"query": neural_query("vector", TEXT, k=10)}
    found = ids(hits(client, INDEX, body, PIPELINE))
    assert found == sorted(TEXTS, key=lambda name: -cosines[name])


@pytest.mark.parametrize(
    "text", ['["a"]', '{"a": 1} ${parameters.foo}', "${parameters.safe_texts}", 'C:\\x "é😀"\n']
)
def test_any_text_can_be_searched(client: OpenSearch, encode: SyncSidecarClient, text: str) -> None:
    (query,) = encode.embed([text], kind="query")
    (document,) = encode.embed([TEXTS["shoe"]], kind="document")
    body = {"query": neural_query("vector", text, k=10)}
    (shoe,) = [hit for hit in hits(client, INDEX, body, PIPELINE) if hit["_id"] == "shoe"]
    cosine = dot(query, document)
    score = cosine + 1 if cosine >= 0 else 1 / (1 - cosine)
    assert shoe["_score"] == pytest.approx(score, abs=1e-5)


@pytest.mark.parametrize("route", Route)
def test_hybrid_and_reranked_by_the_same_sidecar(
    client: OpenSearch, sidecar: SidecarProcess, options: list[str], route: Route
) -> None:
    hybrid = hybrid_query(MATCH, "vector", TEXT, k=10)
    first_stage = hits(client, INDEX, {"query": hybrid}, PIPELINE)
    assert {*ids(first_stage)} == {*TEXTS}, "by vectors, what the words do not find"
    assert first_stage[0]["_score"] <= 1
    spec = OpenSearchInstall(sidecar.url, read_timeout_s=20)
    reranked = hits(client, INDEX, SEARCHES[route](hybrid, TEXT, size=10), spec.pipeline(route))
    assert {*ids(reranked)} == {*TEXTS}
    documents = {hit["_id"]: hit["_source"]["rerank_doc"] for hit in reranked}
    if route is Route.STRUCTURED:
        documents = {
            hit["_id"]: {name: hit["_source"].get(name) for name in spec.sent} for hit in reranked
        }
        previous = {hit["_id"]: hit["_source"]["previous_score"] for hit in reranked}
        assert previous == pytest.approx({hit["_id"]: hit["_score"] for hit in first_stage})
    scores = direct_scores(spec.rerank_url, TEXT, documents)
    assert {hit["_id"]: hit["_score"] for hit in reranked} == pytest.approx(scores, abs=1e-4)
    assert ids(reranked) == sorted(scores, key=lambda name: -scores[name])


def test_the_vectors_of_tokens_rescore_what_is_found(
    client: OpenSearch, sidecar: SidecarProcess, opensearch_version: str
) -> None:
    """By `lateInteractionScore`, with the request that docs/embeddings.md shows."""
    if opensearch_version.startswith("2."):
        pytest.skip("OpenSearch 2 has no lateInteractionScore")
    titles = {name: TEXTS[name].split("\n")[0] for name in ("shoe", "hose", "list")}
    index = "embedded-tokens"
    properties = {"title": {"type": "text"}, "tokens": {"type": "object", "enabled": False}}
    body = {"settings": {"index.final_pipeline": "_none"}, "mappings": {"properties": properties}}
    client.indices.create(index=index, body=body)
    try:
        tokens = dict(zip(titles, token_vectors(sidecar, *titles.values()), strict=True))
        for name, title in titles.items():
            client.index(index=index, id=name, body={"title": title, "tokens": tokens[name]})
        client.index(index=index, id="without", body={"title": "no tokens"})
        client.indices.refresh(index=index)
        (query,) = token_vectors(sidecar, TEXT)
        section = DOCS.split("## Vectors of tokens\n")[1].split("\n## ")[0]
        (search,) = map(json.loads, re.findall(r"```json\n(.*?)```", section, re.DOTALL))
        rescore = search["rescore"]["query"]["rescore_query"]
        rescore["script_score"]["script"]["params"]["query"] = query
        search["query"] = {"match_all": {}}
        found = {hit["_id"]: hit["_score"] for hit in hits(client, index, search, "_none")}
        expected = {name: late_interaction(query, each) for name, each in tokens.items()}
        assert found == pytest.approx(expected | {"without": 0.0}, rel=1e-4)
    finally:
        client.indices.delete(index=index)


def token_vectors(sidecar: SidecarProcess, *texts: str) -> list[list[list[float]]]:
    return list(json.loads(post(sidecar, "/embed_all", {"inputs": list(texts)}).raw))


def late_interaction(query: list[list[float]], document: list[list[float]]) -> float:
    """The sum over the query's tokens of the best (1 + cosine) / 2 of any of the document's."""

    def cosine(left: list[float], right: list[float]) -> float:
        return dot(left, right) / math.hypot(*left) / math.hypot(*right)

    return sum(max((1 + cosine(token, other)) / 2 for other in document) for token in query)


def test_a_second_install_changes_nothing_and_verify_agrees(
    client: OpenSearch, options: list[str]
) -> None:
    assert "Nothing to change." in command("install", *options, "--yes")
    shown = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["verify", *options, "--index", INDEX])
    failed = [line for line in shown.output.splitlines() if line.startswith("FAILED")]
    random = ("embed-queries: order", "latency", "page")  # This encoder's vectors mean nothing.
    assert [line for line in failed if not any(name in line for name in random)] == []
    assert "embed-documents: vectors" in shown.output
    assert f"{len(TEXTS)} hits of {INDEX} found" in shown.output or "order" in "".join(failed)


def test_another_dimension_is_refused_and_nothing_is_changed(
    client: OpenSearch, options: list[str]
) -> None:
    other = {"vector": {"type": "knn_vector", "dimension": 5}}
    client.indices.create(
        index="embedded-other",
        body={"settings": {"index.knn": True}, "mappings": {"properties": other}},
    )
    try:
        refused = command("install", *options, "--yes")
        assert refused.startswith("the field vector of the index embedded-other has 5 dimensions")
    finally:
        client.indices.delete(index="embedded-other")


def test_what_the_sidecar_refuses_is_refused_with_its_reason(client: OpenSearch) -> None:
    """A blank text, which the ingest pipeline's script would have left out."""
    index, name = "embedded-bare", "bare"
    body = client.ingest.get_pipeline(id=PIPELINE)[PIPELINE]
    embedding = body["processors"][1]["text_embedding"] | {"field_map": {"title": "vector"}}
    client.ingest.put_pipeline(id=name, body={"processors": [{"text_embedding": embedding}]})
    client.indices.create(index=index, body={"settings": {"index.final_pipeline": name}})
    try:
        lines = [{"index": {"_id": "lost"}}, {"title": "\u00a0"}]
        (item,) = client.bulk(body=lines, index=index)["items"]
        assert "is empty" in json.dumps(item["index"]["error"])
        assert item["index"]["status"] == 422
        assert not client.exists(index=index, id="lost")
        with pytest.raises(TransportError, match="is empty"):
            hits(client, INDEX, {"query": neural_query("vector", "\u00a0", k=10)}, PIPELINE)
    finally:
        client.indices.delete(index=index)
        client.ingest.delete_pipeline(id=name)
