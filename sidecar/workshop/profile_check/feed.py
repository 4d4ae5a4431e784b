"""Documents from a file.

[{...}, {...}]                    a JSON array
{"hits": {"hits": [...]}}         a search engine's answer: its hits
{...}\\n{...}\\n                    JSON lines; actions of a bulk request are passed over
title,price\\nShoe,49\\n            CSV or TSV, by the file's name
"""

import csv
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import orjson

from sidecar.contracts.body import read_document
from sidecar.errors import StartupError
from sidecar.lenient_json import loads
from sidecar.request import Document

_TABLES = {".csv": ",", ".tsv": "\t"}
_ACTIONS = ({"index"}, {"create"}, {"update"}, {"delete"})


class FeedError(StartupError):
    """A file that holds no documents, or something else beside them."""

    code = "feed"


def read_feed(path: Path) -> list[Document]:
    """The file's documents. Raises FeedError, with the line or the document's number where there
    is one."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise FeedError(f"{path} cannot be read: {fault}") from None
    separator = _TABLES.get(path.suffix.lower())
    given = _rows(text, separator) if separator else _values(text, path.name)
    if not given:
        raise FeedError(f"{path} holds no documents")
    return [_document(value, f"{path.name}: document {n}") for n, value in enumerate(given, 1)]


def _document(value: object, place: str) -> Document:
    try:
        return read_document(value)
    except ValueError as fault:
        raise FeedError(f"{place}: {fault}") from None


def _rows(text: str, separator: str) -> list[Any]:
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # 131,072 characters at first
    rows = csv.DictReader(StringIO(text, newline=""), delimiter=separator)
    return [{key: value for key, value in row.items() if key and value} for row in rows]


def _values(text: str, name: str) -> list[Any]:
    try:
        whole = loads(text)
    except orjson.JSONDecodeError:
        return _lines(text, name)
    if isinstance(whole, list):
        return whole
    hits = whole.get("hits") if isinstance(whole, Mapping) else None
    inner = hits.get("hits") if isinstance(hits, Mapping) else hits
    return inner if isinstance(inner, list) else [whole]


def _lines(text: str, name: str) -> list[Any]:
    values = []
    for place, line in enumerate(text.split("\n"), start=1):  # a string may hold U+2028
        if not line.strip():
            continue
        try:
            value = loads(line)
        except orjson.JSONDecodeError as fault:
            raise FeedError(f"{name}: line {place}: is not JSON: {fault}") from None
        if not (isinstance(value, dict) and set(value) in _ACTIONS):
            values.append(value)
    return values
