"""LlamaIndex's VoyageAIRerank, which has no URL argument.

pip install llama-index-postprocessor-voyageai-rerank; python llama_index_voyage.py PROXY [KEY]
"""

import os
import sys

from llama_index.core.schema import NodeWithScore, TextNode
from llama_index.postprocessor.voyageai_rerank import VoyageAIRerank

QUERY = "how to reset the router"
DOCUMENTS = [
    "The router has four network ports.",
    "To reset the router, hold its button for ten seconds.",
    "Bread rises because of yeast.",
]


def rank(
    url: str, key: str, query: str, documents: list[str], top_n: int
) -> list[tuple[int, float]]:
    nodes = [
        NodeWithScore(node=TextNode(text=text, id_=str(index)))
        for index, text in enumerate(documents)
    ]
    # `url` is a proxy that answers as https://api.voyageai.com (docs/clients.md).
    os.environ["HTTPS_PROXY"] = url
    reranker = VoyageAIRerank(model="any", api_key=key, top_n=top_n)
    best = reranker.postprocess_nodes(nodes, query_str=query)
    return [(int(each.node_id), each.score) for each in best]


if __name__ == "__main__":
    url, key = (*sys.argv[1:], "any")[:2]
    for index, score in rank(url, key, QUERY, DOCUMENTS, top_n=2):
        print(f"{score:.4f} {DOCUMENTS[index]}")
