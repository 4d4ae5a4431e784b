"""The endpoint's bodies, and the options that are refused."""

import json
from typing import Any

import pytest

from es_integration.elasticsearch import ElasticsearchInstall, endpoint_body
from es_integration.elasticsearch.endpoint import comparable, rerank_endpoint

URL = "http://sidecar:8080"


def test_the_profile_is_in_the_endpoints_name_and_in_the_address() -> None:
    spec = ElasticsearchInstall(f"{URL}/", profile="legal")
    assert spec.endpoint_id == "rerank-sidecar-legal"
    assert spec.url == "http://sidecar:8080/elasticsearch/legal/rerank"


def test_hugging_face_is_the_default() -> None:
    assert endpoint_body(ElasticsearchInstall(URL, sidecar_key="k")) == {
        "service": "hugging_face",
        "service_settings": {
            "url": "http://sidecar:8080/elasticsearch/ecommerce/rerank",
            "rate_limit": {"requests_per_minute": 10_000},
            "api_key": "k",
        },
    }


def test_custom_sends_headers_and_body_keys() -> None:
    spec = ElasticsearchInstall(
        URL,
        service="custom",
        headers={"X-Request-Deadline-Ms": "900"},
        body={"fields": {"title": 3}, "context": {"shop": "de"}},
    )
    settings = endpoint_body(spec)["service_settings"]
    assert settings["headers"] == {
        "Content-Type": "application/json",
        "Authorization": "Bearer ${api_key}",
        "X-Request-Deadline-Ms": "900",
    }
    assert settings["request"] == (
        '{"query":${query},"documents":${input},"fields":{"title":3},"context":{"shop":"de"}}'
    )
    assert settings["secret_parameters"] == {"api_key": "not-used"}


@pytest.mark.parametrize("service", ["hugging_face", "custom", "openshift_ai"])
def test_no_service_sets_top_n(service: Any) -> None:
    assert "top_n" not in json.dumps(endpoint_body(ElasticsearchInstall(URL, service=service)))


@pytest.mark.parametrize("service", ["hugging_face", "custom", "openshift_ai"])
def test_the_key_is_in_no_body_that_is_shown_and_in_no_repr(service: Any) -> None:
    spec = ElasticsearchInstall(URL, service=service, sidecar_key="s3cret")
    assert "s3cret" in json.dumps(endpoint_body(spec))
    assert "s3cret" not in json.dumps(rerank_endpoint(spec).public) + repr(spec)


def test_the_clusters_additions_are_no_difference_and_a_top_n_is() -> None:
    spec = ElasticsearchInstall(URL, service="custom")
    endpoint = {
        "inference_id": spec.endpoint_id,
        "task_type": "rerank",
        "service": "custom",
        "service_settings": {**rerank_endpoint(spec).public["service_settings"], "batch_size": 10},
        "task_settings": {},
    }
    assert comparable(endpoint) == rerank_endpoint(spec).public
    assert comparable({**endpoint, "task_settings": {"top_n": 3}}) != rerank_endpoint(spec).public


def test_a_key_that_somebody_wrote_into_a_header_is_not_shown() -> None:
    headers = {"X-API-Key": "s3cret", "Authorization": "Bearer ${api_key}", "X-Shop": "de"}
    endpoint = comparable({"service": "custom", "service_settings": {"headers": headers}})
    assert endpoint["service_settings"]["headers"] == {**headers, "X-API-Key": "(a key)"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"service": "cohere"}, "service must be one of"),
        ({"sidecar_url": "sidecar:8080"}, "no http"),
        ({"sidecar_url": "http://sidecar/?a=b"}, "no http"),
        ({"sidecar_url": "http://user:s3cret@sidecar"}, "no http.*password$"),
        ({"profile": "Legal"}, "no endpoint ID"),
        ({"requests_per_minute": 0}, "at least 1"),
        ({"headers": {"X-A": "b"}}, "custom"),
        ({"service": "custom", "body": {"query": "x"}}, "own keys"),
        ({"service": "custom", "headers": {"X-A": "${b}"}}, "filled in"),
        ({"service": "custom", "body": {"instruction": "${b}"}}, "filled in"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ElasticsearchInstall(**{"sidecar_url": URL, **options})
