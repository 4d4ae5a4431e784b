"""The requests, byte for byte as they were read in the plugin's source."""

from typing import Any

import pytest

from tests.es_integration.fake_elasticsearch.errors import ElasticsearchError
from tests.es_integration.fake_elasticsearch.requests import Inference, build
from tests.es_integration.fake_elasticsearch.settings import Endpoint, read

SEARCH = Inference("red shoes", ("doc a", "doc b"))
CUSTOM = {
    "secret_parameters": {"api_key": "K"},
    "url": "http://sidecar:8080/v2/rerank",
    "headers": {"Authorization": "Bearer ${api_key}", "Content-Type": "application/json"},
    "request": '{"model":"products","query":${query},"documents":${input}}',
    "response": {
        "json_parser": {
            "reranked_index": "$.results[*].index",
            "relevance_score": "$.results[*].relevance_score",
        }
    },
}


def endpoint(service: str, settings: dict[str, Any], task: Any = None) -> Endpoint:
    body = {"service": service, "service_settings": settings, "task_settings": task}
    return read("e", body, (9, 3))


def test_hugging_face() -> None:
    held = endpoint("hugging_face", {"api_key": "K", "url": "http://sidecar:8080/rerank"})
    sent = build(held, SEARCH)
    assert sent.url == "http://sidecar:8080/rerank"
    assert sent.headers == {"Content-Type": "application/json", "Authorization": "Bearer K"}
    assert sent.body == b'{"texts":["doc a","doc b"],"query":"red shoes"}'


def test_hugging_face_with_the_callers_options() -> None:
    held = endpoint("hugging_face", {"api_key": "K", "url": "http://s/rerank"})
    sent = build(held, Inference("q", ("a",), top_n=2, return_documents=True))
    assert sent.body == b'{"texts":["a"],"query":"q","return_text":true,"top_n":2}'


def test_openshift_ai() -> None:
    settings = {"api_key": "K", "url": "http://s/v2/rerank", "model_id": "products"}
    sent = build(endpoint("openshift_ai", settings), SEARCH)
    assert sent.body == b'{"model":"products","query":"red shoes","documents":["doc a","doc b"]}'
    assert sent.headers["Authorization"] == "Bearer K"


def test_custom() -> None:
    sent = build(endpoint("custom", CUSTOM), SEARCH)
    assert sent.body == b'{"model":"products","query":"red shoes","documents":["doc a","doc b"]}'
    assert sent.headers == {"Content-Type": "application/json", "Authorization": "Bearer K"}


def test_custom_query_parameters_are_encoded_into_the_address() -> None:
    settings = {**CUSTOM, "query_parameters": [["who", "${api_key} &"]]}
    assert build(endpoint("custom", settings), SEARCH).url.endswith("/v2/rerank?who=K+%26")


def test_custom_cannot_fill_top_n_when_a_search_calls() -> None:
    held = endpoint("custom", {**CUSTOM, "request": '{"query":${query},"n":${top_n}}'})
    with pytest.raises(ElasticsearchError):
        build(held, SEARCH)
    assert build(held, Inference("q", ("a",), top_n=1)).body == b'{"query":"q","n":1}'


def test_texts_are_json_strings_in_utf8() -> None:
    held = endpoint("hugging_face", {"api_key": "K", "url": "http://s/rerank"})
    sent = build(held, Inference('a "b"', ("é\n\u2028\U0001f600",)))
    assert sent.body == '{"texts":["é\\n\u2028\U0001f600"],"query":"a \\"b\\""}'.encode()


@pytest.mark.parametrize(
    ("service", "settings", "message"),
    [
        ("hugging_face", {"url": "http://s"}, "required setting [api_key]"),
        ("hugging_face", {"api_key": "K"}, "required setting [url]"),
        ("hugging_face", {"url": "u", "api_key": "K", "x": 1}, "unknown settings [x]"),
        ("custom", {**CUSTOM, "request": {"content": "x"}}, "field [request]"),
        ("custom", {**CUSTOM, "response": {"x": 1}}, "json_parser"),
        ("custom", {**CUSTOM, "response": {**CUSTOM["response"], "error_parser": {}}}, "error_par"),  # type: ignore[dict-item]
        ("unheard_of", {}, "Unknown service"),
    ],
)
def test_what_a_put_is_refused_for(service: str, settings: Any, message: str) -> None:
    with pytest.raises(ElasticsearchError) as refused:
        endpoint(service, settings)
    assert refused.value.status == 400
    assert message in refused.value.reason


def test_a_service_that_the_version_lacks_is_unknown() -> None:
    body = {"service": "openshift_ai", "service_settings": {"url": "u", "api_key": "K"}}
    with pytest.raises(ElasticsearchError):
        read("e", body, (9, 2))
    assert read("e", body, (9, 3)).settings["rate_limit"] == {"requests_per_minute": 3000}
