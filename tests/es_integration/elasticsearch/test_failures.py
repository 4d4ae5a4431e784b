"""The failures on Elasticsearch's side, one test for each."""

import json
from dataclasses import replace
from typing import Any

import pytest
from elasticsearch import ApiError, Elasticsearch

from es_integration.elasticsearch import (
    ElasticsearchInstall,
    endpoint_body,
    install,
    retriever_search,
)
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.elasticsearch.conftest import FakeStart, listed
from tests.es_integration.fake_elasticsearch import Document, FakeElasticsearch, ListedHits

QUERY = "red running shoes"


def installed(
    start_fake: FakeStart, url: str, service: Any = "hugging_face", **options: Any
) -> Any:
    """(fake, a function that searches: the answer's hits)"""
    fake, client = start_fake(**options)
    spec = ElasticsearchInstall(url, service=service)
    install(client, spec)
    fake.sender.sent.clear()
    return fake, lambda **overrides: hits(client, spec, **overrides)


def hits(client: Elasticsearch, spec: ElasticsearchInstall, **overrides: Any) -> Any:
    """Fails where the reranking fails, unless `more` allows it."""
    body = retriever_search({"match_all": {}}, QUERY, inference_id=spec.endpoint_id)
    reranker = body["retriever"]["text_similarity_reranker"]
    reranker.update({"allow_rerank_failures": False, **overrides})
    return client.search(index="products", **body)["hits"]["hits"]


def texts(fake: FakeElasticsearch) -> list[str]:
    sent_texts: list[str] = json.loads(fake.sender.sent[-1].body)["texts"]
    return sent_texts


def failure(search: Any, **overrides: Any) -> str:
    with pytest.raises(ApiError) as failed:
        search(**overrides)
    return json.dumps(failed.value.body)


@pytest.mark.parametrize("text", ["costs ${price}", "costs ${ 5", "an endless ${input}"])
def test_a_placeholder_in_one_text_fails_customs_whole_request(
    start_fake: FakeStart, server: SidecarProcess, text: str
) -> None:
    listed_hits = listed("Red running shoes", text)
    fake, search = installed(start_fake, server.url, "custom", hits=listed_hits)
    assert "search failed - retrievers '[standard]'" in failure(search)
    assert fake.sender.sent == [], "the sidecar is not even asked"
    order = [hit["_score"] for hit in search(allow_rerank_failures=True)]
    assert order == [2.0, 1.0], "the first stage's"


