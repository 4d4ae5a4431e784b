"""Searches in OpenSearch: its BM25, then the same through a search pipeline that reranks.

    products   structured route: ml_inference + rerank.by_field, one JSON object per hit
    contracts  flat route: rerank.ml_opensearch over one text field

Each query is searched twice: without the pipeline for the order of BM25, and with it for the order
that an application gets.
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
    Body,
    Search,
    indexed,
    refuse_existing,
    two_searches,
)

PROFILE = "plain"
READ_TIMEOUT_S = 20
"""How long a node waits for the sidecar: enough for a slow laptop."""

_ENGLISH = {"type": "text", "analyzer": "english"}
_NAMES = {"type": "text", "fields": {"keyword": {"type": "keyword"}}}


@dataclass(frozen=True)
class CollectionSetup:
    """How a collection is indexed and by which of the two routes it is reranked."""

    properties: Mapping[str, Any]
    route: Route
    search: Callable[..., dict[str, Any]]
    fields: tuple[str, ...]
    """What a node sends to the sidecar."""

    def install_spec(self, name: CollectionName, sidecar_url: str) -> OpenSearchInstall:
        """What to install. A failure of the sidecar is shown, where a production pipeline would
        fall back to BM25's order."""
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


COLLECTION_SETUPS = {
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
            # The flat route joins fields without a space, so one field holds them joined.
            "passage": {"type": "text", "index": False},
        },
        Route.FLAT,
        flat_search,
        ("passage",),
    ),
}


@contextmanager
def searchable(client: Any, sidecar_url: str, collection: Collection) -> Iterator[Search]:
    """A search over the collection. Index, pipeline, model, connector, and changes to the cluster's
    settings are undone afterwards. Raises IntegrationError."""
    setup = COLLECTION_SETUPS[collection.name]
    spec = setup.install_spec(collection.name, sidecar_url)
    with (
        indexed(client, collection, setup.properties, setup.source) as index,
        _installed(client, spec),
    ):
        params = {"search_pipeline": spec.pipeline(setup.route)}

        def rerank(body: Body, query: Query, top: int) -> Any:
            reranking = setup.search(body["query"], query.text, size=top)
            return client.search(index=index, body=reranking, params=params)

        yield two_searches(client, index, collection, rerank)


@contextmanager
def _installed(client: Any, spec: OpenSearchInstall) -> Iterator[None]:
    planned = run(client, plan_install(spec))  # Raises if the cluster does not support the route.
    for change in run(client, plan_uninstall(spec)):
        # An earlier demo may have had to leave its connector: that is replaced, then deleted.
        refuse_existing(change.kind, change.name, change.kind not in (SETTING, CONNECTOR))
    try:
        run(client, apply(planned))
        yield
    finally:
        for change in uninstall(client, spec):
            if change.refused is not None:
                print(f"rerank-sidecar: {change.refused}", file=sys.stderr)
