"""The default way: BM25 in this process, its hits sent to the sidecar over HTTP.

found = bm25.search(query)
POST /v2/rerank {"query": "...", "documents": [{"title": ..., "brand": ...}, ...]}
"""

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from es_integration import SidecarAnswerInvalid, SidecarClient, SidecarRefused
from sidecar.workshop.demo.bm25_index import Bm25Index
from sidecar.workshop.demo.collections import Collection, CollectionName, Query
from sidecar.workshop.demo.outcome import FirstStageHits, Outcome, reordered

TIMEOUT_S = 60.0

Collections = Mapping[CollectionName, Collection]


def outcomes(
    url: str, collections: Collections, queries: Sequence[Query], top: int
) -> list[Outcome]:
    """Each query's outcome, one request after the other. Raises SidecarError."""
    indexes = {name: Bm25Index(collection) for name, collection in collections.items()}
    return asyncio.run(_outcomes(url, collections, indexes, queries, top))


async def _outcomes(
    url: str,
    collections: Collections,
    indexes: Mapping[CollectionName, Bm25Index],
    queries: Sequence[Query],
    top: int,
) -> list[Outcome]:
    done = []
    async with SidecarClient(url, timeout=TIMEOUT_S) as client:
        await client.get("/health/ready")  # The connection is open before anything is timed.
        for query in queries:
            start = time.perf_counter()
            found = indexes[query.collection].search(query.text, top)
            first_s = time.perf_counter() - start
            sent = collections[query.collection].sent
            done.append(await _rerank(client, query, found, sent, first_s))
    return done


async def _rerank(
    client: SidecarClient,
    query: Query,
    found: FirstStageHits,
    sent: tuple[str, ...],
    first_s: float,
) -> Outcome:
    if not found:
        return Outcome(query, (), first_s, 0.0)
    documents = [document.fields(sent) for document, _ in found]
    start = time.perf_counter()
    body = {"query": query.text, "documents": documents}
    status, headers, answer = await client.post("/v2/rerank", body)
    rerank_s = time.perf_counter() - start
    if status != 200:
        reason = answer.get("message", answer) if isinstance(answer, dict) else answer
        raise SidecarRefused(status, str(reason))
    hits = reordered(found, _ranking(answer, len(found)))
    return Outcome(query, hits, first_s, rerank_s, model_seconds(headers))


def model_seconds(headers: Mapping[str, str]) -> float | None:
    """The model's share as Server-Timing tells it: `tokenize;dur=1.2, infer;dur=80.5` is 0.0805."""
    spent = re.search(r"\binfer;dur=([0-9.]+)", headers.get("Server-Timing", ""))
    return float(spent[1]) / 1000 if spent else None


def _ranking(answer: Any, documents: int) -> list[tuple[int, float]]:
    try:
        ranking = [(int(row["index"]), float(row["relevance_score"])) for row in answer["results"]]
    except (KeyError, TypeError, ValueError) as fault:
        raise SidecarAnswerInvalid(f"not a rerank answer: {fault!r}") from fault
    if sorted(index for index, _ in ranking) != list(range(documents)):
        raise SidecarAnswerInvalid("the answer does not name each document once")
    return ranking
