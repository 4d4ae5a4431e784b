"""What a real node sends by each route, and what it does with the answer."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opensearchpy import OpenSearch, TransportError

from es_integration import OpenSearchInstall, Route, flat_search, structured_search
from tests.es_integration.opensearch.node_setup import (
    INDEX,
    MATCH,
    PRODUCTS,
    SEARCHES,
    filled,
    hits,
    ids,
    installed,
    structured_document,
)

pytestmark = pytest.mark.node

FIELDS = ("title", "brand")
PATH = "/opensearch/plain/rerank"


class Sidecar:
    """Likes documents without the word `red`; answers in input order."""

    status = 200

    def __call__(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if self.status != 200:
            return self.status, {"message": "busy"}
        scores = [
            0.125 if "red" in json.dumps(document) else 0.875 for document in body["documents"]
        ]
        results = [{"index": i, "relevance_score": score} for i, score in enumerate(scores)]
        return 200, {"results": results}


@pytest.fixture
def sidecar() -> Sidecar:
    return Sidecar()


@pytest.fixture
def server(recording_server: Callable[..., Any], sidecar: Sidecar) -> Any:
    return recording_server(sidecar)


@pytest.fixture
def products(cluster: OpenSearch) -> Iterator[OpenSearch]:
    with filled(cluster):
        yield cluster


def spec(server: Any, **options: Any) -> OpenSearchInstall:
    return OpenSearchInstall(
        server.url, profile="plain", fields=FIELDS, text_field="title", **options
    )


@pytest.mark.every_version
def test_the_flat_route_sends_one_text_per_hit_at_once_and_reorders(
    products: OpenSearch, server: Any
) -> None:
    with installed(products, spec(server)) as installed_spec:
        body = flat_search(MATCH, 'red "shoes" é', size=10)
        reranked = hits(products, INDEX, body, installed_spec.pipeline(Route.FLAT))
    (body,) = server.bodies(PATH)
    assert body["query"] == 'red "shoes" é'
    assert set(body) == {"query", "documents"}
    assert sorted(body["documents"]) == sorted(product["title"] for product in PRODUCTS.values())
    assert ids(reranked)[0] == "3"
    assert reranked[0]["_score"] == 0.875


@pytest.mark.every_version
# A text that parses as JSON breaks the flat route; here it must arrive as it is.
@pytest.mark.parametrize("text", ["red shoes", '{"a": 1}', ' ["a"]', 'é "x" \\ /'])
def test_the_structured_route_sends_the_whole_ext_and_aligned_objects(
    products: OpenSearch, server: Any, opensearch_version: str, text: str
) -> None:
    control = {"fields": {"brand": 2.5}, "profile": "ecommerce"}
    with installed(products, spec(server)) as installed_spec:
        body = structured_search(MATCH, text, size=10, **control)
        reranked = hits(products, INDEX, body, installed_spec.pipeline(Route.STRUCTURED))
    (body,) = server.bodies(PATH)
    assert body["query"] == {"query_text": text, **control}
    expected = [
        structured_document(source, FIELDS, opensearch_version) for source in PRODUCTS.values()
    ]
    assert sorted(body["documents"], key=str) == sorted(expected, key=str)
    assert (reranked[0]["_id"], reranked[0]["_score"]) == ("3", 0.875)
    assert reranked[0]["_source"]["previous_score"] > 0
    assert set(reranked[0]["_source"]) == {*PRODUCTS["3"], "previous_score"}


@pytest.mark.every_version
def test_a_kept_score_marks_the_hits_that_were_reranked_and_no_others(
    products: OpenSearch, server: Any, sidecar: Sidecar
) -> None:
    body = structured_search(MATCH, "red shoes", size=10)
    with installed(products, spec(server, keep_score=True)) as installed_spec:
        reranked = hits(products, INDEX, body, installed_spec.pipeline(Route.STRUCTURED))
        sidecar.status = 503
        untouched = hits(products, INDEX, body, installed_spec.pipeline(Route.STRUCTURED))
    assert reranked
    for hit in reranked:
        assert hit["_source"]["rerank_sidecar_score"] == hit["_score"]
    assert not any("rerank_sidecar_score" in hit["_source"] for hit in untouched)


@pytest.mark.every_version
def test_the_fields_of_a_document_keep_their_values_whatever_their_names(
    products: OpenSearch, server: Any
) -> None:
    """`previous_score` too, which `by_field` would overwrite."""
    own = {"title": "red shoes", "rerank_score": 7, "previous_score": "first", "score": 1}
    products.index(index=INDEX, id="own", body=own, params={"refresh": "true"})
    with installed(products, spec(server)) as installed_spec:
        body = structured_search(MATCH, "red shoes", size=10)
        reranked = hits(products, INDEX, body, installed_spec.pipeline(Route.STRUCTURED))
    sources = {hit["_id"]: hit["_source"] for hit in reranked}
    assert sources.pop("own") == own
    assert all(source["previous_score"] > 0 for source in sources.values()), "the first stage's"
    assert {frozenset(source) - set(PRODUCTS[name]) for name, source in sources.items()} == {
        frozenset({"previous_score"})
    }


@pytest.mark.every_version
@pytest.mark.parametrize("route", Route)
def test_a_refusing_sidecar_leaves_the_first_stage_order(
    products: OpenSearch, server: Any, sidecar: Sidecar, route: Route
) -> None:
    sidecar.status = 503
    with installed(products, spec(server)) as installed_spec:
        body = SEARCHES[route](MATCH, "red shoes", size=10)
        reranked = hits(products, INDEX, body, installed_spec.pipeline(route))
    first = hits(products, INDEX, {"query": MATCH})
    assert [(hit["_id"], hit["_score"]) for hit in reranked] == [
        (hit["_id"], hit["_score"]) for hit in first
    ]


@pytest.mark.every_version
@pytest.mark.parametrize("route", Route)
def test_a_search_can_show_which_processor_failed(
    products: OpenSearch, server: Any, sidecar: Sidecar, route: Route
) -> None:
    sidecar.status = 503
    with installed(products, spec(server)) as installed_spec:
        answer = products.search(
            index=INDEX,
            body=SEARCHES[route](MATCH, "red shoes", size=10),
            params={
                "search_pipeline": installed_spec.pipeline(route),
                "verbose_pipeline": "true",
            },
        )
    failed = [step for step in answer["processor_results"] if step["status"] == "fail"]
    # A failed `ml_inference` that is ignored counts as done; `rerank` then misses the score.
    assert [step["processor_name"] for step in failed] == ["rerank"]
    assert ("busy" in str(failed[0])) == (route is Route.FLAT)


@pytest.mark.parametrize("route", Route)
def test_without_ignore_failure_a_refusing_sidecar_fails_the_search(
    products: OpenSearch, server: Any, sidecar: Sidecar, route: Route
) -> None:
    sidecar.status = 503
    with installed(products, spec(server, ignore_failure=False)) as installed_spec:
        body = SEARCHES[route](MATCH, "red shoes", size=10)
        with pytest.raises(TransportError) as caught:
            hits(products, INDEX, body, installed_spec.pipeline(route))
    assert caught.value.status_code == 503
