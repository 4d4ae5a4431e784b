"""Servers that make vectors, by OpenAI's route: the sidecar, and infinity."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sidecar.workshop.bench.compare.contender import (
    MAX_OUTPUT_CHARS,
    ContenderFailed,
    RoundResult,
    TextRequest,
)
from sidecar.workshop.bench.compare.servers import MODEL, InfinityServer, SidecarServer, send


class SidecarEmbeddings(SidecarServer):
    """The sidecar with an encoder."""

    def run(self, requests: Sequence[TextRequest], *, at_once: bool) -> RoundResult:
        """The cosines of each request. Raises ContenderFailed."""
        assert self._process, "started"
        return _embed(self._process.url, "/v1/embeddings", requests, at_once=at_once)


class InfinityEmbeddings(InfinityServer):
    """infinity's own server with an encoder."""

    def run(self, requests: Sequence[TextRequest], *, at_once: bool) -> RoundResult:
        """The cosines of each request. Raises ContenderFailed."""
        url = f"http://127.0.0.1:{self._port}"
        return _embed(url, "/embeddings", requests, at_once=at_once)


def _embed(url: str, path: str, requests: Sequence[TextRequest], *, at_once: bool) -> RoundResult:
    bodies = [
        {"model": MODEL, "input": [each.query, *each.documents], "encoding_format": "base64"}
        for each in requests
    ]
    return send(url, path, bodies, at_once=at_once, read=read_cosines)


def read_cosines(answer: Any, body: Mapping[str, Any]) -> tuple[float, ...]:
    """The cosine of the first text with each other one, of OpenAI's answer with base64. Raises
    ContenderFailed."""
    try:
        rows = sorted(answer["data"], key=lambda row: row["index"])
        vectors = np.stack(
            [np.frombuffer(base64.b64decode(row["embedding"]), "<f4") for row in rows]
        ).astype(np.float64)
    except (KeyError, TypeError, ValueError):
        raise ContenderFailed(
            f"its answer is not understood: {str(answer)[:MAX_OUTPUT_CHARS]}"
        ) from None
    if len(vectors) != len(body["input"]):
        raise ContenderFailed(f"{len(vectors)} vectors for {len(body['input'])} texts")
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return tuple((vectors[1:] @ vectors[0]).tolist())
