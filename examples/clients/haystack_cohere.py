"""Haystack's CohereRanker.

pip install cohere-haystack; python haystack_cohere.py URL [KEY]
"""

import sys

from haystack import Document
from haystack.utils import Secret
from haystack_integrations.components.rankers.cohere import CohereRanker

QUERY = "how to reset the router"
DOCUMENTS = [
    "The router has four network ports.",
    "To reset the router, hold its button for ten seconds.",
    "Bread rises because of yeast.",
]


def rank(
    url: str, key: str, query: str, documents: list[str], top_n: int
) -> list[tuple[int, float]]:
    passages = [Document(id=str(index), content=text) for index, text in enumerate(documents)]
    ranker = CohereRanker(api_key=Secret.from_token(key), api_base_url=url, top_k=top_n)
    best = ranker.run(query=query, documents=passages)["documents"]
    return [(int(each.id), each.score) for each in best]


if __name__ == "__main__":
    url, key = (*sys.argv[1:], "any")[:2]
    for index, score in rank(url, key, QUERY, DOCUMENTS, top_n=2):
        print(f"{score:.4f} {DOCUMENTS[index]}")
