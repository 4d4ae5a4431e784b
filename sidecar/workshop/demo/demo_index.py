"""A collection in an index of its own, while the demo runs."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from es_integration import IntegrationError
from sidecar.workshop.demo.collections import Collection, Document, Query
from sidecar.workshop.demo.outcome import Outcome, reordered

PREFIX = "rerank-demo-"
"""Of the name of everything that the demo makes in a cluster."""

Search = Callable[[Query, int], Outcome]
"""Searches a collection and reranks the given number of its first hits."""
Body = dict[str, Any]


@contextmanager
def indexed(
    client: Any,
    collection: Collection,
    properties: Mapping[str, Any],
    source: Callable[[Document], dict[str, Any]],
) -> Iterator[str]:
    """The name of a new index that holds the collection; the index is deleted afterwards.

    Raises IntegrationError if the name is taken: the demo touches only what it made.
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


def refuse_existing(kind: str, name: str, exists: object) -> None:
    """Raises IntegrationError if it exists."""
    if exists:
        raise IntegrationError(
            f"the cluster has the {kind} {name} already, and the demo touches only what it made; if"
            " an earlier demo was killed and left it behind, delete it"
        )


def two_searches(
    client: Any, index: str, collection: Collection, rerank: Callable[[Body, Query, int], Any]
) -> Search:
    """A Search that runs BM25 alone, then `rerank` with BM25's body, and compares their hits."""
    documents = {document.id: document for document in collection.documents}

    def search(query: Query, top: int) -> Outcome:
        match = {"multi_match": {"query": query.text, "fields": list(collection.searched)}}
        body = {"size": top, "query": match}
        answer, first_s = _timed(lambda: client.search(index=index, body=body))
        first = [(documents[name], score) for name, score in _scores(answer)]
        if not first:
            return Outcome(query, (), first_s, 0.0)
        reranked, rerank_s = _timed(lambda: rerank(body, query, top))
        positions = {document.id: position for position, (document, _) in enumerate(first)}
        ranking = [(positions[name], score) for name, score in _scores(reranked)]
        return Outcome(query, reordered(first, ranking), first_s, rerank_s)

    return search


def _timed(search: Callable[[], Any]) -> tuple[Any, float]:
    """(the answer, seconds until it arrived)."""
    start = time.perf_counter()
    answer = search()
    return answer, time.perf_counter() - start


def _scores(answer: Any) -> list[tuple[str, float]]:
    """(id, score) of the answer's hits in their order."""
    return [(hit["_id"], float(hit["_score"])) for hit in answer["hits"]["hits"]]
