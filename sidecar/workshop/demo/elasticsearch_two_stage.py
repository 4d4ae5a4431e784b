"""The way through Elasticsearch: its BM25, then two-stage search.

Elasticsearch's own rerank retriever needs an Enterprise licence or a trial; two-stage search needs
neither, and the order is the same.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from es_integration import IntegrationError, SyncSidecarClient
from es_integration.search import Rerank, two_stage_search
from sidecar.workshop.demo.collections import Collection, CollectionName, Document, Query
from sidecar.workshop.demo.demo_index import Search, bm25, indexed, outcome, scored, timed
from sidecar.workshop.demo.outcome import Outcome

TIMEOUT_S = 60.0

# Standard analysis and types of the bare server alone: this runs on any node.
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
    """A search over the collection. Raises IntegrationError, also where the sidecar fails: the
    demo shows that, and does not hide it behind BM25's order as two-stage search would."""
    with (
        SyncSidecarClient(sidecar_url, timeout=TIMEOUT_S) as sidecar,
        indexed(client, collection, PROPERTIES[collection.name], _source) as index,
    ):

        def search(query: Query, top: int) -> Outcome:
            body = bm25(collection, query, top)
            first, first_s = timed(lambda: client.search(index=index, body=body))
            if not scored(first):
                return Outcome(query, (), first_s, 0.0)
            wish = Rerank(fields=collection.sent, window=top)
            second, rerank_s = timed(
                lambda: two_stage_search(
                    client, sidecar, query.text, index=index, body=body, rerank=wish
                )
            )
            if not second["rerank"]["reranked"]:
                raise IntegrationError(second["rerank"]["reason"])
            return outcome(collection, query, (scored(first), first_s), (scored(second), rerank_s))

        yield search


def _source(document: Document) -> dict[str, Any]:
    return {name: value for name, value in document.source.items() if name != "id"}
