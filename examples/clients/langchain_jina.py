"""LangChain's JinaRerank, which has no URL argument.

pip install langchain-community; python langchain_jina.py PROXY [KEY]
"""

import os
import sys

from langchain_community.document_compressors import JinaRerank
from langchain_core.documents import Document

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
    # `url` is a proxy that answers as https://api.jina.ai (docs/clients.md).
    os.environ["HTTPS_PROXY"] = url
    reranker = JinaRerank(jina_api_key=key, top_n=top_n)
    best = reranker.compress_documents(passages, query)
    return [(each.metadata["index"], each.metadata["relevance_score"]) for each in best]


if __name__ == "__main__":
    url, key = (*sys.argv[1:], "any")[:2]
    for index, score in rank(url, key, QUERY, DOCUMENTS, top_n=2):
        print(f"{score:.4f} {DOCUMENTS[index]}")
