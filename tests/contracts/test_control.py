"""Per-search control by its four channels."""

import json
from typing import Any

import pytest

from sidecar.contracts.routes import decode
from sidecar.errors import InvalidRequest
from sidecar.request import Control
from tests.contracts.shapes import SHAPES, body_of

DOCUMENTS = {"documents": ["a"]}


def control(body: dict[str, Any], headers: dict[str, str] | None = None, **rest: Any) -> Control:
    raw = json.dumps({"query": "q", **DOCUMENTS, **body}).encode()
    return decode("/v2/rerank", raw, headers or {}, **rest)[1].control


WANTED = Control(
    profile="legal",
    weights={"title": 3.0, "court": 0.5},
    instruction="find precedents",
    context={"user": {"brands": ["x"]}},
    explain=True,
)
KEYS = {
    "profile": "legal",
    "fields": {"title": 3, "court": 0.5},
    "instruction": "find precedents",
    "context": {"user": {"brands": ["x"]}},
    "explain": True,
}


@pytest.mark.parametrize(("path", "key"), SHAPES)
def test_body_keys_work_in_every_dialect(path: str, key: str) -> None:
    raw = json.dumps({**body_of(path, key, "q", ["a"]), **KEYS}).encode()
    assert decode(path, raw, {})[1].control == WANTED


def test_a_query_object_holds_them_too() -> None:
    assert control({"query": {"query_text": "q", **KEYS}}) == WANTED


def test_so_do_headers() -> None:
    headers = {
        "X-Rerank-Profile": "legal",
        "X-Rerank-Fields": '{"title": 3, "court": 0.5}',
        "X-Rerank-Instruction": "find precedents",
        "X-Rerank-Context": '{"user": {"brands": ["x"]}}',
        "X-Rerank-Explain": "true",
    }
    assert control({}, headers) == WANTED


def test_a_route_with_json_queries() -> None:
    found = control({"query": json.dumps({"query": "q", **KEYS})}, json_query=True)
    assert found == WANTED


@pytest.mark.parametrize("query", ["plain words", "[1]", '"text"', "7", 7, None])
def test_a_route_with_json_queries_refuses_anything_else(query: object) -> None:
    with pytest.raises(InvalidRequest, match=r"^\$\.query: on this route"):
        control({"query": query}, json_query=True)


def test_a_string_on_any_other_route_is_text() -> None:
    text = json.dumps({"query": "q", **KEYS})
    raw = json.dumps({"query": text, **DOCUMENTS}).encode()
    request = decode("/v2/rerank", raw, {})[1]
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


def test_shapley_asks_for_explanations() -> None:
    assert control({"shapley": True}) == Control(explain=True, shapley=3)
    assert control({"shapley": 5}).shapley == 5


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"fields": ["title"]}, "$.fields: "),
        ({"fields": {"title": -1}}, "$.fields.title: "),
        ({"fields": {"title": "3"}}, "$.fields.title: "),
        ({"profile": 1}, "$.profile: "),
        ({"explain": "yes"}, "$.explain: "),
        ({"context": []}, "$.context: "),
        ({"query": {"query": "q", "fields": {"title": "x"}}}, "$.query.fields.title: "),
        ({"shapley": 99}, "$.shapley"),
        ({"long": {"aggregate": "best"}}, "$.long.aggregate: "),
        ({"long": {"windows": 3}}, "$.long.windows: "),
    ],
)
def test_wrong_types_inside_our_own_objects_are_told_by_path(
    body: dict[str, Any], where: str
) -> None:
    with pytest.raises(InvalidRequest) as fault:
        control(body)
    assert fault.value.message.startswith(where)


def test_a_header_that_is_not_json_is_named() -> None:
    with pytest.raises(InvalidRequest, match="header X-Rerank-Fields"):
        control({}, {"X-Rerank-Fields": "{"})


def test_long_documents_are_set_for_one_search() -> None:
    assert control({"long": {"aggregate": "mean", "top": 2}}).long == {
        "aggregate": "mean",
        "top": 2,
    }


def test_unknown_keys_are_ignored() -> None:
    assert control({"query": {"query": "q", "surprise": 1}, "other": 2}) == Control()
