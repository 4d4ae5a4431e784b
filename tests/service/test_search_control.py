"""A search chooses its profile and its weights, by each of the four channels, on a real server."""

import json
import random
from itertools import pairwise
from typing import Any

import pytest

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http_client import assert_error, post, scores
from tests.service.explanations import explained, logits, order, part

QUERY = "red running shoes under $80"
SHOES: list[dict[str, Any]] = [
    {"title": "Running shoe, red", "brand": "Nike", "color": "red", "price": 129.0},
    {"title": "Road running shoe", "brand": "Asics", "color": "red", "price": 74.5},
    {"title": "Red running shoe", "brand": "Acme", "price": 49.0, "in_stock": False},
    {"title": "Trail runner", "brand": "Acme", "color": "blue", "price": 59.9},
]
DOCUMENTS = {"documents": SHOES}
CHANNELS: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
    "key of the body": ("/opensearch/rerank", {"query": QUERY, "profile": "ecommerce"}, {}),
    "query object": (
        "/opensearch/rerank",
        {"query": {"query_text": QUERY, "profile": "ecommerce"}},
        {},
    ),
    "header": ("/opensearch/rerank", {"query": QUERY}, {"X-Rerank-Profile": "ecommerce"}),
    "path": ("/opensearch/ecommerce/rerank", {"query": QUERY}, {}),
    "path, the other engine": ("/elasticsearch/ecommerce/rerank", {"query": QUERY}, {}),
    "JSON in the query's text": (
        "/elasticsearch/rerank?query=json",
        {"query": json.dumps({"query": QUERY, "profile": "ecommerce"})},
        {},
    ),
}


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_profile_by_each_channel(server: SidecarProcess, channel: str) -> None:
    path, body, headers = CHANNELS[channel]
    by_channel = scores(post(server, path, {**body, **DOCUMENTS}, headers))
    plain = scores(post(server, "/opensearch/rerank", {"query": QUERY, **DOCUMENTS}))
    expected = explained(server, QUERY, SHOES, profile="ecommerce")
    assert list(by_channel) == [0, 1, 2, 3], "as sent"
    assert by_channel == pytest.approx({e["index"]: e["score"] for e in expected}, abs=1e-6)
    assert max(plain, key=lambda index: plain[index]) == 0
    assert max(by_channel, key=lambda index: by_channel[index]) == 1, (
        "in the colour, in stock, in the budget"
    )


def test_a_string_that_looks_like_control_is_text(server: SidecarProcess) -> None:
    text = json.dumps({"query": QUERY, "profile": "ecommerce"})
    as_text = scores(post(server, "/elasticsearch/rerank", {"query": text, **DOCUMENTS}))
    as_control = scores(
        post(server, "/elasticsearch/rerank?query=json", {"query": text, **DOCUMENTS})
    )
    assert as_text != as_control
    refused = post(server, "/elasticsearch/rerank?query=json", {"query": QUERY, **DOCUMENTS})
    assert assert_error(refused, 422, "validation").startswith("$.query: ")


def test_texts_take_a_profile_too(server: SidecarProcess) -> None:
    rows = [json.dumps(shoe) for shoe in SHOES]
    body = {"query": QUERY, "texts": rows, "profile": "ecommerce"}
    expected = {
        e["index"]: e["score"] for e in explained(server, QUERY, SHOES, profile="ecommerce")
    }
    for path in ("/rerank", "/elasticsearch/rerank"):
        assert scores(post(server, path, body)) == pytest.approx(expected, abs=1e-6)


PATHS = ("/v2/rerank", "/v1/rerank", "/rerank", "/opensearch/rerank", "/elasticsearch/rerank")
BOOTS = [
    {"title": "Leather boots", "brand": "Weatherby", "description": "Warm and dry all winter."},
    {"title": "Winter shoes", "brand": "Kumo", "description": "Warm and dry all winter."},
]


@pytest.mark.parametrize("path", PATHS)
def test_weights_change_the_order_in_their_direction(server: SidecarProcess, path: str) -> None:
    query = "kumo leather boots"

    def best(fields: dict[str, float]) -> int:
        body = {"query": query, "documents": BOOTS, "profile": "ecommerce", "fields": fields}
        return order(post(server, path, body))[0]

    assert best({"title": 6, "brand": 0.1, "description": 0}) == 0
    assert best({"title": 0.1, "brand": 6, "description": 0}) == 1


def test_weights_work_without_a_profile(server: SidecarProcess) -> None:
    light, heavy = (
        explained(server, "kumo leather boots", BOOTS, fields={"brand": weight})
        for weight in (0, 2)
    )
    assert [part(entry, "field") for entry in light] == [0, 0]
    assert part(heavy[0], "field", "brand") == 0 < part(heavy[1], "field", "brand") <= 2


