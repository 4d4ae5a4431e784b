"""The pairs that a calibration was fitted on, kept so that another model can be calibrated on them.

A line says what was calibrated and how; each other line holds a query with its hits as they were
sent, and the grades of those that are judged.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sidecar.errors import ModelError
from sidecar.judgements.files import write_text
from sidecar.judgements.judgements import Judgements
from sidecar.workshop.evaluation.candidates import Candidates, Hit, title_of
from sidecar.workshop.jsonl import read_jsonl
from sidecar.workshop.scored_hits.judged_parts import FittingError

KIND = "rerank-sidecar calibrated pairs"
ENDING_OF_PAIRS = ".pairs.jsonl"


@dataclass(frozen=True)
class Calibrating:
    """How a profile was calibrated, and what came of it."""

    profile: str
    """The profile that was calibrated: the name of a shipped one, or a file beside this one."""
    score_revision: str
    temperature: float
    bias: float
    relevant: float
    """The lowest relevant grade."""
    unjudged_irrelevant: bool
    precision: float | None
    """That a threshold was asked for."""
    min_score: float | None
    kind: str = KIND
    version: int = 1


def path_beside(out: Path) -> Path:
    """Where the pairs of a profile's file are kept."""
    return out.with_name(f"{out.stem}{ENDING_OF_PAIRS}")


def write_pairs(
    path: Path, how: Calibrating, candidates: Sequence[Candidates], judgements: Judgements
) -> None:
    """Writes the file in one step. Raises JudgementsError."""
    lines = [asdict(how), *(_row(each, judgements) for each in candidates)]
    write_text(path, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


def read_pairs(path: Path) -> tuple[Calibrating, list[Candidates], Judgements]:
    """Raises FittingError for what is no such file."""
    try:
        (_, head), *rows = read_jsonl(path)
        if not isinstance(head, dict) or head.get("kind") != KIND:
            raise FittingError(f"{path} holds no pairs of a calibration")
        how = Calibrating(**head)
        candidates, grades, weights = [], {}, {}
        for _, row in rows:
            each = _candidates(row)
            candidates.append(each)
            grades[each.query_id] = dict(row["grades"])
            if row.get("weights"):
                weights[each.query_id] = dict(row["weights"])
    except (ModelError, TypeError, KeyError, ValueError) as fault:
        message = fault.message if isinstance(fault, ModelError) else f"{path} is damaged"
        raise FittingError(message) from None
    return how, candidates, Judgements(grades, {c.query_id: c.query for c in candidates}, weights)


def _row(candidates: Candidates, judgements: Judgements) -> dict[str, Any]:
    judged = judgements.grades.get(candidates.query_id, {})
    shown = {hit.id for hit in candidates.hits}
    weights = judgements.weights.get(candidates.query_id, {})
    return {
        "query_id": candidates.query_id,
        "query": candidates.query,
        "hits": [
            {"_id": hit.id, "_score": hit.score, "document": hit.document}
            for hit in candidates.hits
        ],
        "grades": {document: grade for document, grade in judged.items() if document in shown},
        **({"weights": dict(weights)} if weights else {}),
    }


def _candidates(row: Mapping[str, Any]) -> Candidates:
    hits = tuple(
        Hit(hit["_id"], hit["document"], _title(hit["document"]), hit["_score"])
        for hit in row["hits"]
    )
    return Candidates(row["query_id"], row["query"], hits)


def _title(document: Mapping[str, Any] | str) -> str:
    return title_of({} if isinstance(document, str) else document, document, None)
