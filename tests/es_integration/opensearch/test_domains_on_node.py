"""Both routes for both domains, everything real: templates, a node's hits, the sidecar's model.

310 products and 318 clauses are indexed by the templates of `mappings`; each first stage finds 100
hits, and the node's new order must be that of the sidecar's scores for the same documents.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from opensearchpy import OpenSearch

import mappings
from es_integration import OpenSearchInstall, Route
from es_integration.cluster.change import apply
from es_integration.cluster.procedure import run
from es_integration.local_node import LocalOpenSearch
from es_integration.opensearch import install, uninstall, verify_cluster
from es_integration.templates import plan_templates
from sidecar.workshop.demo import collections
from sidecar.workshop.demo.collections import CollectionName
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.opensearch.node_setup import SEARCHES, direct_scores, hits, ids
from tests.es_integration.search.embedding import DIMENSIONS, embed

pytestmark = pytest.mark.node

HITS = 100
HYBRID_ONLY = "hybrid-only"


@dataclass(frozen=True)
class Domain:
    """A collection, and how it is searched."""

    collection: CollectionName
    query: str
    searched: tuple[str, ...]
    weights: dict[str, float]
    """That turn the order over."""


DOMAINS = {
    "ecommerce": Domain(
        CollectionName.PRODUCTS,
        "waterproof shoes for hiking in the rain",
        ("title", "description"),
        {"description": 0.0, "brand": 60.0, "category": 60.0},
    ),
    "legal": Domain(
        CollectionName.CONTRACTS,
        "can we end the contract early without giving a reason",
        ("title", "text"),
        {"title": 60.0, "text": 0.0},
    ),
}


@dataclass(frozen=True)
class Site:
    """A domain's index on the node, and both pipelines to the sidecar."""

    client: OpenSearch
    spec: OpenSearchInstall
    domain: Domain
    index: str

    def first_stage(self, stage: str) -> dict[str, Any]:
        """The query that finds HITS hits."""
        text = self.domain.query
        match = {"multi_match": {"query": text, "fields": list(self.domain.searched)}}
        bm25 = {"bool": {"must": {"match_all": {}}, "should": match}}
        knn = {"knn": {"vector": {"vector": embed(text), "k": HITS}}}
        return {"bm25": bm25, "knn": knn, "hybrid": {"hybrid": {"queries": [bm25, knn]}}}[stage]


@pytest.fixture(scope="module", params=DOMAINS)
def site(
    request: pytest.FixtureRequest, opensearch_node: LocalOpenSearch, server: SidecarProcess
) -> Iterator[Site]:
    name = request.param
    templates = mappings.load("opensearch", name, dimension=DIMENSIONS)
    spec = OpenSearchInstall(server.url, profile=name, ignore_failure=False, read_timeout_s=120)
    client = OpenSearch(opensearch_node.url, timeout=180, max_retries=0)
    index = f"{templates.prefix}-test"
    run(client, apply(run(client, plan_templates(templates))))
    fill(client, index, collections.load(DOMAINS[name].collection))
    install(client, spec)
    yield Site(client, spec, DOMAINS[name], index)
    uninstall(client, spec)
    client.indices.delete(index=index)
    run(client, apply(run(client, plan_templates(templates, remove=True))))
    client.close()


def fill(client: OpenSearch, index: str, collection: collections.Collection) -> None:
    """Into three shards, so that hits arrive in another order than that of their scores."""
    client.indices.create(index=index, body={"settings": {"number_of_shards": 3}})
    lines: list[dict[str, Any]] = []
    for document in collection.documents:
        source = {name: value for name, value in document.source.items() if name != "id"}
        text = f"{document.title} {source.get('description') or source.get('text')}"
        lines += [{"index": {"_id": document.id}}, {**source, "vector": embed(text)}]
    body = b"".join(orjson.dumps(line) + b"\n" for line in lines)
    answer = client.bulk(index=index, body=body, params={"refresh": "true"})
    assert not answer["errors"], [item for item in answer["items"] if "error" in item["index"]][:2]