def test_an_alias_is_weighed_as_its_field(server: SidecarProcess) -> None:
    documents = [{"name": "Leather boots", "colour": "tan"}]
    by_name, by_alias = (
        logits(server, "tan boots", documents, profile="ecommerce", fields=fields)
        for fields in ({"color": 2, "title": 3}, {"colour": 2, "name": 3})
    )
    assert by_name == by_alias


PRODUCTS: list[dict[str, Any]] = [
    {"title": "Waterproof trail shoe", "brand": "Acme", "description": "Keeps feet dry."},
    {"title": "Trail rucksack", "brand": "Acme", "description": "Waterproof cover, 20 l."},
    {"title": "Garden hose", "brand": "Trail", "description": "15 m with a spray head."},
    {"title": "Rain cape", "description": "A waterproof cape for the trail and the city."},
    {"title": "Desk lamp", "brand": "Lumo", "category": "Home > Lamps"},
]


def test_raising_the_first_fields_weight_never_lowers_who_matches(server: SidecarProcess) -> None:
    """The title stands first in the passage from 1 on, so the model reads the same each time."""
    steps = [
        explained(
            server, "waterproof trail shoe", PRODUCTS, profile="ecommerce", fields={"title": w}
        )
        for w in (1, 1.5, 3, 8, 50, 100)
    ]
    matching = [at for at in range(len(PRODUCTS)) if part(steps[0][at], "field", "title")]
    others = [at for at in range(len(PRODUCTS)) if at not in matching]
    assert matching == [0, 1]
    for lighter, heavier in pairwise(steps):
        for at in matching:
            for other in others:
                gap = lighter[at]["logit"] - lighter[other]["logit"]
                assert heavier[at]["logit"] - heavier[other]["logit"] >= gap - 1e-6


@pytest.mark.parametrize("field", ["title", "brand", "description", "category"])
def test_raising_any_weight_never_lowers_the_fields_part(
    server: SidecarProcess, field: str
) -> None:
    """Whatever a new order of the passage does to the model's part."""
    steps = [
        explained(
            server, "waterproof trail lamps", PRODUCTS, profile="ecommerce", fields={field: w}
        )
        for w in (0, 0.1, 0.5, 1, 3, 100)
    ]
    for lighter, heavier in pairwise(steps):
        for before, after in zip(lighter, heavier, strict=True):
            assert part(after, "field") >= part(before, "field") - 1e-9
            if not part(after, "field", field):
                assert part(after, "field") == pytest.approx(part(before, "field"))
    assert all(part(entry, "field") <= 1.5 + 1e-9 for step in steps for entry in step)


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        ("/v2/rerank", {"query": "q", "profile": "shop"}, {}),
        ("/rerank", {"query": {"query": "q", "profile": "shop"}}, {}),
        ("/v1/rerank", {"query": "q"}, {"X-Rerank-Profile": "shop"}),
        ("/opensearch/shop/rerank", {"query": "q"}, {}),
        ("/elasticsearch/shop/rerank", {"query": "q"}, {}),
        ("/elasticsearch/..%2Fshop/rerank", {"query": "q"}, {}),
    ],
)
def test_an_unknown_profile_is_422_and_names_those_there_are(
    server: SidecarProcess, path: str, body: dict[str, Any], headers: dict[str, str]
) -> None:
    answer = post(server, path, {**body, "documents": ["a"]}, headers)
    message = assert_error(answer, 422, "validation")
    assert message.startswith("$.profile: ")
    assert message.endswith("plain, schema-org, shopify, woocommerce")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"query": "q", "fields": {"title": "heavy"}}, "$.fields.title: "),
        ({"query": "q", "fields": {"title": 101}}, "$.fields.title: "),
        ({"query": "q", "fields": {"title": True}}, "$.fields.title: "),
        ({"query": "q", "context": "user"}, "$.context: "),
        ({"query": "q", "profile": {}}, "$.profile: "),
        ({"query": "q", "long": {"window_tokens": 1}}, "$.long.window_tokens: "),
        ({"query": {"query_text": "q", "explain": 2}}, "$.query.explain: "),
        ({"query": {"query_text": "q", "fields": []}}, "$.query.fields: "),
    ],
)
def test_wrong_types_are_422_with_the_path(
    server: SidecarProcess, path: str, body: dict[str, Any], where: str
) -> None:
    answer = post(server, path, {**body, "documents": ["a"]})
    assert assert_error(answer, 422, "validation").startswith(where)


@pytest.mark.parametrize(
    "header",
    [
        {"X-Rerank-Fields": "{"},
        {"X-Rerank-Fields": '["title"]'},
        {"X-Rerank-Context": "7"},
        {"X-Rerank-Explain": "perhaps"},
        {"X-Rerank-Instruction": "\xff"},
    ],
)
def test_wrong_headers_are_422(server: SidecarProcess, header: dict[str, str]) -> None:
    answer = post(server, "/v2/rerank", {"query": "q", "documents": ["a"]}, header)
    assert_error(answer, 422, "validation")


