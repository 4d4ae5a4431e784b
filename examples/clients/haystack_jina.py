"""Haystack's JinaRanker. Its base_url is the whole URL.

pip install jina-haystack; python haystack_jina.py URL [KEY]
"""

import sys

from haystack import Document
from haystack.utils import Secret
from haystack_integrations.components.rankers.jina import JinaRanker

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
    ranker = JinaRanker(api_key=Secret.from_token(key), base_url=f"{url}/v1/rerank", top_k=top_n)
    best = ranker.run(query=query, documents=passages)["documents"]
    return [(int(each.id), each.score) for each in best]


if __name__ == "__main__":
    url, key = (*sys.argv[1:], "any")[:2]
    for index, score in rank(url, key, QUERY, DOCUMENTS, top_n=2):
        print(f"{score:.4f} {DOCUMENTS[index]}")
