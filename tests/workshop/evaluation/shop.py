"""A shop with few queries, and scorers that need no model."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sidecar.workshop.evaluation.configuration import Configuration
from sidecar.workshop.evaluation.evaluate import EvaluationSpec
from sidecar.workshop.evaluation.hit_scorers import Document
from sidecar.workshop.evaluation.measures import Grading
from sidecar.workshop.evaluation.scoring import Open

QUERIES = 30
HITS = 12


def write_shop(folder: Path, queries: int = QUERIES, hits: int = HITS) -> EvaluationSpec:
    """Judgements and candidates: the best document is the last hit, the second best the first."""
    judged, rows = [], []
    for number in range(queries):
        query = f"query {number}"
        found = [
            {"_id": f"{number}-{rank}", "_score": 9.0 - rank, "_source": {"rank": rank}}
            for rank in range(hits)
        ]
        rows.append({"query": query, "hits": found})
        judged += [
            f"{query},{number}-{hits - 1},3",
            f"{query},{number}-0,1",
            f"{query},{number}-5,0",
        ]
    return write_files(folder, judged, rows, hits)


def write_files(
    folder: Path, judged: Sequence[str], rows: Sequence[Mapping[str, Any]], hits: int
) -> EvaluationSpec:
    """Files with judgements (query, document and grade, with commas between) and candidates."""
    (folder / "judgements.csv").write_text("\n".join(["query,docid,rating", *judged]))
    (folder / "candidates.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return EvaluationSpec(
        judgements=folder / "judgements.csv",
        candidates=folder / "candidates.jsonl",
        state=folder / "state.jsonl",
        grading=Grading(),
        size=hits,
    )


@dataclass
class Scorer:
    """Scores by the first stage's rank, the last hit highest; or the other way round."""

    calls: list[tuple[str, int]] = field(default_factory=list)
    """(query, documents) of every call."""
    fails_at: int | None = None
    """The call at which it is interrupted."""

    def key(self, configuration: Configuration) -> str:
        return configuration.profile or "plain"

    def score(
        self, configuration: Configuration, query: str, documents: Sequence[Document]
    ) -> list[float]:
        if len(self.calls) == self.fails_at:
            raise KeyboardInterrupt
        self.calls.append((query, len(documents)))
        sign = -1 if configuration.profile == "reversed" else 1
        return [sign * float(_rank(document)) for document in documents]

    def opening(self) -> Open:
        """What `evaluate` opens scorers with."""

        @contextmanager
        def opened(place: Any) -> Iterator["Scorer"]:
            yield self

        return opened


def _rank(document: Document) -> float:
    assert not isinstance(document, str)
    return float(document["rank"])
