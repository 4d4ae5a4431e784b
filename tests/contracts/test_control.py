"""Per-search control from its four sources."""

import json
from dataclasses import replace
from typing import Any

import pytest

from sidecar.contracts.control import LongKeys, parse_query
from sidecar.contracts.dialects.cohere import COHERE_V2
from sidecar.contracts.dialects.score import SCORE
from sidecar.contracts.routes import decode
from sidecar.errors import InvalidRequest
from sidecar.profile import LongDocuments
from sidecar.request import Control
from tests.contracts.shapes import SHAPES, body_of, dialect_of

DOCUMENTS = {"documents": ["a"]}


def control(
    body: dict[str, Any], headers: dict[str, str] | None = None, *, profile: str | None = None
) -> Control:
    """The control of a Cohere body with these keys."""
    body = {"query": "q", **DOCUMENTS, **body}
    return decode(COHERE_V2, body, headers or {}, profile=profile).control


EXPECTED = Control(
    profile="legal",
    weights={"title": 3.0, "court": 0.5},
    instruction="find precedents",
    context={"user": {"brands": ["x"]}},
    deadline_s=0.25,
    explain=True,
    min_score=0.7,
    diversify={"lambda": 0.5, "by": "brand", "top": 10},
    on_deadline="partial",
    on_failure="lexical",
    document_ids=("p1",),
    priority="batch",
    unit="42",
    arm="weights/new",
)
KEYS = {
    "profile": "legal",
    "fields": {"title": 3, "court": 0.5},
    "instruction": "find precedents",
    "context": {"user": {"brands": ["x"]}},
    "deadline_ms": 250,
    "explain": True,
    "min_score": 0.7,
    "diversify": {"lambda": 0.5, "by": "brand"},
    "on_deadline": "partial",
    "on_failure": "lexical",
    "document_ids": ["p1"],
    "priority": "batch",
    "unit": 42,
    "arm": "weights/new",
}


@pytest.mark.parametrize(("path", "key"), SHAPES)
def test_body_keys_work_in_every_dialect(path: str, key: str) -> None:
    body = {**body_of(path, key, "q", ["a"]), **KEYS}
    assert dialect_of(path, key).decode(body).control == EXPECTED


def test_a_query_object_holds_them_too() -> None:
    assert control({"query": {"query_text": "q", **KEYS}}) == EXPECTED


def test_so_do_headers() -> None:
    headers = {
        "X-Rerank-Profile": "legal",
        "X-Rerank-Fields": '{"title": 3, "court": 0.5}',
        "X-Rerank-Instruction": "find precedents",
        "X-Rerank-Context": '{"user": {"brands": ["x"]}}',
        "X-Rerank-Explain": "true",
        "X-Request-Deadline-Ms": "250",
        "X-Rerank-Min-Score": "0.7",
        "X-Rerank-Diversify": '{"lambda": 0.5, "by": "brand"}',
        "X-Rerank-On-Deadline": "partial",
        "X-Rerank-On-Failure": "lexical",
        "X-Rerank-Priority": "batch",
        "X-Rerank-Unit": "42",
        "X-Rerank-Arm": "weights/new",
    }
    assert control({}, headers) == replace(EXPECTED, document_ids=())


@pytest.mark.parametrize(
    ("sent", "priority"),
    [
        ("interactive", "interactive"),
        ("batch", "batch"),
        (0, "interactive"),
        (-3, "interactive"),
        (1, "batch"),
        (999, "batch"),
        ("7", "batch"),
        (2.0, "batch"),
        (None, "interactive"),
    ],
)
def test_numbers_are_priorities_as_cohere_and_vllm_have_them(sent: object, priority: str) -> None:
    assert control({"priority": sent}).priority == priority


@pytest.mark.parametrize("sent", ["urgent", True, 1.5, ["batch"], ""])
def test_an_unknown_priority_is_a_fault(sent: object) -> None:
    with pytest.raises(InvalidRequest, match=r"\$\.priority"):
        control({"priority": sent})


