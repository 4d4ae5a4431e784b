"""What the tests on a real OpenSearch node share: products, an install, searches."""

import json
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from opensearchpy import OpenSearch

from es_integration import OpenSearchInstall, Route, flat_search, structured_search
from es_integration.opensearch import install, uninstall

INDEX = "products"
PRODUCTS = {
    "1": {"title": "red running shoes", "brand": "Nike", "text": "light shoes"},
    "2": {"title": "red shoes for red feet", "text": "shoes, red shoes"},
    "3": {"title": "shoes & <b>sole</b>", "brand": "Ünder", "text": "for the winter"},
}
MATCH = {"multi_match": {"query": "red shoes", "fields": ["title", "text"]}}
SEARCHES: dict[Route, Any] = {Route.FLAT: flat_search, Route.STRUCTURED: structured_search}


@contextmanager
def filled(client: OpenSearch) -> Iterator[None]:
    """PRODUCTS in INDEX, for the time of a `with` block."""
    client.indices.create(index=INDEX, body={"settings": {"number_of_shards": 1}})
    try:
        for name, source in PRODUCTS.items():
            client.index(index=INDEX, id=name, body=source)
        client.indices.refresh(index=INDEX)
        yield
    finally:
        client.indices.delete(index=INDEX)


@contextmanager
def installed(client: OpenSearch, spec: OpenSearchInstall) -> Iterator[OpenSearchInstall]:
    """The sidecar's pipelines, for the time of a `with` block."""
    try:
        install(client, spec)
        yield spec
    finally:
        uninstall(client, spec)


def hits(
    client: OpenSearch, index: str, body: dict[str, Any], pipeline: str | None = None
) -> list[dict[str, Any]]:
    """The hits of a search, in the cluster's order."""
    params = {} if pipeline is None else {"search_pipeline": pipeline}
    return list(client.search(index=index, body=body, params=params)["hits"]["hits"])


def structured_document(
    source: dict[str, Any], fields: Sequence[str], opensearch_version: str
) -> dict[str, Any]:
    """What the structured route sends for a hit. A field that the hit lacks is left out by
    OpenSearch 2, and `null` by OpenSearch 3."""
    if opensearch_version.startswith("2."):
        return {name: source[name] for name in fields if name in source}
    return {name: source.get(name) for name in fields}


def ids(hits: Sequence[dict[str, Any]]) -> list[str]:
    return [hit["_id"] for hit in hits]


def direct_scores(url: str, query: Any, documents: dict[str, Any]) -> dict[str, float]:
    """Each document's score by its name, from one call of the sidecar itself."""
    names = list(documents)
    raw = json.dumps({"query": query, "documents": list(documents.values())}).encode()
    with urllib.request.urlopen(urllib.request.Request(url, raw)) as response:
        results = json.load(response)["results"]
    return {names[item["index"]]: item["relevance_score"] for item in results}
