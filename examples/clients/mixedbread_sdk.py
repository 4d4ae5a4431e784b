"""Mixedbread's SDK.

pip install mixedbread; python mixedbread_sdk.py URL [KEY]
"""

import sys

from mixedbread import Mixedbread

QUERY = "how to reset the router"
DOCUMENTS = [
    "The router has four network ports.",
    "To reset the router, hold its button for ten seconds.",
    "Bread rises because of yeast.",
]


def rank(
    url: str, key: str, query: str, documents: list[str], top_n: int
) -> list[tuple[int, float]]:
    client = Mixedbread(api_key=key, base_url=url)
    answer = client.rerank(model="any", query=query, input=documents, top_k=top_n)
    return [(result.index, result.score) for result in answer.data]


if __name__ == "__main__":
    url, key = (*sys.argv[1:], "any")[:2]
    for index, score in rank(url, key, QUERY, DOCUMENTS, top_n=2):
        print(f"{score:.4f} {DOCUMENTS[index]}")
