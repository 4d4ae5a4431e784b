"""The texts of queries, for judgements that name queries by ID alone.

{"_id": "q1", "text": "red shoes"}     JSON lines; also `id`, `query_id` and `query`
q1<tab>red shoes                       a line each
q1,red shoes                           CSV, by the file's name; a line of headings is passed over
"""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sidecar.errors import ModelError
from sidecar.judgements.files import read_text
from sidecar.judgements.judgements import JudgementsError
from sidecar.workshop.jsonl import read_jsonl

_IDS, _TEXTS = ("_id", "id", "query_id", "qid"), ("text", "query", "query_text")
_HEADINGS = {*_IDS, "query-id"}


def read_query_texts(file: Path) -> dict[str, str]:
    """query ID -> text. Raises JudgementsError with the line that is not understood, or when two
    lines give one query different texts."""
    if ".jsonl" in file.name or file.suffix == ".json":
        return _json_texts(file)
    lines = read_text(file).split("\n")
    is_csv = file.suffix.lower() == ".csv"
    cells = csv.reader(lines) if is_csv else (line.rstrip("\r").split("\t") for line in lines)
    stripped = ([cell.strip() for cell in row] for row in cells)
    rows = [(number, row) for number, row in enumerate(stripped, 1) if any(row)]
    return _texts(file, rows[1:] if rows and _is_heading(rows[0][1]) else rows)


def _json_texts(file: Path) -> dict[str, str]:
    """The same of JSON lines."""
    try:
        rows = [(number, _pair(value)) for number, value in read_jsonl(file)]
    except ModelError as fault:
        raise JudgementsError(fault.message) from None
    return _texts(file, rows)


def _pair(value: Any) -> list[str]:
    if not isinstance(value, dict):
        return []
    names = [next((value[key] for key in keys if key in value), None) for keys in (_IDS, _TEXTS)]
    return [str(name) for name in names if isinstance(name, str | int)]


def _is_heading(row: list[str]) -> bool:
    return row[0].lower() in _HEADINGS


def _texts(file: Path, rows: Iterable[tuple[int, list[str]]]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for number, row in rows:
        query, text = row if len(row) == 2 else ("", "")
        query = query.strip()
        if not query or not text.strip():
            raise JudgementsError(f"{file}, line {number}: not a query ID and its text")
        if texts.setdefault(query, text) != text:
            raise JudgementsError(f"{file}, line {number}: query {query!r} has another text before")
    if not texts:
        raise JudgementsError(f"{file} holds no query")
    return texts
