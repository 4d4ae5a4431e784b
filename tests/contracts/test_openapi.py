"""The OpenAPI document is valid, and true: real answers fit it."""

import json
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from sidecar import __version__
from sidecar.contracts import examples
from sidecar.contracts.body import Body
from sidecar.contracts.control import HEADERS, ControlKeys
from sidecar.contracts.dialect import Dialect
from sidecar.contracts.dialects import DIALECTS
from sidecar.contracts.openapi import document
from sidecar.contracts.routes import ROUTES, dialects_on
from sidecar.errors import InvalidRequest
from sidecar.fusion.parts import Kind
from sidecar.http.app import create_app
from sidecar.http.service import Service
from sidecar.settings import Settings
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.contracts.shapes import SHAPES, body_of, dialect_of, url_of
from tests.http_client import ask, post

DOCUMENT = document(__version__)


def test_it_is_valid() -> None:
    validate(DOCUMENT)


def test_every_route_of_the_app_is_described() -> None:
    app = create_app(Service(Settings()))
    routes = {
        (route.resource.canonical, route.method.lower())
        for route in app.router.routes()
        if route.resource and route.method != "HEAD"
    }
    described = {
        (path, method)
        for path, item in DOCUMENT["paths"].items()
        for method in item
        if method != "parameters"
    }
    assert routes == described


def test_the_server_gives_the_same_document(server: SidecarProcess) -> None:
    assert ask(server, "/openapi.json").body == json.loads(json.dumps(DOCUMENT))


@pytest.mark.parametrize("path", ROUTES)
def test_the_examples_are_answered_with_every_required_key(
    server: SidecarProcess, path: str
) -> None:
    for dialect in dialects_on(path):
        answer = post(server, url_of(path), dict(dialect.example))
        assert answer.status == 200
        fits(answer.body, dialect.response)


def fits(value: Any, schema: Any) -> None:
    """The part of JSON Schema that the response schemas use."""
    if schema.get("type") == "object":
        assert set(schema.get("required", ())) <= set(value)
        for key, part in schema.get("properties", {}).items():
            if key in value:
                fits(value[key], part)
    elif schema.get("type") == "array":
        for item in value:
            fits(item, schema.get("items", {}))
    elif schema.get("type") == "number":
        assert isinstance(value, int | float)
        assert schema.get("minimum", value) <= value <= schema.get("maximum", value)
    elif schema.get("type") == "integer":
        assert isinstance(value, int)


def request_schemas(path: str) -> list[dict[str, Any]]:
    """The schemas of the route's bodies, references followed."""
    operation = DOCUMENT["paths"][path]["post"]
    request = operation["requestBody"]["content"]["application/json"]["schema"]
    return [follow(schema) for schema in request.get("anyOf", [request])]


def response_schema(path: str, answer: dict[str, Any]) -> dict[str, Any]:
    """The schema of the route's answers that have the keys of this one."""
    operation = DOCUMENT["paths"][path]["post"]
    response = operation["responses"]["200"]["content"]["application/json"]["schema"]
    objects = [each for each in response.get("anyOf", [response]) if each["type"] == "object"]
    return next(each for each in objects if set(each["required"]) <= set(answer))


