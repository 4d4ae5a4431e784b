"""What a real node does with wrong answers and unsuitable searches, failure by failure.

The sidecar is a recording server that answers as each test needs; `ignore_failure` is off, so that
failures show. What our own sidecar answers is in test_sidecar_on_node and test_domains_on_node.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from opensearchpy import OpenSearch, TransportError

from es_integration import OpenSearchInstall, Route, flat_search, structured_search
from es_integration.cluster.change import apply
from es_integration.cluster.procedure import run
from es_integration.local_node import LocalOpenSearch
from es_integration.opensearch import bodies, install, lookup, uninstall
from es_integration.opensearch.models import model_removals
from tests.es_integration.opensearch.node_setup import SEARCHES, hits, ids, structured_document

pytestmark = pytest.mark.node

INDEX = "traps"
PRODUCTS = {
    "best": {"title": "shoes", "brand": "Nike"},
    "middle": {"title": "shoes shoes"},
    "worst": {"title": "shoes shoes shoes", "brand": "Acme"},
}
SCORES = {"shoes": 0.875, "shoes shoes": 0.5, "shoes shoes shoes": 0.125}
RIGHT = ["best", "middle", "worst"]
MATCH = {"match_all": {}}
PATH = "/opensearch/plain/rerank"
TAKEN_FOR_USED = 409
"""A connector whose ID shares a word with that of one that a model uses cannot be deleted."""

Result = dict[str, Any]


def scored(documents: list[Any]) -> list[Result]:
    """Right results: in input order, the shorter title the better."""
    titles = [
        document["title"] if isinstance(document, dict) else document for document in documents
    ]
    scores = [SCORES.get(title, 0.0625) for title in titles]
    return [{"index": i, "relevance_score": score} for i, score in enumerate(scores)]


@dataclass
class Sidecar:
    """Answers with what `spoil` makes of the right results."""

    spoil: Callable[[list[Result]], Any] = field(default=lambda results: results)

    def __call__(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        results = self.spoil(scored(body["documents"]))
        return 200, results if isinstance(results, bytes) else {"results": results}


@dataclass
class Site:
    """A node with three products, and both pipelines to a sidecar that a test may spoil."""

    client: OpenSearch
    sidecar: Sidecar
    spec: OpenSearchInstall
    server: Any

    def search(self, route: Route, text: str = "shoes", **extra: Any) -> list[str]:
        body = SEARCHES[route](MATCH, text, size=10)
        return ids(hits(self.client, INDEX, {**body, **extra}, self.spec.pipeline(route)))

    def failure(self, body: dict[str, Any], route: Route) -> TransportError:
        with pytest.raises(TransportError) as caught:
            hits(self.client, INDEX, body, self.spec.pipeline(route))
        return caught.value


@pytest.fixture(scope="module")
def whole_site(
    opensearch_node: LocalOpenSearch, lasting_server: Callable[..., Any]
) -> Iterator[Site]:
    sidecar = Sidecar()
    server = lasting_server(sidecar)
    client = OpenSearch(opensearch_node.url, timeout=60)
    client.indices.create(index=INDEX, body={"settings": {"number_of_shards": 1}})
    for name, source in reversed(PRODUCTS.items()):
        client.index(index=INDEX, id=name, body=source)
    client.indices.refresh(index=INDEX)
    spec = OpenSearchInstall(
        server.url,
        profile="plain",
        fields=("title", "brand"),
        text_field="title",
        ignore_failure=False,
    )
    install(client, spec)
    yield Site(client, sidecar, spec, server)
    uninstall(client, spec)
    client.indices.delete(index=INDEX)
    client.close()


@pytest.fixture
def site(whole_site: Site) -> Iterator[Site]:
    yield whole_site
    whole_site.sidecar.spoil = lambda results: results
    whole_site.server.requests.clear()


def written(number: str) -> Callable[[list[Result]], bytes]:
    """Results whose first score is written in these very characters."""

    def spoil(results: list[Result]) -> bytes:
        text = json.dumps({"results": results})
        return text.replace(str(results[0]["relevance_score"]), number, 1).encode()

    return spoil


@pytest.mark.parametrize("route", Route)
def test_right_answers_give_the_right_order(site: Site, route: Route) -> None:
    first = ids(hits(site.client, INDEX, {"query": MATCH}))
    assert first != RIGHT
    assert site.search(route) == RIGHT


@pytest.mark.parametrize("number", ["1", "0", "0.12345678901234567"])
def test_the_flat_route_cannot_read_whole_or_long_numbers(site: Site, number: str) -> None:
    site.sidecar.spoil = written(number)
    failure = site.failure(flat_search(MATCH, "shoes", size=10), Route.FLAT)
    assert failure.status_code == 500
    site.search(Route.STRUCTURED)  # It reads any number.


@pytest.mark.parametrize("number", ["1.0", "0.1234567890123456", "1e-07"])
def test_the_flat_route_reads_numbers_as_the_sidecar_writes_them(site: Site, number: str) -> None:
    assert len(number) <= 18
    site.sidecar.spoil = written(number)
    assert set(site.search(Route.FLAT)) == set(RIGHT)


def test_results_that_are_not_in_input_order_mislead_the_structured_route(site: Site) -> None:
    site.sidecar.spoil = lambda results: sorted(
        results, key=lambda result: -result["relevance_score"]
    )
    assert site.search(Route.STRUCTURED) != RIGHT, "assigned by position, without an error"
    assert site.search(Route.FLAT) == RIGHT, "assigned by index"


@pytest.mark.parametrize("route", Route)
def test_fewer_scores_than_hits_fail(site: Site, route: Route) -> None:
    site.sidecar.spoil = lambda results: results[:-1]
    failure = site.failure(SEARCHES[route](MATCH, "shoes", size=10), route)
    assert failure.status_code in (400, 500)


@pytest.mark.every_version
def test_a_hit_without_a_field_shifts_no_other(site: Site, opensearch_version: str) -> None:
    """One list for each field would: its values are those of the hits that have the field."""
    site.search(Route.STRUCTURED)
    (body,) = site.server.bodies(PATH)
    expected = [
        structured_document(source, site.spec.sent, opensearch_version)
        for source in PRODUCTS.values()
    ]
    assert sorted(body["documents"], key=str) == sorted(expected, key=str)


def test_a_list_for_each_field_loses_the_hits_place(site: Site) -> None:
    """What one JSONPath for all fields avoids. The hit without a brand is left out of both."""
    name = "lists"
    spec = site.spec
    connector = bodies.connector(spec, Route.STRUCTURED) | {"name": name}
    connector |= bodies.credential(spec)
    connector["actions"][0]["request_body"] = (
        '{ "query": ${parameters.search}, "documents": ${parameters.titles},'
        ' "brands": ${parameters.brands} }'
    )
    del connector["actions"][0]["pre_process_function"]
    pipeline = bodies.pipeline(spec, Route.STRUCTURED, "", renames=False)
    inference = pipeline["response_processors"][0]["ml_inference"]
    inference["input_map"] = [
        {"search": "_request.ext.ml_inference", "titles": "title", "brands": "brand"}
    ]
    inference["ignore_missing"] = True
    ml = site.client.plugins.ml
    connector_id = ml.create_connector(body=connector)["connector_id"]
    model = {"name": name, "function_name": "remote", "connector_id": connector_id}
    model_id = ml.register_model(body=model, params={"deploy": "true"})["model_id"]
    inference["model_id"] = model_id
    try:
        site.client.search_pipeline.put(id=name, body=pipeline)
        search = structured_search(MATCH, "shoes", size=10)
        with pytest.raises(TransportError):
            hits(site.client, INDEX, search, name)
        (body,) = site.server.bodies(PATH)
        assert len(body["documents"]) == len(body["brands"]) == 2 < len(PRODUCTS)
    finally:
        site.client.search_pipeline.delete(id=name)
        run(site.client, apply(model_removals(run(site.client, lookup.models(name)))))
        ml.delete_connector(connector_id=connector_id, ignore=TAKEN_FOR_USED)


@pytest.mark.parametrize(
    ("route", "change"),
    [
        (Route.FLAT, {"ext": {}}),
        (Route.FLAT, {"track_total_hits": False}),
        (Route.FLAT, {"size": 0}),
        (Route.STRUCTURED, {"ext": {}}),
        (Route.STRUCTURED, {"size": 0}),
        (Route.STRUCTURED, {"_source": False}),
    ],
    ids=str,
)
def test_searches_that_do_not_fit_their_pipeline_fail(
    site: Site, route: Route, change: dict[str, Any]
) -> None:
    body = SEARCHES[route](MATCH, "shoes", size=10) | change
    assert site.failure(body, route).status_code in (400, 500)


def test_a_search_without_hits_is_no_failure(site: Site) -> None:
    for route in Route:
        body = SEARCHES[route]({"match": {"title": "nothing"}}, "shoes", size=10)
        assert hits(site.client, INDEX, body, site.spec.pipeline(route)) == []


HYBRID = {"hybrid": {"queries": [{"match": {"title": "shoes"}}, MATCH]}}


@pytest.mark.parametrize("route", Route)
def test_hybrid_hits_need_the_normalization_that_the_pipelines_bring(
    site: Site, route: Route
) -> None:
    search = SEARCHES[route](HYBRID, "shoes", size=10)
    assert ids(hits(site.client, INDEX, search, site.spec.pipeline(route))) == RIGHT
    bare = site.client.search_pipeline.get(id=site.spec.pipeline(route))
    body = bare[site.spec.pipeline(route)]
    del body["phase_results_processors"]
    site.client.search_pipeline.put(id="bare", body=body)
    try:
        assert wrong_without_normalization(site, search)
    finally:
        site.client.search_pipeline.delete(id="bare")


def wrong_without_normalization(site: Site, search: dict[str, Any]) -> bool:
    """Whether the search fails, or its page is not one of three hits with scores."""
    try:
        raw_hits = hits(site.client, INDEX, search, "bare")
    except TransportError:
        return True
    return sorted(ids(raw_hits)) != sorted(RIGHT) or any(hit["_score"] < 0 for hit in raw_hits)


JSON = ['{"a": 1}', '["a"]', '  {"query": "x"}']
LIKE_JSON = ["{red}", '"x"', "123", '{"a":1} x', "${x}", "a \\ b", "C:\\temp"]
SIGNS = ["tab\tand\nline", "\u0001 one", "鞋 𝒜 e\u0301", "\u2028 <b>&amp;</b>"]
PLACEHOLDERS = ["${parameters.unknown} shoes", "$${parameters.documents}", "${credential.key}"]


@pytest.mark.every_version
@pytest.mark.parametrize("text", [*JSON, *LIKE_JSON, *SIGNS, *PLACEHOLDERS])
def test_any_query_arrives_by_both_routes(site: Site, text: str) -> None:
    for route in Route:
        assert site.search(route, text) == RIGHT
    flat, structured = site.server.bodies(PATH)
    assert flat["query"] == structured["query"]["query_text"] == text


@pytest.mark.every_version
@pytest.mark.parametrize("text", [*JSON, *LIKE_JSON, *SIGNS, *PLACEHOLDERS])
def test_any_document_arrives_by_both_routes(site: Site, text: str) -> None:
    site.client.index(index=INDEX, id="odd", body={"title": text}, refresh="true")
    try:
        for route in Route:
            assert "odd" in site.search(route)
        flat, structured = site.server.bodies(PATH)
        assert text in flat["documents"]
        assert text in [document["title"] for document in structured["documents"]]
    finally:
        site.client.delete(index=INDEX, id="odd", refresh="true")


@pytest.mark.every_version
def test_without_our_time_outs_a_search_would_wait_for_the_default(
    site: Site, opensearch_version: str
) -> None:
    """The cluster's own default; what it waits with ours is in test_sidecar_on_node."""
    ml = site.client.plugins.ml
    body = bodies.connector(site.spec, Route.FLAT) | bodies.credential(site.spec)
    body["client_config"] = {"max_connection": 30}
    connector_id = ml.create_connector(body=body)["connector_id"]
    try:
        config = ml.get_connector(connector_id=connector_id)["client_config"]
    finally:
        ml.delete_connector(connector_id=connector_id, ignore=TAKEN_FOR_USED)
    seconds = {"2.19.1": 30_000, "3.6.0": 30}
    assert config["read_timeout"] == seconds[opensearch_version]
