"""The whole chain on real parts: a node's BM25, its search pipeline, the sidecar, the new order."""

import json
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from opensearchpy import OpenSearch, TransportError

from es_integration import (
    Wiring,
    flat_search,
    install_flat,
    install_structured,
    remove,
    structured_search,
)
from sidecar.cli.process import SidecarProcess

pytestmark = pytest.mark.node

INDEX = "contract-clauses"
READ_TIMEOUT_S = 3
QUERY = "can we end the contract early without giving a reason"
CLAUSES = {
    "early": "Early access: the contract gives early adopters early access to each release.",
    "reason": "Contract notices give the reason for each early delivery, no reason twice.",
    "convenience": "Either party may terminate this contract for convenience on 30 days' notice.",
    "cause": "A party may end the contract for material breach that is not cured in 20 days.",
    "law": "This contract is governed by the laws of Denmark.",
    "pay": "Invoices under the contract are due within 45 days.",
}
MATCH = {"match": {"text": QUERY}}


@dataclass(frozen=True)
class Route:
    """One of the two ways from a node to the sidecar."""

    install: Any
    search: Any
    fields: list[str]

    def document(self, source: dict[str, Any]) -> Any:
        """What reaches the sidecar for a hit: the glued text, or an object."""
        if self.install is install_flat:
            return "".join(str(source[field]) for field in self.fields)
        return {field: source[field] for field in self.fields}


ROUTES = {
    "flat": Route(install_flat, flat_search, ["text"]),
    "structured": Route(install_structured, structured_search, ["title", "text"]),
}


@pytest.fixture(params=ROUTES)
def route(request: pytest.FixtureRequest) -> Route:
    return ROUTES[request.param]


@pytest.fixture
def index(cluster: OpenSearch) -> Iterator[OpenSearch]:
    """The node with the clauses in it, in two shards."""
    cluster.indices.create(index=INDEX, body={"settings": {"number_of_shards": 2}})
    for name, text in CLAUSES.items():
        cluster.index(index=INDEX, id=name, body={"title": name, "text": text})
    cluster.indices.refresh(index=INDEX)
    yield cluster
    cluster.indices.delete(index=INDEX)


@pytest.fixture
def own_sidecar() -> Iterator[SidecarProcess]:
    """A sidecar that a test may stop or hang."""
    with SidecarProcess() as process:
        yield process


def wired(node: OpenSearch, route: Route, url: str, **options: Any) -> Wiring:
    return route.install(
        node, url, "rerank", route.fields, read_timeout_s=READ_TIMEOUT_S, **options
    )


def hits(node: OpenSearch, route: Route, pipeline: str | None = None) -> list[tuple[str, float]]:
    """(id, score) in the node's order."""
    body = route.search(MATCH, QUERY, size=10)
    params = {"search_pipeline": pipeline} if pipeline else {}
    found = node.search(index=INDEX, body=body, params=params)["hits"]["hits"]
    return [(hit["_id"], hit["_score"]) for hit in found]


def first_stage(node: OpenSearch) -> list[str]:
    found = node.search(index=INDEX, body={"size": 10, "query": MATCH})["hits"]["hits"]
    return [hit["_id"] for hit in found]


def sidecar_scores(url: str, route: Route, ids: list[str]) -> dict[str, float]:
    """Each clause's score, from one direct call with the documents as the node sends them."""
    documents = [route.document({"title": name, "text": CLAUSES[name]}) for name in ids]
    raw = json.dumps({"query": QUERY, "documents": documents}).encode()
    with urllib.request.urlopen(urllib.request.Request(url + "/v2/rerank", raw)) as response:
        results = json.load(response)["results"]
    return {ids[item["index"]]: item["relevance_score"] for item in results}


def test_the_nodes_order_is_the_order_of_the_sidecars_scores(
    index: OpenSearch, server: SidecarProcess, route: Route
) -> None:
    wiring = wired(index, route, server.url, ignore_failure=False)
    try:
        before = first_stage(index)
        after = hits(index, route, wiring.pipeline)
    finally:
        remove(index, wiring)
    expected = sidecar_scores(server.url, route, before)
    assert {name for name, _ in after} == set(before)
    assert [name for name, _ in after] == sorted(before, key=lambda name: -expected[name])
    for name, score in after:
        assert score == pytest.approx(expected[name], abs=1e-6)
    assert [name for name, _ in after] != before


def test_the_structured_route_keeps_the_first_stage_score(
    index: OpenSearch, server: SidecarProcess
) -> None:
    route = ROUTES["structured"]
    bm25 = dict(hits(index, route))
    wiring = wired(index, route, server.url)
    try:
        body = route.search(MATCH, QUERY, size=10)
        params = {"search_pipeline": wiring.pipeline}
        found = index.search(index=INDEX, body=body, params=params)["hits"]["hits"]
    finally:
        remove(index, wiring)
    kept = {hit["_id"]: hit["_source"]["previous_score"] for hit in found}
    assert kept == pytest.approx(bm25)


