"""The real Elasticsearch node: what it has and lacks, that it searches, and that it is removed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import ApiError, Elasticsearch

from es_integration import ELASTICSEARCH, LocalElasticsearch, LocalNodeFailed
from es_integration.local_node import RERANK_BY_VERSION, why_unavailable
from es_integration.local_node.node import environment, jvm_options, node_settings

INDEX = "local-products"
node = pytest.mark.node


@pytest.fixture
def client(elasticsearch_node: LocalElasticsearch) -> Iterator[Elasticsearch]:
    with Elasticsearch(elasticsearch_node.url, request_timeout=90) as client:
        yield client
        client.options(ignore_status=404).indices.delete(index=INDEX)


def ids(answer: Any) -> list[str]:
    return [hit["_id"] for hit in answer["hits"]["hits"]]


@node
def test_the_version_and_the_modules_are_those_that_are_published(client: Elasticsearch) -> None:
    (info,) = client.nodes.info(metric="plugins,jvm")["nodes"].values()
    assert info["version"] == ELASTICSEARCH.release.version
    names = {module["name"] for module in info["modules"]}
    assert names == {"apm", "transport-netty4", "x-pack-core", "x-pack-security"}
    assert 17 <= int(info["jvm"]["version"].split(".")[0]) <= 25


@node
def test_bm25_and_vectors_find_and_order(client: Elasticsearch) -> None:
    vector = {"type": "dense_vector", "dims": 2, "index": True, "similarity": "cosine"}
    properties = {"title": {"type": "text"}, "vector": vector}
    client.indices.create(index=INDEX, mappings={"properties": properties})
    sources = {"near": ("red shoes", [9, 1]), "far": ("red red shoes", [1, 9])}
    for name, (title, value) in sources.items():
        client.index(index=INDEX, id=name, document={"title": title, "vector": value}, refresh=True)
    assert ids(client.search(index=INDEX, query={"match": {"title": "red"}})) == ["far", "near"]
    knn = {"field": "vector", "query_vector": [1, 0], "k": 2, "num_candidates": 10}
    assert ids(client.search(index=INDEX, knn=knn)) == ["near", "far"]
    standard = {"standard": {"query": {"match": {"title": "red"}}}}
    assert ids(client.search(index=INDEX, retriever=standard)) == ["far", "near"]


@node
def test_templates_are_taken(client: Elasticsearch) -> None:
    part = {"mappings": {"properties": {"title": {"type": "text"}}}}
    client.cluster.put_component_template(name="local-part", template=part)
    client.indices.put_index_template(
        name="local-whole", index_patterns=["local-*"], composed_of=["local-part"]
    )
    try:
        client.indices.create(index=INDEX)
        mapping = client.indices.get_mapping(index=INDEX)[INDEX]["mappings"]
        assert mapping["properties"] == {"title": {"type": "text"}}
    finally:
        client.indices.delete_index_template(name="local-whole")
        client.cluster.delete_component_template(name="local-part")


@node
def test_the_docstrings_missing_parts_are_missing(client: Elasticsearch) -> None:
    """A new version that has it should be noticed: more could be proven then."""
    with pytest.raises(ApiError, match="405"):
        client.info()
    with pytest.raises(ApiError):
        client.inference.get(inference_id="any")
    client.indices.create(index=INDEX)
    with pytest.raises(ApiError, match="unknown retriever"):
        client.search(index=INDEX, retriever={"rrf": {"retrievers": []}})
    with pytest.raises(ApiError, match="stemmer"):
        client.indices.analyze(tokenizer="standard", filter=["stemmer"], text="shoes")


@node
@pytest.mark.usefixtures("elasticsearch_node")  # It skips where no node can be had.
def test_a_node_that_does_not_come_up_leaves_nothing() -> None:
    node_that_fails = LocalElasticsearch(heap="512m", start_timeout_s=0.0)
    with pytest.raises(LocalNodeFailed, match="did not answer within"):
        node_that_fails.__enter__()
    assert node_that_fails.pid is None
    assert not node_that_fails.folder.exists()


@pytest.mark.parametrize(
    "distribution",
    [ELASTICSEARCH, *RERANK_BY_VERSION.values()],
    ids=lambda distribution: f"{distribution.name}-{distribution.release.version}",
)
def test_a_node_listens_on_loopback_and_writes_into_its_own_folder(distribution: Any) -> None:
    folder, product = Path("/somewhere"), distribution.release
    settings = node_settings(distribution, folder, 1, 2).splitlines()
    assert {"network.host: 127.0.0.1", "http.port: 1", "transport.port: 2"} <= set(settings)
    assert f"path.data: {folder}/data" in settings
    assert "-Xmx64m" in jvm_options(product, "64m").splitlines()
    assert "gc.log" not in jvm_options(product, "64m")
    variables = environment(product, Path("/java"), folder)
    assert variables[f"{product.prefix}_JAVA_HOME"] == "/java"
    assert variables[f"{product.prefix}_TMPDIR"] == str(folder / "tmp")
    assert not [name for name in variables if name.startswith("JAVA_")]


def test_each_release_names_the_java_that_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("es_integration.local_node.java.JVM_FOLDER", tmp_path)
    monkeypatch.setattr("es_integration.local_node.node.node_account", lambda: None)
    reasons = [
        why_unavailable(distribution, {"PATH": ""}) or ""
        for distribution in (ELASTICSEARCH, *RERANK_BY_VERSION.values())
    ]
    assert "from 17 to 25" in reasons[0]
    assert "ES_JAVA_HOME" in reasons[0]
    assert "from 11 to 23" in reasons[1]
    assert "openjdk-17-jdk-headless" in reasons[1]
    assert "OPENSEARCH_JAVA_HOME" in reasons[1]
    assert "from 21 to 25" in reasons[2]
    assert "openjdk-21-jdk-headless" in reasons[2]
