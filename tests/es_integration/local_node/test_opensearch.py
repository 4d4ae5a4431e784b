"""The real node: what is in it, that it searches, and that it goes away.

`search_node` has no rerank plugins; `opensearch_node` has, and is skipped with its reason where
they cannot be had (it fails instead when RERANK_REQUIRE_NODE=1).
"""

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import OpenSearch

from es_integration import SEARCH, LocalNodeFailed, LocalNodeUnavailable, LocalOpenSearch
from es_integration.local_node import RERANK_BY_VERSION, SEARCH_BY_VERSION
from tests.es_integration.opensearch.node_setup import INDEX, MATCH, filled

node = pytest.mark.node


@pytest.fixture
def products(search_client: OpenSearch) -> Iterator[OpenSearch]:
    with filled(search_client):
        yield search_client


def ids(answer: Any) -> list[str]:
    return [hit["_id"] for hit in answer["hits"]["hits"]]


@node
@pytest.mark.every_version
def test_modules_and_plugins_are_loaded(search_client: OpenSearch, opensearch_version: str) -> None:
    (info,) = search_client.nodes.info(metric="plugins,jvm")["nodes"].values()
    assert {module["name"] for module in info["modules"]} >= {
        "analysis-common",
        "ingest-common",
        "lang-mustache",
        "lang-painless",
        "mapper-extras",
    }
    assert [plugin["name"] for plugin in info["plugins"]] == ["opensearch-knn"]
    assert info["version"] == opensearch_version
    release = SEARCH_BY_VERSION[opensearch_version].release
    assert release.min_java <= int(info["jvm"]["version"].split(".")[0]) <= release.max_java


@node
@pytest.mark.every_version
def test_bm25_finds_and_orders(products: OpenSearch) -> None:
    answer = products.search(index=INDEX, body={"query": MATCH})
    assert set(ids(answer)) == {"1", "2", "3"}
    assert ids(answer)[-1] == "3"
    scores = [hit["_score"] for hit in answer["hits"]["hits"]]
    assert scores == sorted(scores, reverse=True)


@node
@pytest.mark.every_version
def test_the_factor_of_bm25_is_the_versions(products: OpenSearch, opensearch_version: str) -> None:
    """OpenSearch 3 leaves out k1 + 1: what is compared with a score must be 2.2 times smaller."""
    answer = products.search(index=INDEX, body={"query": {"match": {"text": "winter"}}})
    (hit,) = answer["hits"]["hits"]
    documents, matching, length, mean_length, k1, b = 3, 1, 3, 8 / 3, 1.2, 0.75
    idf = math.log(1 + (documents - matching + 0.5) / (matching + 0.5))
    frequency = 1 / (1 + k1 * (1 - b + b * length / mean_length))
    factor = k1 + 1 if opensearch_version.startswith("2.") else 1
    assert hit["_score"] == pytest.approx(factor * idf * frequency, rel=1e-5)


@node
@pytest.mark.every_version
def test_analysis_painless_ingest_and_templates_work(products: OpenSearch) -> None:
    body = {"tokenizer": "standard", "filter": ["lowercase", "stemmer"], "text": "Running shoes"}
    tokens = products.indices.analyze(body=body)["tokens"]
    assert [token["token"] for token in tokens] == ["run", "shoe"]
    doubled = {"query": {"match_all": {}}, "script_fields": {"x": {"script": "21 * 2"}}}
    assert products.search(index=INDEX, body=doubled)["hits"]["hits"][0]["fields"]["x"] == [42]
    processors = [{"grok": {"field": "m", "patterns": ["%{WORD:first}"]}}]
    docs = [{"_source": {"m": "hello world"}}]
    result = products.ingest.simulate(body={"pipeline": {"processors": processors}, "docs": docs})
    assert result["docs"][0]["doc"]["_source"]["first"] == "hello"
    template = {"source": {"query": {"match": {"title": "{{q}}"}}}, "params": {"q": "running"}}
    assert ids(products.search_template(index=INDEX, body=template)) == ["1"]


@node
@pytest.mark.every_version
def test_vectors_are_searched_with_the_lucene_engine(search_client: OpenSearch) -> None:
    method = {"name": "hnsw", "engine": "lucene", "space_type": "l2"}
    vector = {"type": "knn_vector", "dimension": 2, "method": method}
    body = {"settings": {"index.knn": True}, "mappings": {"properties": {"v": vector}}}
    search_client.indices.create(index="vectors", body=body)
    for name, value in {"near": [1, 1], "far": [9, 9]}.items():
        search_client.index(index="vectors", id=name, body={"v": value}, refresh=True)
    query = {"query": {"knn": {"v": {"vector": [0, 0], "k": 2}}}}
    assert ids(search_client.search(index="vectors", body=query)) == ["near", "far"]
    search_client.indices.delete(index="vectors")


def group_exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@node
@pytest.mark.usefixtures("search_node")  # It skips where no node can be had.
def test_the_node_and_its_folder_are_gone_after_an_exception() -> None:
    node = LocalOpenSearch(heap="512m", distribution=SEARCH)
    pids: list[int] = []

    def use_it() -> None:
        with node:
            assert node.pid is not None
            assert (node.folder / "data").is_dir()
            assert node.folder.stat().st_uid != 0
            assert Path(f"/proc/{node.pid}").stat().st_uid != 0
            pids.append(node.pid)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        use_it()
    assert not group_exists(pids[0])
    assert not node.folder.exists()


@node
@pytest.mark.usefixtures("search_node")
@pytest.mark.parametrize(
    ("heap", "limit_s", "reason"),
    [("1k", 60.0, "ended by itself:.*heap"), ("512m", 0.0, "did not answer within")],
)
def test_a_node_that_does_not_come_up_leaves_nothing(
    heap: str, limit_s: float, reason: str
) -> None:
    node = LocalOpenSearch(heap=heap, distribution=SEARCH, start_timeout_s=limit_s)
    with pytest.raises(LocalNodeFailed, match=f"(?s){reason}"):
        node.__enter__()
    assert node.pid is None
    assert not node.folder.exists()


@node
@pytest.mark.every_version
def test_the_rerank_plugins_are_loaded(cluster: OpenSearch) -> None:
    (info,) = cluster.nodes.info(metric="plugins")["nodes"].values()
    assert {plugin["name"] for plugin in info["plugins"]} == {
        "opensearch-job-scheduler",
        "opensearch-ml",
        "opensearch-knn",
        "opensearch-neural-search",
    }


def test_a_version_that_cannot_be_put_together_is_refused() -> None:
    with pytest.raises(LocalNodeUnavailable, match=r"OpenSearch 3\.7\.0 .* 2\.19\.1, 3\.6\.0"):
        LocalOpenSearch(version="3.7.0")


@pytest.mark.parametrize("version", RERANK_BY_VERSION)
def test_both_distributions_of_a_version_are_of_that_release(version: str) -> None:
    search, rerank = SEARCH_BY_VERSION[version], RERANK_BY_VERSION[version]
    assert search.release == rerank.release
    assert search.server == rerank.server
    assert set(search.plugins) < set(rerank.plugins)
    assert all(plugin.version == f"{version}.0" for plugin in rerank.plugins)
