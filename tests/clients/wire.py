"""Plain requests to a sidecar, for what a client should get. Standard library alone: it
also runs in the clients' environments."""

import json
import re
import urllib.request
from typing import Any


def ranking(
    url: str, key: str, query: str, documents: list[str], *, logits: bool
) -> list[tuple[int, float]]:
    """(index, score or logit) of all documents, best first, without any client."""
    body = {"query": query, "documents": documents, "raw_scores": logits}
    results = post(f"{url}/v2/rerank", key, body)["results"]
    return [(result["index"], result["relevance_score"]) for result in results]


def post(url: str, key: str, body: object) -> Any:
    """The answer's body. Raises urllib.error.HTTPError for a refusal."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def tokens_per_second(url: str) -> float:
    """What the sidecar has measured of itself."""
    with urllib.request.urlopen(f"{url}/info", timeout=10) as answer:
        rate: float = json.load(answer)["tokens_per_second"]
    return rate


def answered(url: str, dialect: str, status: int) -> int:
    """How many requests of the dialect the sidecar has answered with the status."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    name = rf'rerank_requests_total{{dialect="{dialect}",status="{status}"}} (\S+)'
    match = re.search(name, text)
    return int(float(match[1])) if match else 0
