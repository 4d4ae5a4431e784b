"""The bodies, word for word where a word matters to ml-commons."""

from typing import Any

import pytest

from es_integration import (
    flat_connector,
    flat_pipeline,
    flat_search,
    structured_connector,
    structured_pipeline,
    structured_search,
)

URL = "http://127.0.0.1:8090/"


def action(connector: dict[str, Any]) -> dict[str, Any]:
    (only,) = connector["actions"]
    return dict(only)


def test_the_flat_connector_quotes_the_query_and_defaults_top_n() -> None:
    predict = action(flat_connector(URL))
    assert predict["url"] == "http://127.0.0.1:8090/opensearch/rerank"
    assert predict["request_body"] == (
        '{ "query": "${parameters.query}", "documents": ${parameters.documents},'
        ' "top_n": ${parameters.top_n:-0} }'
    )
    assert predict["pre_process_function"] == "connector.pre_process.cohere.rerank"
    assert predict["post_process_function"] == "connector.post_process.cohere.rerank"


def test_the_structured_connector_writes_the_ext_object_unquoted() -> None:
    predict = action(structured_connector(URL))
    assert predict["request_body"] == (
        '{ "query": ${parameters.search}, "documents": ${parameters.documents} }'
    )
    assert "pre_process_function" not in predict
    assert "post_process_function" not in predict


@pytest.mark.parametrize("build", [flat_connector, structured_connector])
def test_every_connector_sets_its_time_outs_and_never_retries(build: Any) -> None:
    assert build(URL, connect_timeout_s=1, read_timeout_s=2)["client_config"] == {
        "max_connection": 30,
        "connection_timeout": 1,
        "read_timeout": 2,
        "max_retry_times": 0,
    }


@pytest.mark.parametrize("build", [flat_connector, structured_connector])
def test_a_key_is_a_credential_and_never_stands_in_the_headers(build: Any) -> None:
    assert build(URL)["credential"] == {"key": "not-used"}
    assert "Authorization" not in action(build(URL))["headers"]
    keyed = build(URL, api_key="secret")
    assert keyed["credential"] == {"key": "secret"}
    assert action(keyed)["headers"]["Authorization"] == "Bearer ${credential.key}"


def test_the_flat_pipeline() -> None:
    assert flat_pipeline("M", ["title", "brand"]) == {
        "response_processors": [
            {
                "rerank": {
                    "ml_opensearch": {"model_id": "M"},
                    "context": {"document_fields": ["title", "brand"]},
                    "ignore_failure": True,
                }
            }
        ]
    }


def test_the_structured_pipeline_maps_the_whole_ext_and_one_object_per_hit() -> None:
    inference, rerank = structured_pipeline("M", ["title", "brand"])["response_processors"]
    assert inference["ml_inference"]["input_map"] == [
        {"search": "_request.ext.ml_inference", "documents": "$['title','brand']"}
    ]
    assert inference["ml_inference"]["one_to_one"] is False
    assert inference["ml_inference"]["output_map"] == [
        {"rerank_score": "results[*].relevance_score"}
    ]
    assert rerank["rerank"]["by_field"] == {
        "target_field": "rerank_score",
        "remove_target_field": True,
        "keep_previous_score": True,
    }


@pytest.mark.parametrize("ignore_failure", [True, False])
def test_ignore_failure_stands_on_every_processor(ignore_failure: bool) -> None:
    for build in (flat_pipeline, structured_pipeline):
        for processor in build("M", ["title"], ignore_failure=ignore_failure)[
            "response_processors"
        ]:
            (config,) = processor.values()
            assert config["ignore_failure"] is ignore_failure


@pytest.mark.parametrize("fields", [[], ["it's"], ["a\\b"]])
def test_fields_that_make_no_path_are_refused(fields: list[str]) -> None:
    with pytest.raises(ValueError, match="field"):
        structured_pipeline("M", fields)


def test_the_search_bodies_carry_the_query_text_in_their_ext() -> None:
    match = {"match": {"title": "shoes"}}
    assert flat_search(match, "red shoes", size=5) == {
        "size": 5,
        "query": match,
        "ext": {"rerank": {"query_context": {"query_text": "red shoes"}}},
    }
    assert structured_search(match, "red shoes", size=5, fields={"brand": 2.5}) == {
        "size": 5,
        "query": match,
        "ext": {"ml_inference": {"query_text": "red shoes", "fields": {"brand": 2.5}}},
    }


@pytest.mark.parametrize("build", [flat_search, structured_search])
def test_a_search_without_hits_on_its_page_is_refused(build: Any) -> None:
    with pytest.raises(ValueError, match="size"):
        build({"match_all": {}}, "red shoes", size=0)
