"""Cohere's SDK: versions 2 and 1 of its API.

pip install cohere; python cohere_sdk.py URL [KEY]
"""

import sys

import cohere

TEXTS = ["Waterproof trail runner with a grippy sole", "Rain cover for shoes"]


def embed(
    url: str, key: str, texts: list[str], kind: str, model: str = "any", api: str = "ClientV2"
) -> list[list[float]]:
    """A vector of each text; `kind` is document or query, `api` ClientV2 or Client (version 1)."""
    client = getattr(cohere, api)(api_key=key, base_url=url)
    answer = client.embed(
        model=model, texts=texts, input_type=f"search_{kind}", embedding_types=["float"]
    )
    return answer.embeddings.float_


if __name__ == "__main__":
    url, key = (*sys.argv[1:], "any")[:2]
    for text, vector in zip(TEXTS, embed(url, key, TEXTS, "document"), strict=True):
        print(f"{len(vector)} numbers: {text}")
