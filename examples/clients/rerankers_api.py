"""AnswerDotAI's rerankers: five of its API providers.

pip install rerankers; python rerankers_api.py URL [KEY]
"""

import sys

from rerankers.models.api_rankers import APIRanker

QUERY = "how to reset the router"
DOCUMENTS = [
    "The router has four network ports.",
    "To reset the router, hold its button for ten seconds.",
    "Bread rises because of yeast.",
]
PATHS = {
    "cohere": "/v1/rerank",
    "jina": "/v1/rerank",
    "voyage": "/v1/rerank",
    "mixedbread.ai": "/v1/reranking",
    "text-embeddings-inference": "/rerank",
}


def rank(
    url: str, key: str, query: str, documents: list[str], top_n: int, provider: str = "cohere"
) -> list[tuple[int, float]]:
    ranker = APIRanker("any", key, provider, url=url + PATHS[provider])
    best = ranker.rank(query, documents).top_k(top_n)  # it always asks for all
    return [(each.doc_id, each.score) for each in best]


if __name__ == "__main__":
    url, key = (*sys.argv[1:], "any")[:2]
    for index, score in rank(url, key, QUERY, DOCUMENTS, top_n=2):
        print(f"{score:.4f} {DOCUMENTS[index]}")