def follow(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema["$ref"].rsplit("/", 1)[1]
    component: dict[str, Any] = DOCUMENT["components"]["schemas"][name]
    return component


@pytest.mark.parametrize("path", ROUTES)
def test_the_control_keys_are_those_of_every_body(path: str) -> None:
    for body in request_schemas(path):
        (control,) = (follow(part) for part in body["allOf"])
        assert set(control["properties"]) == {*ControlKeys.model_fields}
        assert not {*control["properties"]} & {*body["properties"]}
        assert all(part.get("description") for part in control["properties"].values())
        if "query" in body["properties"]:
            forms = body["properties"]["query"]["anyOf"]
            (as_object,) = (part for part in forms if "allOf" in part)
            assert as_object["allOf"] == body["allOf"]


QUERIES: list[Any] = [
    "red shoes",
    {"query": "red shoes", "profile": "legal"},
    {"query_text": "red shoes"},
    {"text": "red shoes"},
    {"content": [{"type": "text", "text": "red shoes"}]},
    {"role": "user", "content": [{"type": "input_text", "text": "red shoes"}]},
    {"type": "text", "text": "red shoes"},
    {"content": [{"type": "image_url", "image_url": {"url": "x"}}]},
    {"content": [{"type": "text", "text": "red shoes"}], "title": "x"},
    {"title": "red shoes"},
    3,
    ["red shoes"],
]


WITH_A_QUERY = [dialect for dialect in DIALECTS if issubclass(dialect.body, Body)]


@pytest.mark.parametrize("dialect", WITH_A_QUERY, ids=lambda dialect: dialect.name)
def test_the_forms_of_a_query_are_those_that_are_read(dialect: Dialect) -> None:
    body = DOCUMENT["components"]["schemas"][dialect.body.__name__]
    schema = {**body["properties"]["query"], "components": DOCUMENT["components"]}
    validator = Draft202012Validator(schema)
    for query in QUERIES:
        try:
            dialect.decode({**dialect.example, "query": query})
            read = True
        except InvalidRequest:
            read = False
        assert validator.is_valid(query) == read, query


def test_the_headers_are_those_that_are_read() -> None:
    parameters = DOCUMENT["paths"]["/v2/rerank"]["post"]["parameters"]
    names = {each["name"] for each in parameters if each["in"] == "header"}
    assert names == {header.name for header in HEADERS.values()}


WITH_EXTRAS = [(path, key) for path, key in SHAPES if dialect_of(path, key).has_extras]


@pytest.mark.parametrize(("path", "key"), WITH_EXTRAS)
def test_explanations_and_warnings_are_where_the_document_says(
    server: SidecarProcess, path: str, key: str
) -> None:
    long: dict[str, Any] = {"title": "Red runner", "brand": "Acme", "in_stock": False}
    long["description"] = "shoe " * 4000
    control = {"profile": "ecommerce", "shapley": 2, "long": {"budget_tokens": 64}}
    body = {**body_of(path, key, "red", [long, "x"]), **control}
    answer = post(server, url_of(path), body).body
    response = response_schema(path, answer)
    schema = follow(response["properties"]["explanations"]["items"])
    for entry in answer["explanations"]:
        assert set(schema["required"]) <= set(entry) <= set(schema["properties"])
        for part in entry["parts"]:
            assert set(part) == set(schema["properties"]["parts"]["items"]["properties"])
    in_meta = "warnings" not in response["properties"]
    schema = response["properties"]["meta"] if in_meta else response
    assert schema["properties"]["warnings"]["type"] == "array"
    assert (answer["meta"] if in_meta else answer)["warnings"]


def test_the_kinds_of_a_part_are_those_that_there_are() -> None:
    part = DOCUMENT["components"]["schemas"]["Explanation"]["properties"]["parts"]["items"]
    assert set(part["properties"]["kind"]["enum"]) == set(get_args(Kind))


@pytest.mark.parametrize("path", ROUTES)
def test_every_operation_has_the_examples_of_its_dialects(path: str) -> None:
    """The golden tests hold the examples themselves."""
    operation = DOCUMENT["paths"][path]["post"]
    requests = operation["requestBody"]["content"]["application/json"]["examples"]
    answers = operation["responses"]["200"]["content"]["application/json"]["examples"]
    refusals = operation["responses"]["422"]["content"]["application/json"]["examples"]
    dialects = {dialect.name: dialect for dialect in dialects_on(path)}
    assert set(requests) == set(answers) == set(refusals) == set(dialects)
    for name, dialect in dialects.items():
        assert requests[name]["value"] == dialect.example
        assert answers[name]["value"] == examples.answer(dialect)
