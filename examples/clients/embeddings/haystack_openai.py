"""Haystack's OpenAIDocumentEmbedder. The address says what the texts are.

pip install haystack-ai; python haystack_openai.py URL [KEY]
"""

import sys

from haystack import Document
from haystack.components.embedders import OpenAIDocumentEmbedder
from haystack.utils import Secret

TEXTS = ["Waterproof trail runner with a grippy sole", "Rain cover for shoes"]


def embed(url: str, key: str, texts: list[str], kind: str, model: str = "any") -> list[list[float]]:
    """A vector of each text; `kind` is document or query."""
    embedder = OpenAIDocumentEmbedder(
        api_key=Secret.from_token(key),
        model=model,
        api_base_url=f"{url}/{kind}/v1",
        progress_bar=False,
        max_retries=0,
        raise_on_failure=True,
    )
    answer = embedder.run([Document(content=text) for text in texts])
    return [document.embedding for document in answer["documents"]]


if __name__ == "__main__":
    url, key = (*sys.argv[1:], "any")[:2]
    for text, vector in zip(TEXTS, embed(url, key, TEXTS, "document"), strict=True):
        print(f"{len(vector)} numbers: {text}")
