"""A user's training data: pairs in JSON lines, or a folder with graded judgements.

A line of pairs: {"query", "text"[, "grade"][, "weight"][, "negatives": [...]]}. Without a grade
the text answers the query (grade 1); grade 0 marks a text that does not. `label` and `document` are
read as `grade` and `text`. Files may be compressed (.jsonl.zst).
"""

import math
import zlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sidecar.errors import ModelError
from sidecar.workshop.jsonl import read_jsonl
from sidecar.workshop.model.check.judged_collection import read_judged


@dataclass
class JudgedQuery:
    """A query and the grades of some texts."""

    source: str
    """Name of the file or collection."""
    query: str
    grades: dict[str, float] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    """What each text counts for in the loss, where that is not 1."""


def read_pairs(file: Path) -> list[JudgedQuery]:
    """The file's queries with their texts. Raises ModelError with the first malformed line."""
    if not file.is_file():
        raise ModelError(f"no training pairs {file}")
    queries: dict[str, JudgedQuery] = {}
    name = file.name.split(".")[0]
    for number, row in read_jsonl(file):
        try:
            query, text, grade, negatives = _pair(row)
            weight = _weight(row)
        except ValueError as fault:
            raise ModelError(f"{file}, line {number}: {fault}") from None
        judged = queries.setdefault(query, JudgedQuery(name, query))
        grades = judged.grades
        grades[text] = max(grade, grades.get(text, 0.0))
        if weight is not None:
            judged.weights[text] = max(weight, judged.weights.get(text, 0.0))
        for negative in negatives:
            grades.setdefault(negative, 0.0)
    grades_of_all = (query.grades.values() for query in queries.values())
    if not any(grade > 0 for grades_of_query in grades_of_all for grade in grades_of_query):
        raise ModelError(f"{file} has no text that answers a query")
    return list(queries.values())


def read_judgements(folder: Path) -> tuple[list[JudgedQuery], list[str]]:
    """(queries with their judged texts, all texts). Raises ModelError as `read_judged` does."""
    judged = read_judged(folder, None)
    queries = [
        JudgedQuery(judged.name, pool.query, {judged.texts[i]: g for i, g in pool.grades.items()})
        for pool in judged.pools
    ]
    return queries, list(judged.texts.values())


def split(
    queries: Iterable[JudgedQuery], one_in: int
) -> tuple[list[JudgedQuery], list[JudgedQuery]]:
    """(to train on, held out): one query in `one_in` is held out, the same ones in every run."""
    parts: dict[bool, list[JudgedQuery]] = defaultdict(list)
    for judged_query in queries:
        parts[zlib.crc32(judged_query.query.lower().encode()) % one_in == 0].append(judged_query)
    return parts[False], parts[True]


def _pair(row: Any) -> tuple[str, str, float, list[str]]:
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    query, text = row.get("query"), row.get("text", row.get("document"))
    if not isinstance(query, str) or not isinstance(text, str) or not query or not text:
        raise ValueError('"query" and "text" must be texts that are not empty')
    grade = row.get("grade", row.get("label", 1))
    if isinstance(grade, str) and grade.isdigit():
        grade = int(grade)
    if isinstance(grade, bool) or not isinstance(grade, int | float) or grade < 0:
        raise ValueError('"grade" must be a number, 0 or more')
    negatives = row.get("negatives", [])
    if not isinstance(negatives, list) or not all(isinstance(n, str) for n in negatives):
        raise ValueError('"negatives" must be a list of texts')
    return query, text, float(grade), negatives


def _weight(row: dict[str, Any]) -> float | None:
    weight = row.get("weight")
    if weight is None:
        return None
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < math.inf:
        raise ValueError('"weight" must be a number above 0')
    return float(weight)
