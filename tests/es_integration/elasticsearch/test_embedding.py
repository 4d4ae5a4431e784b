"""Endpoints that make vectors: what they are, what each service sends, and that they arrive.

The sidecar is a real one with a small encoder; the inference plugin is the fake.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import ApiError, Elasticsearch

from es_integration import SyncSidecarClient
from es_integration.cluster.change import Action
from es_integration.cluster.check import Check
from es_integration.cluster.encoder import Embedder, Encoder
from es_integration.elasticsearch import (
    ElasticsearchInstall,
    hybrid_retriever,
    install,
    query_embed_id,
    retriever_search,
    uninstall,
    verify_cluster,
)
from es_integration.elasticsearch.embed_pipeline import has_pipeline, ingest_pipeline
from es_integration.elasticsearch.embedding import embedding_endpoint
from es_integration.elasticsearch.endpoint import EMBED_SERVICES
from es_integration.errors import ClusterRefused, PipelineConflict, StillInUse
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.elasticsearch.conftest import FakeStart
from tests.es_integration.fake_elasticsearch import FakeElasticsearch
from tests.es_integration.fake_elasticsearch.errors import ElasticsearchError
from tests.es_integration.fake_elasticsearch.requests import dump
from tests.tiny_encoders import tiny_encoder

DOCS = (Path(__file__).parents[3] / "docs" / "embeddings.md").read_text()
URL = "http://sidecar:8080"
ENCODER = Encoder("small", 8)
PREFIXES = {"query": "q: ", "document": "d: "}
TEXTS = ["red shoes", 'a "quoted" \\ text\nof lines ü😀']


@pytest.fixture(scope="module")
def encoding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SidecarProcess]:
    """A sidecar with a reranker and an encoder."""
    folder = tiny_encoder(tmp_path_factory.mktemp("models") / "e", name="small", prefixes=PREFIXES)
    with SidecarProcess({"model": folder}) as process:
        yield process


def spec(url: str = URL, **options: Any) -> ElasticsearchInstall:
    return ElasticsearchInstall(url, embed=True, **{"encoder": ENCODER, **options})


def test_each_service_has_an_endpoint_for_documents_and_one_for_queries() -> None:
    common = {"rate_limit": {"requests_per_minute": 10_000}}
    vectors = {"dimensions": 8, "similarity": "dot_product"}
    key = spec(sidecar_key="k")
    assert embedding_endpoint(key, Embedder.DOCUMENTS).body == {
        "service": "hugging_face",
        "service_settings": {
            "url": f"{URL}/document/embed",
            **common,
            **vectors,
            "api_key": "k",
        },
    }
    assert embedding_endpoint(replace(key, embed_service="openai"), Embedder.QUERIES).body == {
        "service": "openai",
        "service_settings": {
            "url": f"{URL}/query/v1/embeddings",
            **common,
            **vectors,
            "model_id": "small",
            "api_key": "k",
        },
    }
    custom = embedding_endpoint(replace(key, embed_service="custom"), Embedder.QUERIES)
    assert custom.settings["request"] == (
        '{"input":${input},"model":"small","dimensions":8,"input_type":"query","truncate":true}'
    )
    assert custom.secrets == {"secret_parameters": {"api_key": "k"}}
    assert "k" not in json.dumps(custom.public).split('"')
    assert query_embed_id(key) == custom.id == "rerank-sidecar-ecommerce-embed-queries"


@pytest.mark.parametrize(
    ("service", "path", "body"),
    [
        ("hugging_face", "/document/embed", '{"inputs":["how big"]}'),
        (
            "openai",
            "/document/v1/embeddings",
            '{"input":["how big"],"model":"small","dimensions":8}',
        ),
        (
            "custom",
            "/v1/embeddings",
            '{"input":["how big"],"model":"small","dimensions":8,"input_type":"document",'
            '"truncate":true}',
        ),
    ],
)
def test_what_each_service_sends(
    start_fake: FakeStart, encoding: SidecarProcess, service: Any, path: str, body: str
) -> None:
    fake, client = start_fake()
    install(client, spec(encoding.url, embed_service=service, sidecar_key="k"))
    first = fake.sender.sent[0]
    assert first.url == encoding.url + path
    assert first.body.decode() == body
    assert first.headers["Authorization"] == "Bearer k"


@pytest.mark.parametrize("service", EMBED_SERVICES)
def test_an_install_is_made_once_gives_the_encoders_vectors_and_is_undone(
    start_fake: FakeStart, encoding: SidecarProcess, service: Any
) -> None:
    fake, client = start_fake()
    made = spec(encoding.url, embed_service=service)
    names = [f"rerank-sidecar-ecommerce-{embedder}" for embedder in Embedder]
    assert [change.name for change in install(client, made)] == [
        *names,
        made.endpoint_id,
        made.embed_pipeline,
    ]
    assert install(client, made) == ()
    with SyncSidecarClient(encoding.url) as sidecar:
        for name, kind in zip(names, ("document", "query"), strict=True):
            answer = client.inference.text_embedding(inference_id=name, input=TEXTS)
            vectors = [each["embedding"] for each in answer["text_embedding"]]
            for vector, own in zip(vectors, sidecar.embed(TEXTS, kind=kind), strict=True):
                assert vector == pytest.approx(own, abs=1e-6)
    shown = client.inference.get(task_type="text_embedding", inference_id=names[0])
    assert shown["endpoints"][0]["service_settings"]["similarity"] == "dot_product"
    removed = uninstall(client, replace(made, embed=False, encoder=None))
    assert {change.action for change in removed} == {Action.DELETE}
    assert len(removed) == 4
    assert not fake.endpoints
    assert not fake.ingest.bodies


def test_another_service_and_another_key_take_their_place(
    start_fake: FakeStart, encoding: SidecarProcess
) -> None:
    _, client = start_fake()
    install(client, spec(encoding.url))
    changed = install(client, spec(encoding.url, embed_service="openai"))
    assert [change.action for change in changed] == [Action.UPDATE] * 2
    rotated = spec(encoding.url, embed_service="openai", sidecar_key="new", rotate_key=True)
    assert len(install(client, rotated)) == 3
    assert install(client, replace(rotated, rotate_key=False)) == ()


def failed(report: tuple[Check, ...]) -> list[str]:
    return [check.name for check in report if not check.passed]


def test_verify_looks_at_both_endpoints(start_fake: FakeStart, encoding: SidecarProcess) -> None:
    _, client = start_fake()
    made = spec(encoding.url)
    install(client, replace(made, embed=False, encoder=None))
    assert failed(verify_cluster(client, made)) == [
        "embed-documents: endpoint",
        "embed-queries: endpoint",
        "embed-documents: ingest pipeline",
    ]
    install(client, made)
    report = verify_cluster(client, made)
    random = "embed-queries: order"  # Of this encoder's vectors any may be the nearest.
    assert [name for name in failed(report) if name != random] == []
    names = [check.name for check in report if check.name.startswith("embed")]
    assert names == [
        *(f"embed-documents: {name}" for name in ("endpoint", "sidecar", "vectors")),
        *(f"embed-queries: {name}" for name in ("endpoint", "sidecar", "vectors", "order")),
        "embed-documents: ingest pipeline",
    ]
    assert failed(verify_cluster(client, replace(made, embed_service="openai")))[:2] == [
        "embed-documents: endpoint",
        "embed-queries: endpoint",
    ]


SHOE = {"title": "Red shoe", "brand": "Acme", "price": 59.9}


def written(client: Elasticsearch, made: ElasticsearchInstall, *documents: Any) -> list[Any]:
    """The documents as the installed pipeline writes them."""
    docs = [{"_source": document} for document in documents]
    answer = client.ingest.simulate(id=made.embed_pipeline, docs=docs)
    assert not any("error" in each for each in answer["docs"]), answer
    return [each["doc"]["_source"] for each in answer["docs"]]


@pytest.mark.parametrize("service", EMBED_SERVICES)
def test_the_pipeline_writes_the_vector_of_a_documents_text(
    start_fake: FakeStart, encoding: SidecarProcess, service: Any
) -> None:
    _, client = start_fake()
    made = spec(encoding.url, embed_service=service)
    install(client, made)
    again = {**SHOE, "vector": [0.0] * 8, "model_id": "mine"}
    first, second, blank = written(client, made, SHOE, again, {"price": 3})
    with SyncSidecarClient(encoding.url) as sidecar:
        (own,) = sidecar.embed(["Red shoe\nAcme"], kind="document")
    assert {**first, "vector": None} == {**SHOE, "vector": None}
    assert first["vector"] == second["vector"] == pytest.approx(own, abs=1e-6)
    assert second["model_id"] == "mine"
    assert blank == {"price": 3}, "without a text there is no vector"


def test_the_pipeline_is_of_the_named_fields_and_calls_the_one_that_would_be() -> None:
    own = spec(profile="plain", embed_fields=("text",), vector_field="v", then_pipeline="mine")
    assert has_pipeline(own)
    script, infer, copied, removed, then = ingest_pipeline(own)["processors"]
    assert script["script"]["params"]["fields"] == [["text"]]
    assert infer["inference"]["model_id"] == "rerank-sidecar-plain-embed-documents"
    assert copied["set"]["field"] == "v"
    assert set(removed["remove"]["field"]) == {"rerank_sidecar_text", "rerank_sidecar_made"}
    assert then == {"pipeline": {"name": "mine"}}
    assert not has_pipeline(spec(profile="plain")), "semantic_text needs none"


def test_a_pipeline_of_that_name_that_is_not_ours_stays(
    start_fake: FakeStart, encoding: SidecarProcess
) -> None:
    fake, client = start_fake()
    made = spec(encoding.url)
    fake.ingest.put(made.embed_pipeline, {"description": "mine", "processors": []})
    with pytest.raises(PipelineConflict, match="is not the sidecar's"):
        install(client, made)
    assert not fake.endpoints
    uninstall(client, made)
    assert [*fake.ingest.bodies] == [made.embed_pipeline]


@pytest.mark.parametrize("setting", ["index.default_pipeline", "index.final_pipeline"])
def test_a_pipeline_that_an_index_writes_through_stays(
    start_fake: FakeStart, encoding: SidecarProcess, setting: str
) -> None:
    fake, client = start_fake()
    made = spec(encoding.url)
    install(client, made)
    fake.templates.index_settings["products"] = {setting: made.embed_pipeline}
    with pytest.raises(StillInUse, match=r"\['products'\] use the ingest pipeline"):
        uninstall(client, made)
    assert len(fake.endpoints) == 3


def test_an_endpoint_that_others_use_keeps_its_settings(
    start_fake: FakeStart, encoding: SidecarProcess
) -> None:
    fake, client = start_fake()
    install(client, spec(encoding.url))
    documents = "rerank-sidecar-ecommerce-embed-documents"
    other = {"processors": [{"inference": {"model_id": documents}}]}
    changed = spec(encoding.url, embed_service="openai")
    fake.ingest.put("mine", other)
    with pytest.raises(StillInUse, match=rf"\['mine'\] use the inference endpoint {documents}"):
        install(client, changed)
    fake.ingest.delete("mine")
    fake.semantic_text[documents] = ["articles"]
    with pytest.raises(StillInUse, match=r"\['articles'\] use"):
        install(client, changed)
    assert {each.service for each in fake.endpoints.values()} == {"hugging_face"}
    fake.semantic_text.clear()
    assert [change.action for change in install(client, changed)] == [Action.UPDATE] * 2


def test_verify_runs_the_pipeline(start_fake: FakeStart, encoding: SidecarProcess) -> None:
    fake, client = start_fake()
    made = spec(encoding.url)
    install(client, made)
    ours = fake.ingest.bodies[made.embed_pipeline]
    name = "embed-documents: ingest pipeline"
    fake.ingest.put(made.embed_pipeline, {**ours, "processors": ours["processors"][:1]})
    assert name in failed(verify_cluster(client, made))
    fake.ingest.put(made.embed_pipeline, ours)
    assert name not in failed(verify_cluster(client, made))
    (check,) = [
        check
        for check in verify_cluster(client, replace(made, then_pipeline="gone"))
        if check.name == name
    ]
    assert "differs from the options" in check.detail
    install(client, replace(made, then_pipeline="gone"))
    report = verify_cluster(client, replace(made, then_pipeline="gone"))
    assert "non-existent pipeline [gone]" in str([check.detail for check in report])


def test_a_dimension_that_the_encoder_has_not_is_refused_and_nothing_is_kept(
    start_fake: FakeStart, encoding: SidecarProcess
) -> None:
    fake, client = start_fake()
    with pytest.raises(ClusterRefused):
        install(client, spec(encoding.url, encoder=Encoder("small", 9)))
    assert not fake.endpoints


def test_an_encoder_that_must_be_named_needs_a_service_that_names_it() -> None:
    one_of_two = spec(encoder=Encoder("small", 8, must_be_named=True))
    with pytest.raises(ValueError, match="take openai or custom"):
        embedding_endpoint(one_of_two, Embedder.QUERIES)
    for service in ("openai", "custom"):
        made = embedding_endpoint(replace(one_of_two, embed_service=service), Embedder.QUERIES)
        assert '"small"' in dump(made.settings).replace("\\", "")
    with pytest.raises(ValueError, match="served_encoder"):
        embedding_endpoint(spec(encoder=None), Embedder.QUERIES)
    with pytest.raises(ValueError, match="embed_service must be one of"):
        spec(embed_service="cohere")
    with pytest.raises(ValueError, match="go with `embed`"):
        ElasticsearchInstall(URL, encoder=ENCODER)


def test_a_key_that_the_sidecar_does_not_know_is_told(
    start_fake: FakeStart, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tiny_encoder(tmp_path_factory.mktemp("models") / "e", name="small")
    with SidecarProcess({"model": folder, "api_key": "right"}) as guarded:
        for service in EMBED_SERVICES:
            _, client = start_fake()
            with pytest.raises(ClusterRefused, match="401"):
                install(client, spec(guarded.url, sidecar_key="wrong", embed_service=service))


def test_a_search_fuses_what_words_and_vectors_find() -> None:
    match = {"match": {"title": "red shoes"}}
    retriever = hybrid_retriever(match, "vector", "red shoes", "embed-queries", window=50)
    body = retriever_search(retriever, "red shoes", inference_id="rerank", window=50)
    reranker = body["retriever"]["text_similarity_reranker"]
    words, vectors = reranker["retriever"]["rrf"]["retrievers"]
    assert words == {"standard": {"query": match}}
    assert vectors["knn"] == {
        "field": "vector",
        "query_vector_builder": {
            "text_embedding": {"model_id": "embed-queries", "model_text": "red shoes"}
        },
        "k": 50,
        "num_candidates": 100,
    }


def test_the_documented_search_is_the_real_one() -> None:
    section = DOCS.split("## In Elasticsearch\n")[1].split("\n## ")[0]
    (block,) = re.findall(r"```json\n(.*?)```", section, re.DOTALL)
    made, text = spec(), "red shoes"
    match = {"match": {"title": text}}
    retriever = hybrid_retriever(match, "vector", text, query_embed_id(made))
    assert json.loads(block) == retriever_search(retriever, text, inference_id=made.endpoint_id)
    services = re.findall(r"^\| `(\w+)`", section, re.MULTILINE)
    assert services == [*EMBED_SERVICES]


def test_openai_without_a_model_is_refused() -> None:
    with pytest.raises(ElasticsearchError, match="model_id"):
        FakeElasticsearch("9.3.0").put(
            "e", {"service": "openai", "service_settings": {"api_key": "k"}}, "text_embedding"
        )


@pytest.mark.parametrize("text", ["${query}", "costs ${price}"])
def test_placeholders_in_a_text_break_the_service_custom_alone(
    start_fake: FakeStart, encoding: SidecarProcess, text: str
) -> None:
    for service in EMBED_SERVICES:
        _, client = start_fake()
        made = spec(encoding.url, embed_service=service)
        install(client, made)
        name = query_embed_id(made)
        if service == "custom":
            with pytest.raises(ApiError, match="request"):
                client.inference.text_embedding(inference_id=name, input=[text])
        else:
            client.inference.text_embedding(inference_id=name, input=[text])
