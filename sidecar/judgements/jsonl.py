"""JSON lines, one judgement each.

{"query": "red shoes", "document_id": "p1", "grade": 2}
{"query_id": "q7", "query": "red shoes", "document_id": "p2", "grade": 0.8, "weight": 31.5}

A query without an ID is named by its text. A weight is the judgement's effective sample size.
"""

import json
from pathlib import Path
from typing import Any

import orjson

from sidecar.judgements.collecting import Collector
from sidecar.judgements.judgements import Judgements
from sidecar.lenient_json import loads

_KEYS = {"query_id", "query", "document_id", "grade", "weight"}


def is_jsonl(value: Any) -> bool:
    """Whether the value of a file's first line looks like it."""
    return isinstance(value, dict) and {"document_id", "grade"} <= value.keys()


def read(file: Path, text: str) -> Judgements:
    """Raises JudgementsError."""
    collector = Collector(file)
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            _add(collector, number, line)
    return collector.done()


def _add(collector: Collector, number: int, line: str) -> None:
    try:
        row = loads(line)
    except orjson.JSONDecodeError as fault:
        collector.fault(number, f"is not JSON: {fault.msg}")
        return
    if not isinstance(row, dict):
        collector.fault(number, "is not a JSON object")
        return
    if unknown := row.keys() - _KEYS:
        collector.fault(number, f"unknown key {', '.join(map(repr, sorted(unknown)))}")
        return
    text = row.get("query")
    if text is not None and not isinstance(text, str):
        collector.fault(number, "the query is not a text")
        return
    collector.add(
        number,
        row.get("query_id", text),
        row.get("document_id"),
        row.get("grade"),
        text=text,
        weight=row.get("weight"),
    )


def text_of(judgements: Judgements) -> str:
    """The file, with all that is known."""
    lines = []
    for query, graded in judgements.grades.items():
        text = judgements.texts.get(query)
        weights = judgements.weights.get(query, {})
        for document, grade in graded.items():
            row: dict[str, Any] = {}
            if query != text:
                row["query_id"] = query
            if text is not None:
                row["query"] = text
            row |= {"document_id": document, "grade": grade}
            if document in weights:
                row["weight"] = weights[document]
            lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    return "".join(lines)
