"""Cohere's SDK: versions 2 and 1 of its API, and asyncio.

pip install cohere; python cohere_sdk.py URL [KEY]
"""

import asyncio
import inspect
import sys

import cohere

QUERY = "how to reset the router"
DOCUMENTS = [
    "The router has four network ports.",
    "To reset the router, hold its button for ten seconds.",
    "Bread rises because of yeast.",
]


def rank(
    url: str, key: str, query: str, documents: list[str], top_n: int, api: str = "ClientV2"
) -> list[tuple[int, float]]:
    """`api` is a class of the SDK: ClientV2, Client (version 1) or AsyncClientV2."""
    client = getattr(cohere, api)(api_key=key, base_url=url)
    answer = client.rerank(model="any", query=query, documents=documents, top_n=top_n)
    if inspect.iscoroutine(answer):
        answer = asyncio.run(answer)
    return [(result.index, result.relevance_score) for result in answer.results]


if __name__ == "__main__":
    url, key = (*sys.argv[1:], "any")[:2]
    for index, score in rank(url, key, QUERY, DOCUMENTS, top_n=2):
        print(f"{score:.4f} {DOCUMENTS[index]}")
