"""The way through a cluster: a throw-away OpenSearch node, its BM25 and its search pipelines.

    products   structured route: ml_inference + rerank.by_field, one JSON object per hit
    contracts  flat route: rerank.ml_opensearch over one text field

Each query is searched twice, without the pipeline and with it: the first order is the node's
BM25, the second is what an application gets.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from es_integration import (
    LocalOpenSearch,
    flat_search,
    install_flat,
    install_structured,
    opensearch_client,
    structured_search,
)
from sidecar.cli.demo.collections import Collection, Document, Name, Query
from sidecar.cli.demo.outcome import Found, Outcome, reordered

READ_TIMEOUT_S = 20
"""The node waits this long for the sidecar: a slow laptop's page of hits, not a hung process."""

Say = Callable[[str], None]

_ENGLISH = {"type": "text", "analyzer": "english"}
_NAMES = {"type": "text", "fields": {"keyword": {"type": "keyword"}}}


@dataclass(frozen=True)
class Route:
    """How a collection is indexed and by which of the two routes it is reranked."""

    properties: Mapping[str, Any]
    install: Callable[..., Any]
    search: Callable[..., dict[str, Any]]
    fields: tuple[str, ...]
    """What the node sends to the sidecar."""


ROUTES = {
    Name.PRODUCTS: Route(
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
        install_structured,
        structured_search,
        ("title", "brand", "category", "description", "attributes"),
    ),
    Name.CONTRACTS: Route(
        {
            "title": _ENGLISH,
            "contract": {"type": "keyword"},
            "text": _ENGLISH,
            # The flat route glues fields without a space: so one field that joins them.
            "passage": {"type": "text", "index": False},
        },
        install_flat,
        flat_search,
        ("passage",),
    ),
}


def outcomes(
    url: str, collections: Mapping[Name, Collection], queries: Sequence[Query], top: int, say: Say
) -> list[Outcome]:
    """Each query's outcome on a node that lives as long as this call. Raises IntegrationError."""
    # Without any handler, the client's refusals would be printed beside the error's one line.
    logging.getLogger("opensearch").addHandler(logging.NullHandler())
    with LocalOpenSearch(heap="512m", log=say) as node, opensearch_client(node.url) as client:
        for name, collection in collections.items():
            say(f"indexing {len(collection.documents)} {name}, registering their search pipeline")
            route = ROUTES[name]
            _fill(client, collection, route)
            # A failure is shown, not hidden behind BM25's order as a production pipeline would.
            route.install(
                client,
                url,
                _pipeline(name),
                route.fields,
                ignore_failure=False,
                read_timeout_s=READ_TIMEOUT_S,
            )
        for query in {query.collection: query for query in queries}.values():
            _outcome(client, collections[query.collection], query, top)  # Untimed: a cold JVM.
        say(f"searching {len(queries)} times, without and with the pipeline")
        done = [_outcome(client, collections[query.collection], query, top) for query in queries]
        say("stopping the node")
    return done


def _fill(client: Any, collection: Collection, route: Route) -> None:
    body = {
        "settings": {"number_of_shards": 1, "number_of_replicas": 0},
        "mappings": {"dynamic": "strict", "properties": dict(route.properties)},
    }
    client.indices.create(index=collection.name, body=body)
    lines: list[dict[str, Any]] = []
    for document in collection.documents:
        lines += [{"index": {"_id": document.id}}, _indexed(document, route)]
    answer = client.bulk(
        index=collection.name,
        body=b"".join(orjson.dumps(line) + b"\n" for line in lines),
        params={"refresh": "true"},
    )
    assert not answer["errors"], "the mapping fits the bundled documents"


def _indexed(document: Document, route: Route) -> dict[str, Any]:
    source = dict(document.source)
    del source["id"]
    if "passage" in route.properties:
        source["passage"] = f"{document.title}\n{source['text']}"
    return source


def _outcome(client: Any, collection: Collection, query: Query, top: int) -> Outcome:
    match = {"multi_match": {"query": query.text, "fields": list(collection.searched)}}
    documents = {document.id: document for document in collection.documents}
    first, first_s = _search(client, collection.name, {"size": top, "query": match})
    found: Found = [(documents[hit["_id"]], float(hit["_score"])) for hit in first]
    if not found:
        return Outcome(query, (), first_s, 0.0)
    body = ROUTES[collection.name].search(match, query.text, size=top)
    second, rerank_s = _search(client, collection.name, body, _pipeline(collection.name))
    place = {document.id: index for index, (document, _) in enumerate(found)}
    ranking = [(place[hit["_id"]], float(hit["_score"])) for hit in second]
    return Outcome(query, reordered(found, ranking), first_s, rerank_s)


def _search(
    client: Any, index: str, body: dict[str, Any], pipeline: str | None = None
) -> tuple[list[Any], float]:
    """The hits, and the seconds from the request to the answer."""
    params = {"search_pipeline": pipeline} if pipeline else {}
    start = time.perf_counter()
    answer = client.search(index=index, body=body, params=params)
    return answer["hits"]["hits"], time.perf_counter() - start


def _pipeline(name: Name) -> str:
    return f"rerank-{name}"
