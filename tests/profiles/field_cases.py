"""Structured cases: a query, documents as feeds write them, and what a profile must make of them.

    RERANK_CASES=FOLDER python -m tests.profiles.field_cases [--kind TEXT] [--id ID] [--verbose]

The folder holds `fields.jsonl` and, in `profiles/`, the profiles of its own that some cases name.
Each line: `query`, `documents`, `profile`; where the case claims an order, `right`, the index that
must come first (a list: any of them); `readings`: signal or rule -> document index -> the sign that
its part must have (0: no part). `any_rule` is the sum of all rules. Prints the cases that are not
wholly right.
"""

import argparse
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sidecar import Reranker

VARIABLE = "RERANK_CASES"


@dataclass(frozen=True)
class FieldCase:
    """One line of the file."""

    id: str
    kind: str
    query: str
    documents: Sequence[Any]
    profile: str
    right: int | Sequence[int] | None = None
    readings: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    note: str = ""


def read_cases(folder: Path) -> list[FieldCase]:
    lines = (folder / "fields.jsonl").read_text(encoding="utf-8").splitlines()
    return [FieldCase(**json.loads(line)) for line in lines]


def faults(case: FieldCase, reranker: Reranker) -> Iterator[str]:
    """What the profile gets wrong, one line each."""
    result = reranker.rerank(case.query, case.documents, profile=case.profile, explain=True)
    right = [case.right] if isinstance(case.right, int) else case.right
    if right and result.ranked[0].index not in right:
        yield f"first is {result.ranked[0].index}, not {case.right}"
    explanations: Any = result.explanations
    for entry in explanations:
        parts = entry["parts"]
        for name, signs in case.readings.items():
            if (expected := signs.get(str(entry["index"]))) is None:
                continue
            value = sum(part["value"] for part in parts if name in _names(part))
            if (value > 0) - (value < 0) != expected:
                yield f"{name} of {entry['index']} is {value:+.2f}, not {expected:+d}"


def _names(part: Mapping[str, Any]) -> tuple[str, ...]:
    """What a case may call the part. A field's match is no reading, even of a signal's name."""
    match part["kind"]:
        case "rule":
            return (part["name"], "any_rule")
        case "signal":
            return (part["name"],)
        case _:
            return ()


def main() -> None:
    parser = argparse.ArgumentParser(description="Structured cases that are not wholly right.")
    parser.add_argument("--kind", default="", help="only cases whose kind holds this text")
    parser.add_argument("--id", default="", help="only cases whose id begins so")
    parser.add_argument("--verbose", action="store_true", help="print the documents")
    options = parser.parse_args()
    folder = Path(os.environ[VARIABLE])
    cases = [
        case
        for case in read_cases(folder)
        if options.kind in case.kind and case.id.startswith(options.id)
    ]
    right = 0
    with Reranker.open(profiles=folder / "profiles") as reranker:
        for case in cases:
            wrong = list(faults(case, reranker))
            right += not wrong
            if wrong:
                print(f"{case.id} [{case.kind}; {case.profile}] {case.query!r}: {'; '.join(wrong)}")
            if wrong and options.verbose:
                for index, document in enumerate(case.documents):
                    print(f"    {index} {json.dumps(document, ensure_ascii=False)[:600]}")
    print(f"{right} of {len(cases)} wholly right")


if __name__ == "__main__":
    main()
