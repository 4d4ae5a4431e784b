"""A query's hits once they are scored, and the file that keeps them.

The first line of the file says what scored, each other line holds a query. So a run that was
interrupted goes on where it was, and fitting again costs no model. A query whose text or hits have
changed is scored anew.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from sidecar.profile import Profile
from sidecar.workshop.scored_hits.judged_parts import FittingError
from sidecar.workshop.scored_hits.probe import Column, uncalibrated
from sidecar.workshop.state_file import OtherHead, StateFile

KIND = "rerank-sidecar parts of scored pairs"


@dataclass(frozen=True)
class ScoredQuery:
    """A query's hits, in the order of the first stage."""

    query_id: str
    documents: tuple[str, ...]
    """Their IDs."""
    model: tuple[float, ...]
    """[documents]: the model's part of each logit."""
    columns: dict[Column, list[float]]
    """(kind, name) -> values [documents] at weight 1: see `probe`."""


@dataclass(frozen=True)
class PartsHead:
    """What the parts depend on beside query and hits."""

    score_revision: str
    profile: str
    """A digest of it and of its encoders, without the calibration, which no part depends on."""
    kind: str = KIND
    version: int = 1

    @classmethod
    def of(
        cls, profile: Profile, score_revision: str, encoder_revisions: Sequence[str] = ()
    ) -> Self:
        text = "".join([uncalibrated(profile).model_dump_json(), *encoder_revisions])
        return cls(score_revision, hashlib.sha256(text.encode()).hexdigest()[:16])


class PartsFile(StateFile):
    """The file, opened for appending. A context manager."""

    def __init__(self, path: Path, head: PartsHead) -> None:
        """Reads what the file holds.

        Raises FittingError for a file of something else, of another profile or another model, or
        one that cannot be written.
        """
        self._known: dict[str, tuple[str, ScoredQuery]] = {}
        try:
            super().__init__(path, asdict(head))
        except OtherHead as fault:
            raise FittingError(f"--parts {path}: {_refusal(fault.head)}") from None
        except OSError as fault:
            raise FittingError(f"--parts {path}: {fault.strerror}") from None

    def find(self, query_id: str, digest: str) -> ScoredQuery | None:
        """What is known of the query, if its digest is still the same."""
        known, scored = self._known.get(query_id, ("", None))
        return scored if known == digest else None

    def add(self, digest: str, scored: ScoredQuery) -> None:
        """Writes the query; a later line for the same query replaces an earlier one."""
        self._known[scored.query_id] = digest, scored
        columns = {f"{kind} {name}": values for (kind, name), values in scored.columns.items()}
        self._append(
            {
                "query": scored.query_id,
                "digest": digest,
                "documents": scored.documents,
                "model": scored.model,
                "columns": columns,
            }
        )

    def _take(self, row: Any) -> None:
        self._known[row["query"]] = row["digest"], _scored(row)


def _refusal(head: Any) -> str:
    if not isinstance(head, dict) or head.get("kind") != KIND:
        return "holds something else than parts of pairs"
    return (
        "its pairs were scored with another profile, model or version: name another file, or "
        "delete it"
    )


def default_parts(out: Path, score_revision: str) -> Path:
    """Beside the file that is written, one for each score revision."""
    return out.with_name(f"{out.stem}.{score_revision}.parts.jsonl")


def digest_of(query: str, documents: object) -> str:
    """Sixteen hexadecimal digits that tell queries with their documents apart."""
    text = json.dumps([query, documents], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf8", "surrogatepass")).hexdigest()[:16]


def _scored(row: dict[str, Any]) -> ScoredQuery:
    columns: dict[Column, list[float]] = {}
    for key, values in row["columns"].items():
        kind, _, name = key.partition(" ")
        columns[kind, name] = values
    return ScoredQuery(row["query"], tuple(row["documents"]), tuple(row["model"]), columns)