def test_unknown_keys_change_nothing(server: SidecarProcess) -> None:
    body = {"query": QUERY, **DOCUMENTS, "profile": "ecommerce"}
    odd = {**body, "profiles": 3, "weights": {"title": 9}, "query": {"query": QUERY, "x": [1]}}
    assert scores(post(server, "/v2/rerank", odd)) == scores(post(server, "/v2/rerank", body))


JACKET: dict[str, Any] = {
    "title": "Rain jacket",
    "brand": "Kumo",
    "color": "green",
    "size": "M",
    "price": "79.90",
    "in_stock": "false",
    "description": "Keeps: the rain out.",
}


def test_four_ways_to_write_a_document_are_one(server: SidecarProcess) -> None:
    rows = [
        JACKET,
        json.dumps(JACKET),
        "---\n" + "".join(f'{name}: "{value}"\n' for name, value in JACKET.items()),
        "\n".join(f"{name}: {value}" for name, value in JACKET.items()),
        {**JACKET, "price": 79.9, "in_stock": False},
        {"name": JACKET["title"], **{k: v for k, v in JACKET.items() if k != "title"}},
    ]
    values = logits(server, "green rain jacket under $90", rows, profile="ecommerce")
    assert values[:4] == [values[0]] * 4
    assert values[4:] == pytest.approx([values[0]] * 2, abs=1e-6)


def test_plain_never_parses(server: SidecarProcess) -> None:
    row = json.dumps(JACKET)
    as_string, as_text, as_object = logits(
        server, "green rain jacket", [row, {"text": row}, JACKET], profile="plain"
    )
    assert as_string == as_text != as_object


def test_the_order_of_the_fields_is_the_profiles(server: SidecarProcess) -> None:
    shuffled = []
    for seed in range(6):
        names = list(JACKET)
        random.Random(seed).shuffle(names)
        shuffled.append({name: JACKET[name] for name in names})
    documents = [JACKET, *shuffled, *map(json.dumps, shuffled)]
    values = logits(server, "green rain jacket", documents, profile="ecommerce")
    assert set(values) == {values[0]}


@pytest.mark.parametrize("profile", ["plain", "ecommerce", "legal"])
def test_missing_is_null_is_absent(server: SidecarProcess, profile: str) -> None:
    base = {"title": "Rain jacket", "brand": "Kumo"}
    nothing: list[Any] = [None, "", "  ", [], {}, [None, ""], {"a": None}]
    documents = [base, *({**base, "color": value, "price": value} for value in nothing)]
    values = logits(server, "green rain jacket under $90", documents, profile=profile)
    assert set(values) == {values[0]}


@pytest.mark.parametrize("field", ["title", "brand", "description"])
def test_a_heavier_field_leaves_the_models_part_as_it_is(
    server: SidecarProcess, field: str
) -> None:
    """So it can only raise what matches in it: the model reads the same text."""
    before, after = (
        explained(server, "trail shoe acme", PRODUCTS, profile="ecommerce", fields={field: weight})
        for weight in (0.3, 3)
    )
    assert [part(one, "model") for one in before] == [part(one, "model") for one in after]
    for light, heavy in zip(before, after, strict=True):
        assert part(heavy, "field", field) >= part(light, "field", field)


def test_a_field_that_the_profile_lacks_is_named(server: SidecarProcess) -> None:
    body = {"query": "q", "documents": BOOTS, "profile": "ecommerce", "fields": {"titel": 2}}
    message = assert_error(post(server, "/v2/rerank", body), 422, "validation")
    assert message.startswith("$.fields.titel: ")


@pytest.mark.parametrize(
    ("profile", "document"),
    [
        ("ecommerce", "Price: an espresso machine need not cost much"),
        ("ecommerce", "Rating: five stars for this espresso machine"),
        ("legal", "Date: when the espresso machine was delivered is disputed"),
        ("ecommerce", {"headline": "Espresso machine with a grinder"}),
    ],
)
def test_a_document_of_which_a_profile_reads_nothing_is_read_as_it_stands(
    server: SidecarProcess, profile: str, document: object
) -> None:
    documents = [document, "Tax form for farmers"]
    assert order(ranked(server, "espresso machine", documents, profile))[0] == 0


def ranked(server: SidecarProcess, query: str, documents: list[object], profile: str) -> Any:
    return post(server, "/v2/rerank", {"query": query, "documents": documents, "profile": profile})


@pytest.mark.parametrize(
    "status", ["overruled", ["good law", "overruled"], {"treatment": "overruled"}]
)
def test_a_rule_looks_into_lists_and_objects(server: SidecarProcess, status: object) -> None:
    documents = [{"title": "Roe v. Wade", "status": status}]
    (entry,) = explained(server, "privacy", documents, profile="legal")
    assert entry["rules"]
