"""Hits whose fields arrive as one text, `rerank_doc`, as the index templates write it."""

import json
from typing import Any

import pytest

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http_client import post, scores

QUERY = "red running shoes under $80"
SHOES: list[dict[str, Any]] = [
    {"title": "Running shoe, red", "brand": "Nike", "color": "red", "price": 129.0},
    {"title": "Red running shoe", "brand": "Acme", "price": 49.0, "in_stock": False},
    {"title": "Trail runner ${parameters.x}", "brand": "Acme", "color": "blue", "price": 59.9},
]
TEXTS = [json.dumps(shoe) for shoe in SHOES]


def ranked(server: SidecarProcess, documents: list[Any], profile: str) -> dict[int, float]:
    body = {"query": {"query_text": QUERY, "profile": profile}, "documents": documents}
    return scores(post(server, "/opensearch/rerank", body))


@pytest.mark.parametrize("profile", ["ecommerce", "legal", "plain"])
@pytest.mark.parametrize("more", [{}, {"title": None, "price": None}], ids=["alone", "nulls"])
def test_the_structured_route_reads_it_as_the_flat_one_does(
    server: SidecarProcess, profile: str, more: dict[str, None]
) -> None:
    flat = ranked(server, TEXTS, profile)
    assert ranked(server, [{"rerank_doc": text, **more} for text in TEXTS], profile) == flat


def test_its_fields_count_as_those_of_the_object(server: SidecarProcess) -> None:
    objects = ranked(server, SHOES, "ecommerce")
    whole = ranked(server, [{"rerank_doc": text} for text in TEXTS], "ecommerce")
    priced = [
        {"rerank_doc": json.dumps({**shoe, "price": 1.0}), "price": shoe["price"]} for shoe in SHOES
    ]
    assert whole == objects == ranked(server, priced, "ecommerce")


def test_it_comes_back_as_it_was_sent(server: SidecarProcess) -> None:
    document = {"rerank_doc": TEXTS[0]}
    body = {"query": QUERY, "documents": [document], "return_documents": True}
    assert post(server, "/v2/rerank", body).body["results"][0]["document"] == document