def test_a_known_placeholder_is_rewritten_by_custom(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    fake, search = installed(start_fake, server.url, "custom", hits=listed("my ${query}"))
    assert "status [400]" in failure(search), "the quotes of the query break the JSON"
    assert b'my "red running shoes"' in fake.sender.sent[-1].body


def test_a_text_whose_brace_is_escaped_passes_custom_and_is_read_whole(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    """As the ingest pipelines of `mappings` write rerank_doc."""
    documents = [
        '{"title":"Kettle, $\\u007bprice}"}',
        '{"title":"Red running shoes $\\u007bquery}"}',
    ]
    _, search = installed(start_fake, server.url, "custom", hits=listed(*documents))
    assert [hit["_id"] for hit in search()] == ["1", "0"]


@pytest.mark.parametrize("service", ["hugging_face", "openshift_ai"])
def test_the_other_services_leave_placeholders_alone(
    start_fake: FakeStart, server: SidecarProcess, service: Any
) -> None:
    documents = ("costs ${price}", "${", "${query} ${input} ${api_key}", "Red running shoes")
    fake, search = installed(start_fake, server.url, service, hits=listed(*documents))
    assert search()[0]["_source"]["rerank_doc"] == "Red running shoes"
    body = json.loads(fake.sender.sent[-1].body)
    assert (body.get("texts") or body["documents"]) == [*documents]


def test_texts_come_by_shard_and_lucenes_number_not_by_rank(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    documents = [
        Document("b0", {"rerank_doc": "Kettle"}, score=3.0, shard=1),
        Document("a0", {"rerank_doc": "Garden hose"}, score=1.0, shard=0),
        Document("b1", {"rerank_doc": "Red running shoes"}, score=2.0, shard=1),
        Document("a1", {"rerank_doc": "Shoe rack"}, score=4.0, shard=0),
    ]
    fake, search = installed(start_fake, server.url, hits=ListedHits(documents))
    first = search()[0]
    assert texts(fake) == ["Garden hose", "Shoe rack", "Kettle", "Red running shoes"]
    assert first["_id"] == "b1", "and the sidecar does not need their rank"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([{"index": 0, "score": 0.5}], "count mismatch: [2] vs [1]"),
        ([{"index": 0, "score": 0.5}, {"index": 0, "score": 0.4}], "more than one score"),
        ([{"index": 0, "score": 0.5}, {"index": 2, "score": 0.4}], "out of bounds"),
        ([], "count mismatch"),
    ],
)
def test_anything_but_one_score_for_each_text_is_refused(
    start_fake: FakeStart, recording_server: Any, answer: Any, message: str
) -> None:
    fake = recording_server(lambda method, path, body: (200, answer))
    _, search = installed(start_fake, fake.url, hits=listed("a", "b"))
    assert message in failure(search)
    assert [hit["_id"] for hit in search(allow_rerank_failures=True)] == ["0", "1"]


def test_the_sidecar_answers_every_text_of_a_large_window(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    documents = [f"Item {number}" for number in range(150)]
    _, client = start_fake(hits=listed(*documents))
    spec = ElasticsearchInstall(server.url)
    install(client, spec)
    body = retriever_search(
        {"match_all": {}}, QUERY, inference_id=spec.endpoint_id, window=150, size=150
    )
    body["retriever"]["text_similarity_reranker"]["allow_rerank_failures"] = False
    page = client.search(index="products", **body)["hits"]["hits"]
    assert sorted(hit["_source"]["rerank_doc"] for hit in page) == sorted(documents)


def test_an_endpoints_own_top_n_below_the_window_fails_the_search(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    fake, search = installed(start_fake, server.url, hits=listed("a", "b"))
    (endpoint,) = fake.endpoints.values()
    fake.endpoints[endpoint.id] = replace(endpoint, task={"top_n": 1})
    assert "configured to return the top [1]" in failure(search)


def test_a_custom_template_that_a_search_cannot_fill_is_refused_at_the_put(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    """The probe of a PUT has a top_n, a search has none: Elasticsearch tries both."""
    _, client = start_fake()
    body = endpoint_body(ElasticsearchInstall(server.url, service="custom"))
    body["service_settings"]["request"] = '{"query":${query},"documents":${input},"n":${top_n}}'
    with pytest.raises(ApiError, match="Failed to validate model configuration: Found placehold"):
        client.inference.put(task_type="rerank", inference_id="e", inference_config=body)
    body["task_settings"] = {"parameters": {"top_n": 100}}
    client.inference.put(task_type="rerank", inference_id="e", inference_config=body)


def test_only_the_first_value_of_a_field_is_sent(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    values = {"rerank_doc": ["Kettle", "Red running shoes"]}
    listed_hits = ListedHits([Document("0", values), Document("1", {"rerank_doc": "Hose"})])
    fake, search = installed(start_fake, server.url, hits=listed_hits)
    search()
    assert texts(fake) == ["Kettle", "Hose"]


def test_a_hit_without_the_field_drops_out(start_fake: FakeStart, server: SidecarProcess) -> None:
    listed_hits = ListedHits(
        [
            Document("0", {"title": "no rerank_doc"}, score=9.0),
            Document("1", {"rerank_doc": "Hose"}),
            Document("2", {"rerank_doc": {"title": "an object is no text"}}),
        ]
    )
    fake, search = installed(start_fake, server.url, hits=listed_hits)
    assert [hit["_id"] for hit in search()] == ["1"]
    assert texts(fake) == ["Hose"]


def test_without_the_field_nothing_is_reranked_silently(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    fake, search = installed(start_fake, server.url, hits=listed("a", "b", field="title"))
    assert [hit["_score"] for hit in search()] == [2.0, 1.0]
    assert fake.sender.sent == []


def test_scores_below_zero_keep_their_order_and_min_score_sees_them_raw(
    start_fake: FakeStart, recording_server: Any
) -> None:
    raw = [-3.0, 0.0, -0.5, 2.0]
    answer = [{"index": number, "score": score} for number, score in enumerate(raw)]
    fake = recording_server(
        lambda method, path, body: (200, answer if len(body["texts"]) == 4 else answer[:1])
    )
    _, search = installed(start_fake, fake.url, hits=listed("a", "b", "c", "d"))
    assert [hit["_id"] for hit in search()] == ["3", "1", "2", "0"]
    assert [round(hit["_score"], 4) for hit in search()] == [3.0, 1.0, 0.6065, 0.0498]
    assert [hit["_id"] for hit in search(min_score=-0.5)] == ["3", "1", "2"]
    assert [hit["_id"] for hit in search(min_score=0.1)] == ["3"], "not 1.0 of the moved score"


def test_the_sidecars_own_scores_are_never_below_zero(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    _, search = installed(start_fake, server.url, hits=listed("Kettle", "zzz", "Red running shoes"))
    assert all(1 <= hit["_score"] <= 2 for hit in search())


def test_a_busy_sidecar_keeps_the_first_order_after_three_attempts(
    start_fake: FakeStart, recording_server: Any
) -> None:
    answers = [(200, [{"index": 0, "score": 0.5}])]
    fake = recording_server(
        lambda method, path, body: answers.pop() if answers else (429, {"error": "too busy"})
    )
    _, search = installed(start_fake, fake.url, hits=listed("a", "b"))
    assert [hit["_id"] for hit in search(allow_rerank_failures=True)] == ["0", "1"]
    assert len(fake.requests) == 4
    assert "Error message: [too busy]" in failure(search)


def test_the_retriever_needs_the_licence_too(start_fake: FakeStart, server: SidecarProcess) -> None:
    fake, search = installed(start_fake, server.url, hits=listed("a"))
    fake.licence = "basic"
    assert "non-compliant for [text-similarity-reranker]" in failure(search)
