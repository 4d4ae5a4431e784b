"""Scores that were measured, in a file, so that a rerun goes on where the last one ended.

A line for each request: what scored it, its query, and for each document a digest and the score. So
a score is used again only where model, profile, query and document are the same, whatever else
changed: hits, judgements, windows, metrics.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from sidecar.workshop.evaluation.candidates import EvaluationError
from sidecar.workshop.state_file import OtherHead, StateFile

HEAD = {"rerank-sidecar": "evaluation scores", "version": 1}


@dataclass
class Kept:
    """What is known of one query under one scorer."""

    scores: dict[str, float] = field(default_factory=dict)
    """digest of a document -> score"""
    seconds: float = 0.0
    """What all of them took to score."""


class State(StateFile):
    """The file, opened for appending. Use it as a context manager."""

    def __init__(self, path: Path) -> None:
        """Reads what the file holds. Raises EvaluationError for a file that is no state, or cannot
        be written."""
        self._kept: dict[tuple[str, str], Kept] = {}
        try:
            super().__init__(path, HEAD)
        except OtherHead:
            raise EvaluationError(f"--state {path}: holds no scores of an evaluation") from None
        except OSError as fault:
            raise EvaluationError(f"--state {path}: {fault.strerror}") from None

    def _take(self, row: Any) -> None:
        kept = self.of(row["scorer"], row["query"])
        kept.scores.update(zip(row["documents"], row["scores"], strict=True))
        kept.seconds += row["seconds"]

    def of(self, scorer: str, query: str) -> Kept:
        """What is known of the query, by its digest, under the scorer of that key."""
        return self._kept.setdefault((scorer, query), Kept())

    def add(
        self,
        scorer: str,
        query: str,
        documents: Sequence[str],
        scores: Sequence[float],
        seconds: float,
    ) -> None:
        """Keeps the scores of documents, by their digests."""
        kept = self.of(scorer, query)
        kept.scores.update(zip(documents, scores, strict=True))
        kept.seconds += seconds
        self._append(
            {
                "scorer": scorer,
                "query": query,
                "documents": list(documents),
                "scores": list(scores),
                "seconds": seconds,
            }
        )


def digest(value: Any) -> str:
    """Sixteen hexadecimal digits that tell queries and documents apart."""
    return hashlib.blake2b(_json_bytes(value), digest_size=8).hexdigest()


def _json_bytes(value: Any) -> bytes:
    """The value as JSON. Integers beyond 64 bits and lone surrogates are orjson's limits."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value).encode()
