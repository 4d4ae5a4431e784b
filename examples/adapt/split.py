"""Splits a folder with judgements into queries to train on and queries to measure on.

    python examples/adapt/split.py COLLECTION WORK [--test 120]

WORK/test is a folder with judgements of the first 120 usable queries, for `rerank-sidecar model
check`; WORK/train.jsonl has a line {"query", "text", "grade"} per judgement of the others.
"""

import argparse
import json
from pathlib import Path

from sidecar.workshop.model.check.judged_collection import JudgedCollection, Pool, read_judged


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
    write(arguments.work / "train.jsonl", rows)
    print(f"{len(train)} queries to train on ({len(rows)} judgements), {len(test)} to measure on")


def write_test(judged: JudgedCollection, pools: tuple[Pool, ...], folder: Path) -> None:
    """The pools as a folder with judgements, over the whole corpus."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "corpus.jsonl", [{"_id": i, "text": text} for i, text in judged.texts.items()])
    write(folder / "queries.jsonl", [{"_id": p.query_id, "text": p.query} for p in pools])
    lines = [f"{p.query_id}\t{i}\t{grade:g}\n" for p in pools for i, grade in p.grades.items()]
    (folder / "qrels.tsv").write_text("".join(lines), encoding="utf8")


def write(file: Path, rows: list[dict[str, object]]) -> None:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf8")


if __name__ == "__main__":
    main()
