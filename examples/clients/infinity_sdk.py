"""infinity's client. Without a key: Client(base_url=url).

pip install infinity-client; python infinity_sdk.py URL [KEY]
"""

import sys

from infinity_client import AuthenticatedClient
from infinity_client.api.default import rerank
from infinity_client.models import HTTPValidationError, RerankInput

QUERY = "how to reset the router"
DOCUMENTS = [
    "The router has four network ports.",
    "To reset the router, hold its button for ten seconds.",
    "Bread rises because of yeast.",
]


def rank(
    url: str, key: str, query: str, documents: list[str], top_n: int
) -> list[tuple[int, float]]:
    client = AuthenticatedClient(base_url=url, token=key, raise_on_unexpected_status=True)
    body = RerankInput(query=query, documents=documents, top_n=top_n)
    answer = rerank.sync(client=client, body=body)
    if isinstance(answer, HTTPValidationError):  # a 422 is no exception
        raise ValueError(answer.detail[0].msg)
    return [(result.index, result.relevance_score) for result in answer.results]


if __name__ == "__main__":
    url, key = (*sys.argv[1:], "any")[:2]
    for index, score in rank(url, key, QUERY, DOCUMENTS, top_n=2):
        print(f"{score:.4f} {DOCUMENTS[index]}")
