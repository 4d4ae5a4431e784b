"""The OpenAPI document is valid, and true: real answers fit it."""

import json
from typing import Any, get_args

import pytest
from openapi_spec_validator import validate
from pydantic import AliasChoices

from sidecar import __version__
from sidecar.contracts import examples
from sidecar.contracts.control import HEADERS, ControlKeys
from sidecar.contracts.openapi import document
from sidecar.contracts.routes import ROUTES, dialects
from sidecar.fusion.parts import Kind
from sidecar.http.app import create_app
from sidecar.http.service import Service
from sidecar.settings import Settings
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.contracts.shapes import SHAPES, body_of, url_of
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
    for dialect in dialects(path):
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


def schema_of(path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The route's first request and response schema, references followed."""
    operation = DOCUMENT["paths"][path]["post"]
    request = operation["requestBody"]["content"]["application/json"]["schema"]
    response = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return follow(request.get("anyOf", [request])[0]), response.get("anyOf", [response])[0]


def follow(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return found


@pytest.mark.parametrize("path", ROUTES)
def test_every_control_key_stands_beside_every_body(path: str) -> None:
    """Compared with what the service itself reads, so no list goes stale."""
    read = set()
    for name, field in ControlKeys.model_fields.items():
        alias = field.validation_alias
        read |= {*map(str, alias.choices)} if isinstance(alias, AliasChoices) else {name}
    assert {"profile", "fields", "instruct", "context", "long", "shapley"} < read
    body, _ = schema_of(path)
    (control,) = (follow(part) for part in body["allOf"])
    assert set(control["properties"]) == read
    assert all(part.get("description") for part in control["properties"].values())
    if "query" in body["properties"]:
        (as_object,) = (part for part in body["properties"]["query"]["anyOf"] if "allOf" in part)
        assert as_object["allOf"] == body["allOf"]


def test_the_headers_are_those_that_are_read() -> None:
    parameters = DOCUMENT["paths"]["/v2/rerank"]["post"]["parameters"]
    named = {each["name"] for each in parameters if each["in"] == "header"}
    assert named == set(HEADERS.values())


WITH_ROOM = [(path, key) for path, key in SHAPES if key not in ("texts", "data")]


@pytest.mark.parametrize(("path", "key"), WITH_ROOM)
def test_explanations_and_warnings_are_where_the_document_says(
    server: SidecarProcess, path: str, key: str
) -> None:
    _, response = schema_of(path)
    long: dict[str, Any] = {"title": "Red runner", "brand": "Acme", "in_stock": False}
    long["description"] = "shoe " * 4000
    control = {"profile": "ecommerce", "shapley": 2, "long": {"budget_tokens": 64}}
    body = {**body_of(path, key, "red", [long, "x"]), **control}
    answer = post(server, url_of(path), body).body
    schema = follow(response["properties"]["explanations"]["items"])
    for entry in answer["explanations"]:
        assert set(schema["required"]) <= set(entry) <= set(schema["properties"])
        for one in entry["parts"]:
            assert set(one) == set(schema["properties"]["parts"]["items"]["properties"])
    told = answer if "warnings" in response["properties"] else answer["meta"]
    within = response if told is answer else response["properties"]["meta"]
    assert within["properties"]["warnings"]["type"] == "array"
    assert told["warnings"]


def test_the_kinds_of_a_part_are_those_that_there_are() -> None:
    part = DOCUMENT["components"]["schemas"]["Explanation"]["properties"]["parts"]["items"]
    assert set(part["properties"]["kind"]["enum"]) == set(get_args(Kind))


@pytest.mark.parametrize("path", ROUTES)
def test_examples_stand_beside_the_schemas(path: str) -> None:
    """The golden tests hold the examples themselves."""
    operation = DOCUMENT["paths"][path]["post"]
    asked = operation["requestBody"]["content"]["application/json"]["examples"]
    answered = operation["responses"]["200"]["content"]["application/json"]["examples"]
    refused = operation["responses"]["422"]["content"]["application/json"]["examples"]
    spoken = {dialect.name: dialect for dialect in dialects(path)}
    assert set(asked) == set(answered) == set(refused) == set(spoken)
    for name, dialect in spoken.items():
        assert asked[name]["value"] == dialect.example
        assert answered[name]["value"] == examples.answer(dialect)
