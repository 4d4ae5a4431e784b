"""The way through OpenSearch: its BM25 and its search pipelines.

    products   structured route: ml_inference + rerank.by_field, one JSON object per hit
    contracts  flat route: rerank.ml_opensearch over one text field

Each query is searched twice, without the pipeline and with it: the first order is the node's
BM25, the second is what an application gets.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from es_integration import OpenSearchInstall, Route, flat_search, structured_search
from es_integration.cluster.change import apply
from es_integration.cluster.procedure import run
from es_integration.opensearch import plan_install, plan_uninstall, uninstall
from es_integration.opensearch.connectors import CONNECTOR
from es_integration.opensearch.settings import KIND as SETTING
from sidecar.workshop.demo.collections import Collection, CollectionName, Document, Query
from sidecar.workshop.demo.demo_index import (
    PREFIX,
    Search,
    bm25,
    indexed,
    outcome,
    refuse_existing,
    scored,
    timed,
)
from sidecar.workshop.demo.outcome import Outcome

PROFILE = "plain"
READ_TIMEOUT_S = 20
"""The node waits this long for the sidecar: a slow laptop's page of hits, not a hung process."""

_ENGLISH = {"type": "text", "analyzer": "english"}
_NAMES = {"type": "text", "fields": {"keyword": {"type": "keyword"}}}


@dataclass(frozen=True)
class CollectionSetup:
    """How a collection is indexed and by which of the two routes it is reranked."""

    properties: Mapping[str, Any]
    route: Route
    search: Callable[..., dict[str, Any]]
    fields: tuple[str, ...]
    """What the node sends to the sidecar."""

    def wanted(self, name: CollectionName, sidecar_url: str) -> OpenSearchInstall:
        """What the node is to have. A failure is shown, not hidden behind BM25's order as a
        production pipeline would."""
        return OpenSearchInstall(
            sidecar_url,
            profile=PROFILE,
            name=f"{PREFIX}{name}",
            routes=(self.route,),
            fields=self.fields,
            text_field=self.fields[0],
            ignore_failure=False,
            read_timeout_s=READ_TIMEOUT_S,
        )

    def source(self, document: Document) -> dict[str, Any]:
        """The document as it is indexed."""
        source = {name: value for name, value in document.source.items() if name != "id"}
        if "passage" in self.properties:
            source["passage"] = f"{document.title}\n{source['text']}"
        return source


WAYS = {
    CollectionName.PRODUCTS: CollectionSetup(
        {
            "title": _ENGLISH,
            "brand": _NAMES,
            "category": _NAMES,
            "description": _ENGLISH,
            "attributes": {"type": "flat_object"},
            "price": {"type": "scaled_float", "scaling_factor": 100},
            "currency": {"type": "keyword"},
            "rating": {"type": "half_float"},
            "in_stock": {"type": "boolean"},
        },
        Route.STRUCTURED,
        structured_search,
        ("title", "brand", "category", "description", "attributes"),
    ),
    CollectionName.CONTRACTS: CollectionSetup(
        {
            "title": _ENGLISH,
            "contract": {"type": "keyword"},
            "text": _ENGLISH,
            # The flat route glues fields without a space: so one field that joins them.
            "passage": {"type": "text", "index": False},
        },
        Route.FLAT,
        flat_search,
        ("passage",),
    ),
}


@contextmanager
def searchable(client: Any, sidecar_url: str, collection: Collection) -> Iterator[Search]:
    """A search over the collection; index, pipeline, model, connector and what the cluster's
    settings had to allow for them are gone afterwards. Raises IntegrationError."""
    way = WAYS[collection.name]
    wanted = way.wanted(collection.name, sidecar_url)
    with (
        indexed(client, collection, way.properties, way.source) as index,
        _installed(client, wanted),
    ):
        pipeline = wanted.pipeline(way.route)

        def search(query: Query, top: int) -> Outcome:
            body = bm25(collection, query, top)
            first, first_s = timed(lambda: client.search(index=index, body=body))
            if not scored(first):
                return Outcome(query, (), first_s, 0.0)
            body = way.search(body["query"], query.text, size=top)
            params = {"search_pipeline": pipeline}
            second, rerank_s = timed(lambda: client.search(index=index, body=body, params=params))
            return outcome(collection, query, (scored(first), first_s), (scored(second), rerank_s))

        yield search


@contextmanager
def _installed(client: Any, wanted: OpenSearchInstall) -> Iterator[None]:
    planned = run(client, plan_install(wanted))  # It says why a cluster cannot have the route.
    for change in run(client, plan_uninstall(wanted)):
        # A connector alone is what an earlier demo had to leave: it is replaced, and goes.
        refuse_existing(change.kind, change.name, change.kind not in (SETTING, CONNECTOR))
    try:
        run(client, apply(planned))
        yield
    finally:
        for change in uninstall(client, wanted):
            if change.refused is not None:
                print(f"rerank-sidecar: {change.refused}", file=sys.stderr)
