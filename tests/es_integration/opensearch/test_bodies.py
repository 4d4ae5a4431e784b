"""The bodies, word for word where ml-commons depends on it."""

import re
from dataclasses import replace
from typing import Any

import pytest

from es_integration import OpenSearchInstall, Route, flat_search, structured_search
from es_integration.opensearch.bodies import connector, credential, highlight, pipeline
from es_integration.opensearch.spec import Highlighter, Part

SPEC = OpenSearchInstall(
    "http://127.0.0.1:8090/", fields=("title", "brand"), connect_timeout_s=1, read_timeout_s=2
)


def action(route: Route, spec: OpenSearchInstall = SPEC) -> dict[str, Any]:
    (only,) = connector(spec, route)["actions"]
    return dict(only)


def test_the_flat_connector_sends_what_its_script_makes() -> None:
    predict = action(Route.FLAT)
    assert predict["request_body"] == "${parameters.safe_request}"
    assert '"safe_request":' in predict["pre_process_function"]
    assert predict["post_process_function"] == "connector.post_process.cohere.rerank"


def test_the_structured_connector_writes_the_ext_object_unquoted() -> None:
    predict = action(Route.STRUCTURED)
    assert predict["request_body"] == (
        '{ "query": ${parameters.safe_search}, "documents": ${parameters.safe_documents} }'
    )
    assert "post_process_function" not in predict


@pytest.mark.parametrize("part", [Route.STRUCTURED, Highlighter.SEMANTIC], ids=str)
def test_a_script_makes_placeholders_harmless_for_pages_too(part: Part) -> None:
    """The node's own tests run it; what it writes must be what the request's body names."""
    (predict,) = connector(SPEC, part)["actions"]
    written = set(re.findall(r'"(\w+)":\' \+', predict["pre_process_function"]))
    assert written == set(re.findall(r"\$\{parameters\.(\w+)\}", predict["request_body"]))
    always = {"pre_process_function.process_remote_inference_input": "true"}
    assert connector(SPEC, part)["parameters"] == always


def test_the_highlighter_has_an_address_of_its_own() -> None:
    (predict,) = connector(SPEC, Highlighter.SEMANTIC)["actions"]
    assert predict["url"] == "http://127.0.0.1:8090/opensearch/ecommerce/highlight"
    assert predict["request_body"] == '{ "inputs": ${parameters.safe_inputs} }'


def test_a_search_with_highlights_names_the_field_and_the_model() -> None:
    assert highlight("text", "M1") == {
        "fields": {"text": {"type": "semantic"}},
        "options": {"model_id": "M1", "batch_inference": True},
    }


@pytest.mark.parametrize("route", Route)
def test_every_connector_calls_its_profile_within_its_time_and_never_again(route: Route) -> None:
    predict = action(route)
    assert predict["url"] == "http://127.0.0.1:8090/opensearch/ecommerce/rerank"
    assert predict["headers"]["X-Request-Deadline-Ms"] == "1750"
    assert connector(SPEC, route)["client_config"] == {
        "max_connection": 30,
        "connection_timeout": 1,
        "read_timeout": 2,
        "max_retry_times": 0,
    }


@pytest.mark.parametrize("route", Route)
def test_a_key_is_a_credential_and_never_in_the_body(route: Route) -> None:
    assert credential(SPEC) == {"credential": {"key": "not-used"}}
    assert "Authorization" not in action(route)["headers"]
    keyed = replace(SPEC, sidecar_key="secret")
    assert credential(keyed) == {"credential": {"key": "secret"}}
    assert action(route, keyed)["headers"]["Authorization"] == "Bearer ${credential.key}"
    assert "secret" not in repr(connector(keyed, route))


def test_the_flat_pipeline_reads_one_field() -> None:
    assert pipeline(SPEC, Route.FLAT, "M")["response_processors"] == [
        {
            "rerank": {
                "ml_opensearch": {"model_id": "M"},
                "context": {"document_fields": ["rerank_doc"]},
                "ignore_failure": True,
            }
        }
    ]


def test_the_structured_pipeline_maps_the_whole_ext_and_one_object_per_hit() -> None:
    inference, _, rerank, _ = pipeline(SPEC, Route.STRUCTURED, "M")["response_processors"]
    assert inference["ml_inference"]["input_map"] == [
        {"search": "_request.ext.ml_inference", "documents": "$['title','brand']"}
    ]
    assert inference["ml_inference"]["one_to_one"] is False
    assert inference["ml_inference"]["output_map"] == [
        {"rerank_sidecar_score": "results[*].relevance_score"}
    ]
    assert rerank["rerank"]["by_field"] == {
        "target_field": "rerank_sidecar_score",
        "remove_target_field": True,
        "keep_previous_score": True,
    }


def test_hits_may_keep_the_score_that_marks_them() -> None:
    kept = pipeline(replace(SPEC, keep_score=True), Route.STRUCTURED, "M")
    _, _, rerank, _ = kept["response_processors"]
    assert rerank["rerank"]["by_field"]["remove_target_field"] is False


def test_a_documents_own_previous_score_waits_under_another_name() -> None:
    whole = pipeline(SPEC, Route.STRUCTURED, "M")["response_processors"]
    keep, restore = (whole[at]["rename_field"] for at in (1, 3))
    assert keep["field"] == restore["target_field"] == "previous_score"
    assert keep["target_field"] == restore["field"] == "rerank_sidecar_previous_score"
    assert keep["ignore_missing"] is restore["ignore_missing"] is True
    without = pipeline(SPEC, Route.STRUCTURED, "M", renames=False)["response_processors"]
    assert without == [whole[0], whole[2]]


@pytest.mark.parametrize("ignore_failure", [True, False])
@pytest.mark.parametrize("route", Route)
def test_ignore_failure_is_set_on_every_processor(route: Route, ignore_failure: bool) -> None:
    body = pipeline(replace(SPEC, ignore_failure=ignore_failure), route, "M")
    for processor in body["response_processors"]:
        (config,) = processor.values()
        assert config["ignore_failure"] is ignore_failure


@pytest.mark.parametrize("fields", [("it's",), ("a\\b",)])
def test_fields_that_make_no_path_are_refused(fields: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="field"):
        pipeline(replace(SPEC, fields=fields), Route.STRUCTURED, "M")


def test_a_profile_of_ones_own_must_name_its_fields() -> None:
    spec = replace(SPEC, fields=(), profile="mine")
    with pytest.raises(ValueError, match="'mine'"):
        pipeline(spec, Route.STRUCTURED, "M")


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
