"""LangChain's NVIDIARerank. Its scores are logits.

pip install langchain-nvidia-ai-endpoints; python langchain_nvidia.py URL [KEY]
"""

import sys

from langchain_core.documents import Document
from langchain_nvidia_ai_endpoints import NVIDIARerank

QUERY = "how to reset the router"
DOCUMENTS = [
    "The router has four network ports.",
    "To reset the router, hold its button for ten seconds.",
    "Bread rises because of yeast.",
]


def rank(
    url: str, key: str, query: str, documents: list[str], top_n: int
) -> list[tuple[int, float]]:
    passages = [Document(text, metadata={"index": index}) for index, text in enumerate(documents)]
    reranker = NVIDIARerank(model="any", base_url=f"{url}/v1", api_key=key, top_n=top_n)
    best = reranker.compress_documents(passages, query)
    return [(each.metadata["index"], each.metadata["relevance_score"]) for each in best]


if __name__ == "__main__":
    url, key = (*sys.argv[1:], "any")[:2]
    for index, score in rank(url, key, QUERY, DOCUMENTS, top_n=2):
        print(f"{score:.4f} {DOCUMENTS[index]}")
