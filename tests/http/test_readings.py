"""What the playground asks about the documents of a search, over HTTP."""

from typing import Any

import aiohttp
import pytest

from sidecar.contracts.readings import READINGS_SCHEMA
from tests.contracts.test_openapi import fits
from tests.http.serving import GatedSession, serving

PATH = "/playground/readings"
KEY = {"Authorization": "Bearer one"}
PRODUCTS = [
    {"title": "A", "price": "49 USD", "foo": 1},
    {"name": "B", "sale_price": 40, "price": 60, "__proto__": {"x": 1}},
    {"name": "C", "price": "ask us"},
    "a text",
]


async def asked(client: aiohttp.ClientSession, body: object, **more: Any) -> tuple[int, Any]:
    async with client.post(PATH, json=body, **more) as answer:
        return answer.status, await answer.json()


async def test_fields_spellings_readings_and_ignored_keys_are_told() -> None:
    async with serving(GatedSession()) as (service, client):
        await service.start()
        body = {"profile": "ecommerce", "documents": PRODUCTS, "query": "q", "explain": True}
        status, told = await asked(client, body)
    assert status == 200
    fits(told, READINGS_SCHEMA)
    assert (told["documents"], told["without_fields"]) == (4, 1)
    fields = {field["name"]: field for field in told["fields"]}
    assert next(iter(fields)) == "title"
    assert fields["brand"] == {"name": "brand", "found": 0, "spellings": [], "readings": []}
    price = fields["price"]
    assert price["found"] == 3
    assert price["spellings"] == [
        {"text": "price", "count": 2},
        {"text": "sale_price", "count": 1},
    ]
    (of_budget,) = [reading for reading in price["readings"] if reading["by"] == "price"]
    assert of_budget == {
        "by": "price",
        "certain": True,
        "says": [{"text": "49", "count": 1}, {"text": "40", "count": 1}],
        "unread": 1,
        "examples": ["ask us"],
    }
    assert told["ignored"] == [{"text": "foo", "count": 1}, {"text": "__proto__", "count": 1}]


async def test_it_is_off_with_the_playground() -> None:
    async with serving(GatedSession(), playground=False) as (service, client):
        await service.start()
        assert (await asked(client, {"profile": "plain", "documents": ["a"]}))[0] == 404


async def test_key_and_limits_are_those_of_a_search() -> None:
    body = {"profile": "plain", "documents": ["a"]}
    limits = {"api_key": "one", "max_documents": 1, "max_body_bytes": 1024}
    async with serving(GatedSession(), **limits) as (service, client):
        assert (await asked(client, body, headers=KEY))[0] == 503, "no model yet"
        await service.start()
        assert (await asked(client, body))[0] == 401
        assert (await asked(client, body, headers=KEY))[0] == 200
        status, fault = await asked(client, body | {"documents": ["a", "b"]}, headers=KEY)
        assert (status, fault["message"]) == (422, "$: 2 documents, at most 1")
        assert (await asked(client, body | {"documents": ["a" * 2000]}, headers=KEY))[0] == 413


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"profile": "none", "documents": ["a"]}, "$.profile: `none` is not one of"),
        ({"profile": "plain", "documents": [1]}, "$.documents[0]: must be a string or an object"),
        ({"profile": "plain"}, "$.documents"),
        ([], "$: must be an object"),
    ],
)
async def test_a_fault_names_its_path(body: object, message: str) -> None:
    async with serving(GatedSession()) as (service, client):
        await service.start()
        status, fault = await asked(client, body)
    assert status == 422
    assert fault["message"].startswith(message)
