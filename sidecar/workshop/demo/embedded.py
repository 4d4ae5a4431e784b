"""The demo in this process: BM25's hits, sent to the sidecar over HTTP.

hits = index.search(query)
POST /v2/rerank {"query": "...", "documents": [{"title": ..., "brand": ...}, ...]}
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from es_integration import SidecarAnswerInvalid, SidecarClient, SidecarRefused
from sidecar.workshop.demo.bm25_index import Bm25Index
from sidecar.workshop.demo.collections import CollectionName, Collections, Query
from sidecar.workshop.demo.outcome import FirstStageHits, Outcome, reordered
from sidecar.workshop.server_timing import stage_seconds

TIMEOUT_S = 60.0


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
    outcomes = []
    async with SidecarClient(url, timeout=TIMEOUT_S) as client:
        await client.get("/health/ready")  # Opens the connection before anything is timed.
        for query in queries:
            start = time.perf_counter()
            hits = indexes[query.collection].search(query.text, top)
            first_s = time.perf_counter() - start
            fields = collections[query.collection].sent
            outcomes.append(await _rerank(client, query, hits, fields, first_s))
    return outcomes


async def _rerank(
    client: SidecarClient,
    query: Query,
    first: FirstStageHits,
    fields: tuple[str, ...],
    first_s: float,
) -> Outcome:
    if not first:
        return Outcome(query, (), first_s, 0.0)
    documents = [document.fields(fields) for document, _ in first]
    start = time.perf_counter()
    body = {"query": query.text, "documents": documents}
    status, headers, answer = await client.post("/v2/rerank", body)
    rerank_s = time.perf_counter() - start
    if status != 200:
        reason = answer.get("message", answer) if isinstance(answer, dict) else answer
        raise SidecarRefused(status, str(reason))
    hits = reordered(first, _ranking(answer, len(first)))
    model_s = stage_seconds(headers.get("Server-Timing", "")).get("infer")
    return Outcome(query, hits, first_s, rerank_s, model_s)


def _ranking(answer: Any, documents: int) -> list[tuple[int, float]]:
    try:
        ranking = [(int(row["index"]), float(row["relevance_score"])) for row in answer["results"]]
    except (KeyError, TypeError, ValueError) as fault:
        raise SidecarAnswerInvalid(f"not a rerank answer: {fault!r}") from fault
    if sorted(index for index, _ in ranking) != list(range(documents)):
        raise SidecarAnswerInvalid("the answer does not name each document once")
    return ranking
