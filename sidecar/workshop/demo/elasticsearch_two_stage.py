"""Searches in Elasticsearch: its BM25, then two-stage search.

Elasticsearch's own rerank retriever needs an Enterprise licence or a trial. Two-stage search needs
neither and gives the same order.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from es_integration import IntegrationError, SyncSidecarClient
from es_integration.search import Rerank, two_stage_search
from sidecar.workshop.demo.collections import Collection, CollectionName, Document, Query
from sidecar.workshop.demo.demo_index import Body, Search, indexed, two_searches

TIMEOUT_S = 60.0

# Standard analysis, and types that every distribution has: this runs on any node.
_TEXT = {"type": "text"}
_NAMES = {"type": "text", "fields": {"keyword": {"type": "keyword"}}}
PROPERTIES: Mapping[CollectionName, Mapping[str, Any]] = {
    CollectionName.PRODUCTS: {
        "title": _TEXT,
        "brand": _NAMES,
        "category": _NAMES,
        "description": _TEXT,
        "attributes": {"type": "flattened"},
        "price": {"type": "float"},
        "currency": {"type": "keyword"},
        "rating": {"type": "half_float"},
        "in_stock": {"type": "boolean"},
    },
    CollectionName.CONTRACTS: {"title": _TEXT, "contract": {"type": "keyword"}, "text": _TEXT},
}


@contextmanager
def searchable(client: Any, sidecar_url: str, collection: Collection) -> Iterator[Search]:
    """A search over the collection; the index is deleted afterwards. Raises IntegrationError, also
    when the sidecar fails, where two-stage search itself would fall back to BM25's order."""
    with (
        SyncSidecarClient(sidecar_url, timeout=TIMEOUT_S) as sidecar,
        indexed(client, collection, PROPERTIES[collection.name], _source) as index,
    ):

        def rerank(body: Body, query: Query, top: int) -> Any:
            options = Rerank(fields=collection.sent, window=top)
            answer = two_stage_search(
                client, sidecar, query.text, index=index, body=body, rerank=options
            )
            if not answer["rerank"]["reranked"]:
                raise IntegrationError(answer["rerank"]["reason"])
            return answer

        yield two_searches(client, index, collection, rerank)


def _source(document: Document) -> dict[str, Any]:
    return {name: value for name, value in document.source.items() if name != "id"}
