"""LlamaIndex's client of text-embeddings-inference. The address says what the texts are.

pip install llama-index-embeddings-text-embeddings-inference; python llama_index_tei.py URL [KEY]
"""

import sys

from llama_index.embeddings.text_embeddings_inference import TextEmbeddingsInference

TEXTS = ["Waterproof trail runner with a grippy sole", "Rain cover for shoes"]


def embed(url: str, key: str, texts: list[str], kind: str, model: str = "any") -> list[list[float]]:
    """A vector of each text; `kind` is document or query."""
    embedding = TextEmbeddingsInference(
        model_name=model,
        base_url=f"{url}/{kind}",
        auth_token=key,
        text_instruction="",
        query_instruction="",
    )
    return embedding.get_text_embedding_batch(texts)


if __name__ == "__main__":
    url, key = (*sys.argv[1:], "any")[:2]
    for text, vector in zip(TEXTS, embed(url, key, TEXTS, "document"), strict=True):
        print(f"{len(vector)} numbers: {text}")
