"""ZeroEntropy's SDK.

pip install zeroentropy; python zeroentropy_sdk.py URL [KEY]
"""

import sys

from zeroentropy import ZeroEntropy

QUERY = "how to reset the router"
DOCUMENTS = [
    "The router has four network ports.",
    "To reset the router, hold its button for ten seconds.",
    "Bread rises because of yeast.",
]


def rank(
    url: str, key: str, query: str, documents: list[str], top_n: int
) -> list[tuple[int, float]]:
    client = ZeroEntropy(api_key=key, base_url=f"{url}/v1")
    answer = client.models.rerank(model="any", query=query, documents=documents, top_n=top_n)
    return [(result.index, result.relevance_score) for result in answer.results]


if __name__ == "__main__":
    url, key = (*sys.argv[1:], "any")[:2]
    for index, score in rank(url, key, QUERY, DOCUMENTS, top_n=2):
        print(f"{score:.4f} {DOCUMENTS[index]}")
