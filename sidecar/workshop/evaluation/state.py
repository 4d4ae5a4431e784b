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
from types import TracebackType
from typing import IO, Any, Self

import orjson

from sidecar.workshop.evaluation.candidates import EvaluationError

HEAD = {"rerank-sidecar": "evaluation scores", "version": 1}


@dataclass
class Kept:
    """What is known of one query under one scorer."""

    scores: dict[str, float] = field(default_factory=dict)
    """digest of a document -> score"""
    seconds: float = 0.0
    """What all of them took to score."""


class State:
    """The file, opened for appending. Use it as a context manager."""

    def __init__(self, path: Path) -> None:
        """Reads what the file holds; a line that an interrupted run left unfinished is dropped.

        Raises EvaluationError for a file that is no state, or cannot be written.
        """
        self._kept: dict[tuple[str, str], Kept] = {}
        self._path = path
        try:
            self._read(path)
            self._file: IO[bytes] = path.open("ab")
        except OSError as fault:
            raise EvaluationError(f"--state {path}: {fault.strerror}") from None
        if self._file.tell() == 0:
            self._append(HEAD)

    def _read(self, path: Path) -> None:
        if not path.exists():
            return
        head, *lines = path.read_bytes().split(b"\n")
        if not head and not lines:
            return
        if _value(head) != HEAD:
            raise EvaluationError(f"--state {path}: holds no scores of an evaluation")
        unfinished = len(lines.pop()) if lines else 0
        if unfinished:
            with path.open("r+b") as file:
                file.truncate(path.stat().st_size - unfinished)
        for line in lines:
            row = _value(line)
            try:
                kept = self.of(row["scorer"], row["query"])
                kept.scores.update(zip(row["documents"], row["scores"], strict=True))
                kept.seconds += row["seconds"]
            except (TypeError, KeyError, ValueError):
                continue  # A damaged line costs its scores, and nothing else.

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
        """Keeps the scores of documents, by their digests. On the disk when it returns, as far as
        this process can tell."""
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

    def _append(self, row: Any) -> None:
        self._file.write(orjson.dumps(row) + b"\n")
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        if not any(kept.scores for kept in self._kept.values()):
            self._path.unlink(missing_ok=True)  # A run that was refused leaves nothing behind.


def digest(value: Any) -> str:
    """Sixteen hexadecimal digits that tell queries and documents apart."""
    return hashlib.blake2b(json_bytes(value), digest_size=8).hexdigest()


def json_bytes(value: Any) -> bytes:
    """The value as JSON. Integers beyond 64 bits and lone surrogates are orjson's limits."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value).encode()


def _value(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
