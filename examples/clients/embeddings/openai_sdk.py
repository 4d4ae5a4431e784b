"""OpenAI's SDK.

pip install openai; python openai_sdk.py URL [KEY]
"""

import sys

from openai import OpenAI

TEXTS = ["Waterproof trail runner with a grippy sole", "Rain cover for shoes"]


def embed(
    url: str, key: str, texts: list[str], kind: str, model: str = "any", **options: object
) -> list[list[float]]:
    """A vector of each text; `kind` is document or query."""
    client = OpenAI(api_key=key, base_url=f"{url}/v1", max_retries=0)
    answer = client.embeddings.create(
        model=model, input=texts, extra_body={"input_type": kind}, **options
    )
    return [row.embedding for row in answer.data]


if __name__ == "__main__":
    url, key = (*sys.argv[1:], "any")[:2]
    for text, vector in zip(TEXTS, embed(url, key, TEXTS, "document"), strict=True):
        print(f"{len(vector)} numbers: {text}")