@pytest.mark.parametrize("query", ['{"a": 1}', '["a"]', '  {"query": "x"}', "${x}", 'quotes " \\'])
def test_the_structured_route_takes_any_query_text(
    index: OpenSearch, server: SidecarProcess, query: str
) -> None:
    wiring = wired(index, ROUTES["structured"], server.url, ignore_failure=False)
    try:
        body = structured_search({"match_all": {}}, query, size=10)
        params = {"search_pipeline": wiring.pipeline}
        found = index.search(index=INDEX, body=body, params=params)["hits"]["hits"]
    finally:
        remove(index, wiring)
    assert len(found) == len(CLAUSES)
    assert all(0 <= hit["_score"] <= 1 for hit in found)


def test_a_sidecar_that_is_gone_leaves_the_first_stage_order(
    index: OpenSearch, own_sidecar: SidecarProcess, route: Route
) -> None:
    wiring = wired(index, route, own_sidecar.url, ignore_failure=True)
    try:
        before = first_stage(index)
        assert [name for name, _ in hits(index, route, wiring.pipeline)] != before
        own_sidecar.stop()
        assert [name for name, _ in hits(index, route, wiring.pipeline)] == before
    finally:
        remove(index, wiring)


def test_a_sidecar_that_hangs_costs_the_time_out_and_leaves_the_first_stage_order(
    index: OpenSearch, own_sidecar: SidecarProcess, route: Route
) -> None:
    wiring = wired(index, route, own_sidecar.url, ignore_failure=True)
    try:
        before = first_stage(index)
        own_sidecar.pause()
        start = time.monotonic()
        assert [name for name, _ in hits(index, route, wiring.pipeline)] == before
        assert time.monotonic() - start >= READ_TIMEOUT_S * 0.9, "it did hang"
        own_sidecar.resume()
        assert [name for name, _ in hits(index, route, wiring.pipeline)] != before
    finally:
        remove(index, wiring)


def test_without_ignore_failure_the_search_says_what_failed(
    index: OpenSearch, own_sidecar: SidecarProcess, route: Route
) -> None:
    wiring = wired(index, route, own_sidecar.url, ignore_failure=False)
    own_sidecar.stop()
    try:
        with pytest.raises(TransportError):
            hits(index, route, wiring.pipeline)
    finally:
        remove(index, wiring)


SHOP = "shoes"
SHOES: dict[str, dict[str, Any]] = {
    "dear": {"title": "Red running shoe", "brand": "Nike", "price": 189.0, "in_stock": True},
    "right": {"title": "Running shoe in red", "brand": "Acme", "price": 59.9, "in_stock": True},
    "gone": {"title": "Red running shoes", "brand": "Acme", "price": 49.0, "in_stock": False},
    "bag": {"title": "Bag", "brand": "Red Running", "price": 19.0, "in_stock": True},
}


@pytest.fixture
def shop(cluster: OpenSearch) -> Iterator[OpenSearch]:
    """The node with some shoes in it."""
    for name, source in SHOES.items():
        cluster.index(index=SHOP, id=name, body=source)
    cluster.indices.refresh(index=SHOP)
    yield cluster
    cluster.indices.delete(index=SHOP)


def test_a_search_chooses_its_profile_and_its_weights(
    shop: OpenSearch, server: SidecarProcess
) -> None:
    """`ext.ml_inference` reaches the sidecar whole: query_text, profile and fields."""
    query = "red running shoes under $80"
    wiring = install_structured(
        shop, server.url, "rerank", ["title", "brand", "price", "in_stock"], ignore_failure=False
    )

    def ids(**control: Any) -> list[str]:
        search = structured_search({"match_all": {}}, query, size=10, **control)
        params = {"search_pipeline": wiring.pipeline}
        found = shop.search(index=SHOP, body=search, params=params)["hits"]["hits"]
        expected = direct_scores(server.url, query, control)
        for hit in found:
            assert hit["_score"] == pytest.approx(expected[hit["_id"]], abs=1e-6)
        return [hit["_id"] for hit in found]

    try:
        plain = ids()
        ecommerce = ids(profile="ecommerce")
        by_brand = ids(profile="ecommerce", fields={"brand": 100, "title": 0})
    finally:
        remove(shop, wiring)
    assert plain[0] != "right"
    assert ecommerce[0] == "right", "within the budget and in stock"
    assert ecommerce.index("dear") > 0 < ecommerce.index("gone")
    assert by_brand[0] == "bag", "the only one with the query's words in its brand"


def direct_scores(url: str, query: str, control: dict[str, Any]) -> dict[str, float]:
    """Each shoe's score from one direct call with the same control."""
    body = {"query": {"query_text": query, **control}, "documents": list(SHOES.values())}
    raw = json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url + "/v2/rerank", raw)) as response:
        results = json.load(response)["results"]
    names = list(SHOES)
    return {names[item["index"]]: item["relevance_score"] for item in results}
