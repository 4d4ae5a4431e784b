"""The files of a judged collection: documents, and judged queries as `judgements.beir` reads them.

documents  corpus.jsonl[.zst] as BEIR has it, or `fields`; collection.tsv, corpus.tsv: ID, tab, text
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sidecar.errors import ModelError
from sidecar.judgements.judgements import Judgements, JudgementsError
from sidecar.workshop.jsonl import read_jsonl
from sidecar.workshop.judgements import beir

CORPUS_FILES = ("corpus.jsonl", "corpus.jsonl.zst", "collection.tsv", "corpus.tsv")


def read_documents(folder: Path) -> dict[str, str]:
    """document ID -> text. Raises ModelError: no such file, or a malformed line."""
    file = next(filter(Path.is_file, (folder / name for name in CORPUS_FILES)), None)
    if file is None:
        raise ModelError(f"the judged set {folder} has no {' and no '.join(CORPUS_FILES)}")
    if file.suffix == ".tsv":
        return dict(_table_rows(file))
    return {str(row["_id"]): _text(row) for row in _rows(file)}


def read_judged_queries(folder: Path) -> Judgements:
    """The grades, in the order of the file, and the texts of their queries.

    Raises ModelError: no such file, a malformed line, or two grades for one document.
    """
    if beir.query_file(folder) is None:
        raise ModelError(f"the judged set {folder} has no {' and no '.join(beir.QUERY_FILES)}")
    try:
        return beir.read(folder)
    except JudgementsError as fault:
        raise ModelError(fault.message) from None


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    for number, row in read_jsonl(file):
        if (
            not isinstance(row, dict)
            or "_id" not in row
            or not (isinstance(row.get("text"), str) or row.get("fields"))
        ):
            raise ModelError(f'{file}, line {number} is not {{"_id", "text"}}')
        yield row


def _table_rows(file: Path) -> Iterator[tuple[str, str]]:
    try:
        with file.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                document, tab, text = line.rstrip("\r\n").partition("\t")
                if line.strip() and not (document and tab):
                    raise ModelError(f"{file}, line {number}: not a document ID, a tab and a text")
                if document:
                    yield document, text
    except (OSError, UnicodeDecodeError) as fault:
        raise ModelError(f"{file} cannot be read: {fault}") from None


def _text(row: dict[str, Any]) -> str:
    """A product's fields become one text: title, brand, description, attributes."""
    fields = row.get("fields")
    if not fields:
        return f"{row['title']} {row['text']}" if row.get("title") else str(row["text"])
    head = [str(fields.get(key, "")) for key in ("title", "brand", "description")]
    return " ".join(head + [f"{k} {v}" for k, v in (fields.get("attributes") or {}).items()])
