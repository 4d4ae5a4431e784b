"""A collection in an index of its own, for as long as the demo needs it."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from es_integration import IntegrationError
from sidecar.workshop.demo.collections import Collection, Document, Query
from sidecar.workshop.demo.outcome import FirstStageHits, Outcome, reordered

PREFIX = "rerank-demo-"
"""Of everything that the demo makes in a cluster."""

Search = Callable[[Query, int], Outcome]
"""Searches a collection and reranks so many of its first hits."""


@contextmanager
def indexed(
    client: Any,
    collection: Collection,
    properties: Mapping[str, Any],
    source: Callable[[Document], dict[str, Any]],
) -> Iterator[str]:
    """The name of a new index with the collection in it; the index is deleted afterwards.

    Raises IntegrationError where there is something of that name: it is not the demo's to touch.
    """
    name = f"{PREFIX}{collection.name}"
    refuse_existing("index", name, client.indices.exists(index=name))
    settings = {"number_of_shards": 1, "number_of_replicas": 0}
    mappings = {"dynamic": "strict", "properties": dict(properties)}
    client.indices.create(index=name, body={"settings": settings, "mappings": mappings})
    try:
        lines: list[dict[str, Any]] = []
        for document in collection.documents:
            lines += [{"index": {"_id": document.id}}, source(document)]
        answer = client.bulk(index=name, body=lines, refresh=True)
        assert not answer["errors"], "the mapping fits the bundled documents"
        yield name
    finally:
        client.indices.delete(index=name)


def refuse_existing(kind: str, name: str, there: object) -> None:
    """Raises IntegrationError when it is there."""
    if there:
        raise IntegrationError(
            f"the cluster has the {kind} {name} already, and the demo touches nothing that it did"
            " not make; if an earlier demo was killed and left it, delete it"
        )


def bm25(collection: Collection, query: Query, top: int) -> dict[str, Any]:
    """The first stage's search."""
    match = {"multi_match": {"query": query.text, "fields": list(collection.searched)}}
    return {"size": top, "query": match}


def timed(search: Callable[[], Any]) -> tuple[Any, float]:
    """The answer, and the seconds until it was there."""
    start = time.perf_counter()
    answer = search()
    return answer, time.perf_counter() - start


def scored(answer: Any) -> list[tuple[str, float]]:
    """(id, score) in the order of the answer's hits."""
    return [(hit["_id"], float(hit["_score"])) for hit in answer["hits"]["hits"]]


def outcome(
    collection: Collection,
    query: Query,
    first: tuple[list[tuple[str, float]], float],
    second: tuple[list[tuple[str, float]], float],
) -> Outcome:
    """What came of the query: hits and seconds of the first stage, then of the search reranked."""
    documents = {document.id: document for document in collection.documents}
    found: FirstStageHits = [(documents[name], score) for name, score in first[0]]
    place = {name: at for at, (name, _) in enumerate(first[0])}
    ranking = [(place[name], score) for name, score in second[0]]
    return Outcome(query, reordered(found, ranking), first[1], second[1])
