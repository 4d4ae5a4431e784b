"""The retriever's body and the ES|QL query, and what they return with a real sidecar."""

import json
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from es_integration.elasticsearch import (
    ElasticsearchInstall,
    esql_rerank,
    install,
    retriever_search,
)
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.elasticsearch.conftest import FakeStart, listed
from tests.es_integration.fake_elasticsearch import Document, FakeElasticsearch, ListedHits
from tests.es_integration.fake_elasticsearch.requests import dump

QUERY = "red running shoes"
TEXTS = ("Blue garden hose, 20 m", "Electric kettle", "Red running shoes for men", "Shoe rack")
ROWS = ListedHits(
    [
        Document("0", {"title": "Electric kettle", "brand": ["Acme", "Boil"], "price": 30}),
        Document("1", {"title": None}),
        Document("2", {"title": "Red running shoes", "brand": 'Nimbus: "fast" & light ' * 5}),
    ]
)


def installed(
    start_fake: FakeStart, url: str, **options: Any
) -> tuple[FakeElasticsearch, Elasticsearch, str]:
    """(fake, client, the endpoint's ID)"""
    fake, client = start_fake(**options)
    spec = ElasticsearchInstall(url)
    install(client, spec)
    fake.sender.sent.clear()
    return fake, client, spec.endpoint_id


def test_the_retrievers_body() -> None:
    assert retriever_search({"match": {"title": "shoes"}}, "red shoes", inference_id="e") == {
        "retriever": {
            "text_similarity_reranker": {
                "retriever": {"standard": {"query": {"match": {"title": "shoes"}}}},
                "field": "rerank_doc",
                "inference_id": "e",
                "inference_text": "red shoes",
                "rank_window_size": 50,
                "allow_rerank_failures": True,
            }
        },
        "size": 10,
    }


def test_a_retriever_is_taken_as_it_is() -> None:
    fused = {"rrf": {"retrievers": []}}
    body = retriever_search(fused, "q", inference_id="e")
    assert body["retriever"]["text_similarity_reranker"]["retriever"] == fused


def test_esqls_text() -> None:
    source = 'FROM products METADATA _score | WHERE MATCH(title, "shoes") |'
    assert esql_rerank(source, 'a "b" \\', inference_id="e", fields=["title", "brand"]) == (
        'FROM products METADATA _score | WHERE MATCH(title, "shoes")\n'
        "| SORT _score DESC\n"
        "| LIMIT 50\n"
        '| RERANK rerank_score = "a \\"b\\" \\\\" ON title, brand'
        ' WITH { "inference_id" : "e" }\n'
        "| SORT rerank_score DESC\n"
        "| LIMIT 10"
    )


@pytest.mark.parametrize("make", [retriever_search, esql_rerank])
def test_a_page_beyond_the_window_is_refused(make: Any) -> None:
    with pytest.raises(ValueError, match="window of 5"):
        make("FROM a" if make is esql_rerank else {}, "q", inference_id="e", window=5, size=6)


@pytest.mark.parametrize("fields", [[], ["a | DROP b"], ["`a`"]])
def test_a_name_that_is_no_column_is_refused(fields: Any) -> None:
    with pytest.raises(ValueError, match="no columns"):
        esql_rerank("FROM a", "q", inference_id="e", fields=fields)


def test_the_page_comes_in_the_new_order(start_fake: FakeStart, server: SidecarProcess) -> None:
    fake, client, endpoint = installed(start_fake, server.url, hits=listed(*TEXTS))
    answer = client.search(
        index="products",
        **retriever_search({"match_all": {}}, QUERY, inference_id=endpoint, size=2),
    )
    hits = answer["hits"]["hits"]
    assert hits[0]["_source"]["rerank_doc"] == TEXTS[2]
    assert len(hits) == 2
    assert answer["hits"]["total"]["value"] == 4
    assert answer["hits"]["max_score"] == hits[0]["_score"]
    assert 2 >= hits[0]["_score"] > hits[1]["_score"] >= 1, "a score in [0, 1], moved up by one"
    (sent,) = fake.sender.sent
    assert sent.body == ('{"texts":' + dump(TEXTS) + ',"query":"red running shoes"}').encode()


