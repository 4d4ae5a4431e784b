"""litellm: one function for all providers; `provider` is the model's prefix.

pip install litellm; python litellm_rerank.py URL [KEY]
"""

import sys

import litellm

QUERY = "how to reset the router"
DOCUMENTS = [
    "The router has four network ports.",
    "To reset the router, hold its button for ten seconds.",
    "Bread rises because of yeast.",
]
BASES = {"infinity": "/infinity", "voyage": "/voyage"}
"""What follows the sidecar's address; nothing for cohere, huggingface, jina_ai, nvidia_nim, ..."""


def rank(
    url: str, key: str, query: str, documents: list[str], top_n: int, provider: str = "cohere"
) -> list[tuple[int, float]]:
    answer = litellm.rerank(
        model=f"{provider}/any",
        query=query,
        documents=documents,
        top_n=top_n,
        api_base=url + BASES.get(provider, ""),
        api_key=key,
    )
    return [(result["index"], result["relevance_score"]) for result in answer.results]


if __name__ == "__main__":
    url, key = (*sys.argv[1:], "any")[:2]
    for index, score in rank(url, key, QUERY, DOCUMENTS, top_n=2):
        print(f"{score:.4f} {DOCUMENTS[index]}")
