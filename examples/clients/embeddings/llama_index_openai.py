"""LlamaIndex's OpenAILikeEmbedding. The address says what the texts are.

pip install llama-index-embeddings-openai-like; python llama_index_openai.py URL [KEY]
"""

import sys

from llama_index.embeddings.openai_like import OpenAILikeEmbedding

TEXTS = ["Waterproof trail runner with a grippy sole", "Rain cover for shoes"]


def embed(url: str, key: str, texts: list[str], kind: str, model: str = "any") -> list[list[float]]:
    """A vector of each text; `kind` is document or query."""
    embedding = OpenAILikeEmbedding(
        model_name=model,
        api_base=f"{url}/{kind}/v1",
        api_key=key,
        max_retries=0,
    )
    return embedding.get_text_embedding_batch(texts)


if __name__ == "__main__":
    url, key = (*sys.argv[1:], "any")[:2]
    for text, vector in zip(TEXTS, embed(url, key, TEXTS, "document"), strict=True):
        print(f"{len(vector)} numbers: {text}")