def test_pages_of_one_window_follow_each_other(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    _, client, endpoint = installed(start_fake, server.url, hits=listed(*TEXTS))
    body = retriever_search({"match_all": {}}, QUERY, inference_id=endpoint, size=4)
    all_hits = client.search(index="products", **body)["hits"]["hits"]
    second = client.search(index="products", **{**body, "from_": 2, "size": 2})["hits"]["hits"]
    assert second == all_hits[2:]


def test_structured_documents_are_read_as_fields(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    """The profile in the address reads them: price and brand count though the model is the same."""
    documents = [
        json.dumps({"title": "Running shoe", "price": price}) for price in (300, 80, 290, 310)
    ]
    _, client, endpoint = installed(start_fake, server.url, hits=listed(*documents))
    body = retriever_search({"match_all": {}}, "running shoe under 100", inference_id=endpoint)
    first = client.search(index="products", **body)["hits"]["hits"][0]
    assert json.loads(first["_source"]["rerank_doc"])["price"] == 80


@pytest.mark.parametrize("version", ["9.2.0", "9.3.0", "9.4.0"])
def test_esql_reranks_rows(start_fake: FakeStart, server: SidecarProcess, version: str) -> None:
    fake, client, endpoint = installed(start_fake, server.url, hits=ROWS, version=version)
    query = esql_rerank("FROM p METADATA _score", QUERY, inference_id=endpoint, fields=["title"])
    answer = client.esql.query(query=query)
    assert [row[0] for row in answer["values"]] == ["Red running shoes", "Electric kettle", None]
    assert answer["values"][-1][1] is None
    (sent,) = fake.sender.sent
    assert json.loads(sent.body)["texts"] == ["Electric kettle", "Red running shoes"]


def test_a_yaml_row_is_read_as_fields_by_the_sidecar(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    fake, client, endpoint = installed(start_fake, server.url, hits=ROWS)
    query = esql_rerank(
        "FROM p METADATA _score", QUERY, inference_id=endpoint, fields=["title", "brand"]
    )
    answer = client.esql.query(query=query)
    (sent,) = fake.sender.sent
    kettle, shoes = json.loads(sent.body)["texts"]
    assert kettle == '---\ntitle: "Electric kettle"\nbrand:\n- "Acme"\n- "Boil"\n'
    assert "\\\n" in shoes, "long texts are folded"
    fields = client.inference.rerank(
        inference_id=endpoint,
        query=QUERY,
        input=[dump(ROWS.documents[number].source) for number in (0, 2)],
    )
    as_json = {item["index"]: item["relevance_score"] for item in fields["rerank"]}
    as_yaml = [row[-1] for row in answer["values"]][:2]
    assert as_yaml[0] == pytest.approx(as_json[1], abs=1e-4)
    assert as_yaml[1] == pytest.approx(as_json[0], abs=1e-4)


def test_scores_of_different_requests_can_be_compared(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    """ES|QL sends ten rows at a time: the same text has the same score in each company."""
    texts = [*TEXTS, *(f"Item {number}" for number in range(11)), TEXTS[2]]
    rows = ListedHits([Document(str(n), {"title": text}) for n, text in enumerate(texts)])
    fake, client, endpoint = installed(start_fake, server.url, hits=rows)
    query = esql_rerank("FROM p METADATA _score", QUERY, inference_id=endpoint, fields=["title"])
    values = client.esql.query(query=query)["values"]
    assert len(fake.sender.sent) == 2
    same = [score for text, score in values if text == TEXTS[2]]
    assert same[0] == pytest.approx(same[1], abs=1e-4)
    assert [text for text, _ in values[:2]] == [TEXTS[2]] * 2
