"""Voyage's SDK. It retries only where `max_retries` says so.

pip install voyageai; python voyage_sdk.py URL [KEY]
"""

import asyncio
import inspect
import sys

import voyageai

QUERY = "how to reset the router"
DOCUMENTS = [
    "The router has four network ports.",
    "To reset the router, hold its button for ten seconds.",
    "Bread rises because of yeast.",
]


def rank(
    url: str, key: str, query: str, documents: list[str], top_n: int, api: str = "Client"
) -> list[tuple[int, float]]:
    """`api` is a class of the SDK: Client or AsyncClient."""
    client = getattr(voyageai, api)(api_key=key, base_url=f"{url}/v1", max_retries=3)
    answer = client.rerank(query, documents, model="any", top_k=top_n)
    if inspect.iscoroutine(answer):
        answer = asyncio.run(answer)
    return [(result.index, result.relevance_score) for result in answer.results]


if __name__ == "__main__":
    url, key = (*sys.argv[1:], "any")[:2]
    for index, score in rank(url, key, QUERY, DOCUMENTS, top_n=2):
        print(f"{score:.4f} {DOCUMENTS[index]}")