def test_a_route_with_json_queries() -> None:
    body = parse_query({"query": json.dumps({"query": "q", **KEYS}), **DOCUMENTS})
    assert control(body) == EXPECTED


@pytest.mark.parametrize("query", ["plain words", "[1]", '"text"', "7", 7, None])
def test_a_route_with_json_queries_refuses_anything_else(query: object) -> None:
    with pytest.raises(InvalidRequest, match=r"^\$\.query: on this route"):
        parse_query({"query": query, **DOCUMENTS})


def test_a_string_on_any_other_route_is_text() -> None:
    text = json.dumps({"query": "q", **KEYS})
    request = COHERE_V2.decode({"query": text, **DOCUMENTS})
    assert request.query == text
    assert request.control == Control()


def test_the_nearer_to_the_search_the_stronger() -> None:
    headers = {"X-Rerank-Profile": "header"}
    assert control({}, headers, profile="path").profile == "header"
    assert control({"profile": "body"}, headers).profile == "body"
    assert control({"profile": None}, headers).profile == "header"
    inner = {"query": "q", "profile": "query"}
    assert control({"query": inner, "profile": "body"}, headers).profile == "query"
    assert control({}, profile="path").profile == "path"


def test_sglangs_name_for_the_instruction() -> None:
    assert control({"instruct": "x"}).instruction == "x"
    assert control({"instruct": "x", "instruction": None}).instruction == "x"
    assert control({"instruct": "x", "instruction": "y"}).instruction == "y"
    inner = {"query": "q", "instruct": "x"}
    assert control({"query": inner, "instruction": "y"}).instruction == "x"
    assert control({"instruct": "x"}, {"X-Rerank-Instruction": "y"}).instruction == "x"


def test_a_dialect_without_a_query_reads_control_from_a_query_object_too() -> None:
    pairs = {"text_1": "q", "text_2": ["a"]}
    assert SCORE.decode({**pairs, "query": {"profile": "legal"}}).control.profile == "legal"
    assert SCORE.decode({**pairs, "query": "words"}).control == Control()


def test_a_search_may_set_what_a_profile_sets_for_long_documents() -> None:
    assert {*LongKeys.model_fields} == {*LongDocuments.model_fields}


def test_shapley_asks_for_explanations() -> None:
    assert control({"shapley": True}) == Control(explain=True, shapley=3)
    assert control({"shapley": 5}).shapley == 5


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"fields": ["title"]}, "$.fields: "),
        ({"fields": {"title": -1}}, "$.fields.title: "),
        ({"fields": {"title": True}}, "$.fields.title: "),
        ({"profile": 1}, "$.profile: "),
        ({"explain": "maybe"}, "$.explain: "),
        ({"context": []}, "$.context: "),
        ({"query": {"query": "q", "fields": {"title": "x"}}}, "$.query.fields.title: "),
        ({"shapley": 99}, "$.shapley: "),
        ({"shapley": "many"}, "$.shapley: "),
        ({"long": {"aggregate": "best"}}, "$.long.aggregate: "),
        ({"long": {"windows": 3}}, "$.long.windows: "),
    ],
)
def test_wrong_types_inside_our_own_objects_are_reported_by_path(
    body: dict[str, Any], where: str
) -> None:
    with pytest.raises(InvalidRequest) as fault:
        control(body)
    assert fault.value.message.startswith(where)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Rerank-Fields", "{"),
        ("X-Request-Deadline-Ms", "soon"),
        ("X-Request-Deadline-Ms", "0"),
        ("X-Request-Deadline-Ms", "3600001"),
    ],
)
def test_a_header_that_cannot_be_read_is_named(header: str, value: str) -> None:
    with pytest.raises(InvalidRequest, match=f"^header {header}: "):
        control({}, {header: value})


def test_long_documents_are_set_for_one_search() -> None:
    assert control({"long": {"aggregate": "mean", "top": 2}}).long == {
        "aggregate": "mean",
        "top": 2,
    }


def test_unknown_keys_are_ignored() -> None:
    assert control({"query": {"query": "q", "surprise": 1}, "other": 2}) == Control()
