"""Files of rows, and a ranker without a model: the longest title first.

python -m tests.workshop.bulk.by_length IN OUT    slow enough to be killed between two rows
"""

import contextlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sidecar.workshop.bulk.input_rows import InputRow
from sidecar.workshop.bulk.rerank_file import BulkOutcome, BulkSpec, rerank_file
from sidecar.workshop.bulk.reranked_row import Selection
from sidecar.workshop.bulk.row_ranker import (
    Ranking,
    RankingOptions,
    Rejected,
    query_and_documents,
    rank_in_threads,
)
from sidecar.workshop.model.progress import no_progress

ALL = Selection()


class ByLength:
    def __init__(self, identity: dict[str, Any], seconds: float = 0) -> None:
        """`seconds` is what a row takes."""
        self.seconds = seconds
        self.ranked: list[int] = []
        self._identity = identity

    def identity(self) -> dict[str, Any]:
        return self._identity

    def in_order(self, rows: Iterator[InputRow]) -> Iterator[tuple[InputRow, Ranking | Rejected]]:
        return rank_in_threads(self.rank, rows, workers=2)

    def rank(self, row: InputRow) -> Ranking | Rejected:
        self.ranked.append(row.number)
        time.sleep(self.seconds)
        try:
            _, documents = query_and_documents(row, RankingOptions())
        except ValueError as fault:
            return Rejected(str(fault))
        lengths = [len(dict(document)["title"]) for document in documents]
        order = sorted(range(len(lengths)), key=lambda index: -lengths[index])
        return Ranking(tuple(order), tuple(lengths[index] / 100 for index in order))


def hit(number: int, title: str) -> dict[str, Any]:
    return {"_id": f"p{number}", "_score": 9.5 - number, "_source": {"title": title}}


def row(number: int, *titles: str) -> dict[str, Any]:
    hits = [hit(place, title) for place, title in enumerate(titles)]
    return {"query_id": f"q{number}", "query": "shoes", "hits": hits, "day": number}


def write_rows(path: Path, rows: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in rows))
    return path


def read_rows(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def spec(source: Path, target: Path, selection: Selection = ALL) -> BulkSpec:
    rejects = target.with_name(f"{target.name}.rejects.jsonl")
    return BulkSpec(source, target, rejects, RankingOptions(), selection)


def run(
    given: BulkSpec, identity: dict[str, Any] | None = None, seconds: float = 0
) -> tuple[BulkOutcome, list[int]]:
    """(what was written, the numbers of the rows that were ranked)."""
    ranker = ByLength(identity or {"model": "by length"}, seconds)

    @contextlib.contextmanager
    def opened(_: BulkSpec) -> Iterator[ByLength]:
        yield ranker

    return rerank_file(given, no_progress, opened), sorted(ranker.ranked)


if __name__ == "__main__":
    run(spec(Path(sys.argv[1]), Path(sys.argv[2])), seconds=0.005)