@pytest.fixture
def hybrid_only(site: Site) -> Iterator[str]:
    """A pipeline that does for a hybrid first stage what any of them needs."""
    body = site.client.search_pipeline.get(id=site.spec.pipeline(Route.FLAT))
    del (pipeline := body[site.spec.pipeline(Route.FLAT)])["response_processors"]
    site.client.search_pipeline.put(id=HYBRID_ONLY, body=pipeline)
    yield HYBRID_ONLY
    site.client.search_pipeline.delete(id=HYBRID_ONLY)


def sent(site: Site, route: Route, source: dict[str, Any]) -> Any:
    """What reaches the sidecar for a hit."""
    if route is Route.FLAT:
        return source["rerank_doc"]
    return {name: hashed(source[name]) for name in site.spec.sent if name in source}


def hashed(value: Any) -> Any:
    """The value as ml-commons sends it: keys of an object in a field come in the order of a Java
    HashMap of 16 buckets. The fields themselves keep the order of the JSONPath."""
    if not isinstance(value, dict):
        return value
    assert len(value) <= 12, "more have more buckets"
    return {key: hashed(value[key]) for key in sorted(value, key=bucket)}


def bucket(key: str) -> int:
    """Where java.util.HashMap puts a text."""
    number = 0
    for letter in key:
        number = (31 * number + ord(letter)) & 0xFFFFFFFF
    return (number ^ (number >> 16)) & 15


@pytest.mark.parametrize("stage", ["bm25", "knn", "hybrid"])
@pytest.mark.parametrize("route", Route)
def test_a_hundred_hits_of_each_first_stage_get_the_sidecars_order(
    site: Site, hybrid_only: str, route: Route, stage: str
) -> None:
    query = site.first_stage(stage)
    first = hits(site.client, site.index, {"query": query, "size": HITS}, hybrid_only)
    body = SEARCHES[route](query, site.domain.query, size=HITS)
    reranked = hits(site.client, site.index, body, site.spec.pipeline(route))
    assert len(first) == len(reranked) == HITS
    documents = {hit["_id"]: sent(site, route, hit["_source"]) for hit in first}
    expected = direct_scores(site.spec.rerank_url, site.domain.query, documents)
    assert {hit["_id"]: hit["_score"] for hit in reranked} == pytest.approx(expected, abs=1e-6)
    scores = [hit["_score"] for hit in reranked]
    assert scores == sorted(scores, reverse=True)
    assert ids(reranked) != ids(first)
    if route is Route.STRUCTURED:
        first_stage_scores = {hit["_id"]: hit["_source"]["previous_score"] for hit in reranked}
        assert first_stage_scores == pytest.approx({hit["_id"]: hit["_score"] for hit in first})


def test_weights_of_a_search_change_its_order(site: Site) -> None:
    query = site.first_stage("bm25")

    def found(**control: Any) -> list[dict[str, Any]]:
        body = SEARCHES[Route.STRUCTURED](query, site.domain.query, size=HITS, **control)
        return hits(site.client, site.index, body, site.spec.pipeline(Route.STRUCTURED))

    plain, weighted = found(), found(fields=site.domain.weights)
    assert set(ids(plain)) == set(ids(weighted))
    assert ids(plain)[:10] != ids(weighted)[:10]
    query = {"query_text": site.domain.query, "fields": site.domain.weights}
    documents = {hit["_id"]: sent(site, Route.STRUCTURED, hit["_source"]) for hit in plain}
    expected = direct_scores(site.spec.rerank_url, query, documents)
    assert {hit["_id"]: hit["_score"] for hit in weighted} == pytest.approx(expected, abs=1e-6)


def test_verify_holds_link_by_link(site: Site) -> None:
    report = verify_cluster(site.client, site.spec, site.index)
    # Time is another matter: the machine may be busy.
    assert [
        check for check in report if not check.passed and not check.name.endswith("latency")
    ] == []
    assert [check.name for check in report if check.name.endswith("search")] == [
        "flat: search",
        "structured: search",
    ]
