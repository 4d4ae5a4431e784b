"""How each service reads its answer, and what it refuses."""

import json
from typing import Any

import pytest

from tests.es_integration.fake_elasticsearch.errors import ElasticsearchError
from tests.es_integration.fake_elasticsearch.parsers import CUSTOM_FAILED, parse
from tests.es_integration.fake_elasticsearch.paths import extract
from tests.es_integration.fake_elasticsearch.settings import Endpoint

PATHS = {
    "reranked_index": "$.results[*].index",
    "relevance_score": "$.results[*].relevance_score",
}
ENDPOINTS = {
    "hugging_face": Endpoint("e", "hugging_face", {}, {}, {}),
    "openshift_ai": Endpoint("e", "openshift_ai", {}, {}, {}),
    "custom": Endpoint("e", "custom", {"response": {"json_parser": PATHS}}, {}, {}),
}


def read(service: str, answer: Any, top_n: int | None = None) -> list[tuple[int, float]]:
    ranked = parse(ENDPOINTS[service], json.dumps(answer).encode(), top_n)
    return [(item.index, float(item.score)) for item in ranked]


def cohere(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "x", "results": [*items], "meta": {}, **more}


def test_good_answers() -> None:
    array = [{"index": 1, "score": 0.5}, {"index": 0, "score": -2.0, "text": "a", "other": 1}]
    assert read("hugging_face", array) == [(1, 0.5), (0, -2.0)]
    assert read("hugging_face", array[::-1], 1) == [(1, 0.5)]
    item = {"index": 0, "relevance_score": 1}
    assert read("openshift_ai", cohere({**item, "document": {"text": "a", "x": 1}})) == [(0, 1.0)]
    assert read("custom", cohere({**item, "extra": True})) == [(0, 1.0)]


def test_custom_without_an_index_path_takes_scores_in_input_order() -> None:
    paths = {"relevance_score": "$.scores"}
    endpoint = Endpoint("e", "custom", {"response": {"json_parser": paths}}, {}, {})
    ranked = parse(endpoint, b'{"scores":[0.5,0.25]}', None)
    assert [(item.index, float(item.score)) for item in ranked] == [(0, 0.5), (1, 0.25)]


@pytest.mark.parametrize(
    ("service", "answer"),
    [
        ("hugging_face", {"results": []}),
        ("hugging_face", [{"index": 0}]),
        ("hugging_face", [{"score": 0.5}]),
        ("hugging_face", [{"index": 0, "score": "0.5"}]),
        ("hugging_face", [{"index": 0, "score": 0.5, "text": {"text": "a"}}]),
        ("openshift_ai", []),
        ("openshift_ai", {"data": []}),
        ("openshift_ai", cohere({"index": 0, "relevance_score": 1, "explanation": {}})),
        ("openshift_ai", cohere({"index": 0, "relevance_score": 1, "document": "a"})),
        ("custom", [{"index": 0}]),
        ("custom", cohere({"index": 0})),
        ("custom", cohere({"index": 0, "relevance_score": None})),
        ("custom", cohere({"index": 0, "relevance_score": "1"})),
        ("custom", {}),
    ],
)
def test_what_cannot_be_read(service: str, answer: Any) -> None:
    with pytest.raises(ElasticsearchError) as refused:
        read(service, answer)
    assert service != "custom" or refused.value.reason == CUSTOM_FAILED


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$.a[*].b", [1, 2]),
        ("$", {"a": [{"b": 1}, {"b": 2}], "c": [[1], [2]]}),
        ("$.c[*]", [[1], [2]]),
        ("$.c[*][*]", [[1], [2]]),
    ],
)
def test_paths_lead_to_values(path: str, value: Any) -> None:
    assert extract({"a": [{"b": 1}, {"b": 2}], "c": [[1], [2]]}, path) == value


@pytest.mark.parametrize("path", ["a", "$.a[0]", "$['a']", "$.x", "$.a.b", "$[*]", "$.a[?(@.b)]"])
def test_paths_that_lead_nowhere(path: str) -> None:
    with pytest.raises(ElasticsearchError):
        extract({"a": [{"b": 1}]}, path)
