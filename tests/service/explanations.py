"""What the tests of this folder ask a real server, and how they read its explanations."""

import math
from typing import Any

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http_client import Answer, post

Entry = dict[str, Any]
"""One of an answer's explanations."""


def explained(
    server: SidecarProcess, query: object, documents: list[Any], **keys: Any
) -> list[Entry]:
    """The explanations in the order of the documents."""
    body = {"query": query, "documents": documents, "explain": True, **keys}
    answer = post(server, "/v2/rerank", body)
    assert answer.status == 200, answer.raw
    explanations: list[Entry] = sorted(
        answer.body["explanations"], key=lambda entry: entry["index"]
    )
    return explanations


def logits(server: SidecarProcess, query: object, documents: list[Any], **keys: Any) -> list[float]:
    return [entry["logit"] for entry in explained(server, query, documents, **keys)]


def order(answer: Answer) -> list[int]:
    """The documents by descending score."""
    assert answer.status == 200, answer.raw
    results = answer.body["results"]
    scored = sorted(results, key=lambda item: -item["relevance_score"])
    return [item["index"] for item in scored]


def part(entry: Entry, kind: str, name: str | None = None) -> float:
    """The sum of the entry's parts of a kind, or of one name of it."""
    return math.fsum(
        item["value"]
        for item in entry["parts"]
        if item["kind"] == kind and (name is None or item["name"] == name)
    )
