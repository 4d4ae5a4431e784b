"""Everything real: a node's BM25, its search pipeline, the sidecar, the new order."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from opensearchpy import OpenSearch, TransportError

from es_integration import OpenSearchInstall, Route, structured_search
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.opensearch.node_setup import (
    SEARCHES,
    direct_scores,
    hits,
    ids,
    installed,
)

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


@pytest.fixture
def index(cluster: OpenSearch) -> Iterator[OpenSearch]:
    """The node with the clauses in it, in two shards."""
    cluster.indices.create(index=INDEX, body={"settings": {"number_of_shards": 2}})
    for name, text in CLAUSES.items():
        cluster.index(index=INDEX, id=name, body={"title": name, "text": text})
    cluster.indices.refresh(index=INDEX)
    yield cluster
    cluster.indices.delete(index=INDEX)


def spec(url: str, route: Route, **options: Any) -> OpenSearchInstall:
    options = {"read_timeout_s": READ_TIMEOUT_S, **options}
    return OpenSearchInstall(
        url,
        profile="plain",
        fields=("title", "text"),
        text_field="text",
        routes=(route,),
        **options,
    )


def reranked_hits(node: OpenSearch, installed_spec: OpenSearchInstall) -> list[dict[str, Any]]:
    (route,) = installed_spec.routes
    body = SEARCHES[route](MATCH, QUERY, size=10)
    return hits(node, INDEX, body, installed_spec.pipeline(route))


def first_stage(node: OpenSearch) -> list[dict[str, Any]]:
    return hits(node, INDEX, {"size": 10, "query": MATCH})


def document(route: Route, source: dict[str, Any]) -> Any:
    """What reaches the sidecar for a hit: a text, or an object."""
    return source["text"] if route is Route.FLAT else source


@pytest.mark.every_version
@pytest.mark.parametrize("route", Route)
def test_the_nodes_order_is_the_order_of_the_sidecars_scores(
    index: OpenSearch, server: SidecarProcess, route: Route
) -> None:
    with installed(index, spec(server.url, route, ignore_failure=False)) as installed_spec:
        before, after = first_stage(index), reranked_hits(index, installed_spec)
    documents = {hit["_id"]: document(route, hit["_source"]) for hit in before}
    expected = direct_scores(server.url + "/v2/rerank", QUERY, documents)
    assert set(ids(after)) == set(ids(before))
    assert ids(after) == sorted(ids(before), key=lambda name: -expected[name])
    assert {hit["_id"]: hit["_score"] for hit in after} == pytest.approx(expected, abs=1e-6)
    assert ids(after) != ids(before)


def test_the_structured_route_keeps_the_first_stage_score(
    index: OpenSearch, server: SidecarProcess
) -> None:
    with installed(index, spec(server.url, Route.STRUCTURED)) as installed_spec:
        page = reranked_hits(index, installed_spec)
    first_stage_scores = {hit["_id"]: hit["_source"]["previous_score"] for hit in page}
    assert first_stage_scores == pytest.approx(
        {hit["_id"]: hit["_score"] for hit in first_stage(index)}
    )


def test_the_structured_route_takes_any_query_text(
    index: OpenSearch, server: SidecarProcess
) -> None:
    route = Route.STRUCTURED
    with installed(index, spec(server.url, route, ignore_failure=False)) as installed_spec:
        for query in ('{"a": 1}', '["a"]', '  {"query": "x"}', "${x}", 'quotes " \\'):
            body = structured_search({"match_all": {}}, query, size=10)
            page = hits(index, INDEX, body, installed_spec.pipeline(route))
            assert len(page) == len(CLAUSES)
            assert all(0 <= hit["_score"] <= 1 for hit in page)


@pytest.mark.parametrize("route", Route)
def test_a_sidecar_that_is_gone_leaves_the_first_stage_order(
    index: OpenSearch, own_sidecar: SidecarProcess, route: Route
) -> None:
    with installed(index, spec(own_sidecar.url, route)) as installed_spec:
        before = ids(first_stage(index))
        assert ids(reranked_hits(index, installed_spec)) != before
        own_sidecar.stop()
        assert ids(reranked_hits(index, installed_spec)) == before


@pytest.mark.parametrize("route", Route)
def test_a_sidecar_that_hangs_costs_the_time_out_and_leaves_the_first_stage_order(
    index: OpenSearch, own_sidecar: SidecarProcess, route: Route
) -> None:
    with installed(index, spec(own_sidecar.url, route)) as installed_spec:
        before = ids(first_stage(index))
        own_sidecar.pause()
        start = time.monotonic()
        assert ids(reranked_hits(index, installed_spec)) == before
        assert time.monotonic() - start >= READ_TIMEOUT_S * 0.9, "it did hang"
        own_sidecar.resume()
        assert ids(reranked_hits(index, installed_spec)) != before


@pytest.mark.parametrize("route", Route)
def test_without_ignore_failure_the_search_says_what_failed(
    index: OpenSearch, own_sidecar: SidecarProcess, route: Route
) -> None:
    with installed(index, spec(own_sidecar.url, route, ignore_failure=False)) as installed_spec:
        own_sidecar.stop()
        with pytest.raises(TransportError):
            reranked_hits(index, installed_spec)


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
    search_spec = OpenSearchInstall(
        server.url,
        profile="plain",
        fields=("title", "brand", "price", "in_stock"),
        routes=(Route.STRUCTURED,),
        ignore_failure=False,
        read_timeout_s=30,
    )

    def found(**control: Any) -> list[str]:
        search = structured_search({"match_all": {}}, query, size=10, **control)
        of_node = hits(shop, SHOP, search, search_spec.pipeline(Route.STRUCTURED))
        query_object = {"query_text": query, **control}
        expected = direct_scores(server.url + "/v2/rerank", query_object, SHOES)
        assert {hit["_id"]: hit["_score"] for hit in of_node} == pytest.approx(expected, abs=1e-6)
        return ids(of_node)

    with installed(shop, search_spec):
        plain = found()
        ecommerce = found(profile="ecommerce")
        by_brand = found(profile="ecommerce", fields={"brand": 100, "title": 0})
    assert plain[0] != "right"
    assert ecommerce[0] == "right", "within the budget and in stock"
    assert ecommerce.index("dear") > 0 < ecommerce.index("gone")
    assert by_brand[0] == "bag", "the only one with the query's words in its brand"
