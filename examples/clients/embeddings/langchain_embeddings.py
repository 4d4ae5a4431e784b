"""LangChain's OpenAIEmbeddings. The address says what the texts are.

pip install langchain-openai; python langchain_embeddings.py URL [KEY]
"""

import sys

from langchain_openai import OpenAIEmbeddings

TEXTS = ["Waterproof trail runner with a grippy sole", "Rain cover for shoes"]


def embed(url: str, key: str, texts: list[str], kind: str, model: str = "any") -> list[list[float]]:
    """A vector of each text; `kind` is document or query."""
    embeddings = OpenAIEmbeddings(
        model=model,
        base_url=f"{url}/{kind}/v1",
        api_key=key,
        check_embedding_ctx_length=False,  # else it sends OpenAI's token ids
        max_retries=0,
    )
    return embeddings.embed_documents(texts)


if __name__ == "__main__":
    url, key = (*sys.argv[1:], "any")[:2]
    for text, vector in zip(TEXTS, embed(url, key, TEXTS, "document"), strict=True):
        print(f"{len(vector)} numbers: {text}")
