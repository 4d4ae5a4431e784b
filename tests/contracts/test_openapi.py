"""The OpenAPI document is valid, and true: real answers fit it."""

import json
from typing import Any

import pytest
from openapi_spec_validator import validate

from sidecar import __version__
from sidecar.cli.process import SidecarProcess
from sidecar.contracts.openapi import document
from sidecar.contracts.routes import ROUTES
from sidecar.http.app import create_app
from sidecar.http.service import Service
from sidecar.settings import Settings
from tests.contracts.test_bad_input import ask, post

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
    for dialect in ROUTES[path].values():
        answer = post(server, path, dict(dialect.example))
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
