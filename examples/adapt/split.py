"""Splits a folder with judgements into queries to train on and queries to measure on.

    python examples/adapt/split.py COLLECTION WORK [--test 120]

WORK/test is a folder with judgements of the first 120 usable queries, for `rerank-sidecar model
check`; WORK/train.jsonl has a line {"query", "text", "grade"} per judgement of the others.
"""

import argparse
import json
from pathlib import Path

from sidecar.workshop.model.check.judged_collection import (
    JudgedCollection,
    Pool,
    read_judged,
    write_judged,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("collection", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--test", type=int, default=120)
    arguments = parser.parse_args()
    judged = read_judged(arguments.collection, None)
    test, train = judged.pools[: arguments.test], judged.pools[arguments.test :]
    write_test(judged, test, arguments.work / "test")
    rows = [
        {"query": pool.query, "text": judged.texts[i], "grade": grade}
        for pool in train
        for i, grade in pool.grades.items()
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (arguments.work / "train.jsonl").write_text(lines, encoding="utf8")
    print(f"{len(train)} queries to train on ({len(rows)} judgements), {len(test)} to measure on")


def write_test(judged: JudgedCollection, pools: tuple[Pool, ...], folder: Path) -> None:
    """The pools as a folder with judgements, over the whole corpus."""
    corpus = [{"_id": i, "text": text} for i, text in judged.texts.items()]
    queries = [{"_id": p.query_id, "text": p.query} for p in pools]
    grades = [(p.query_id, i, grade) for p in pools for i, grade in p.grades.items()]
    write_judged(folder, corpus, queries, grades)


if __name__ == "__main__":
    main()
