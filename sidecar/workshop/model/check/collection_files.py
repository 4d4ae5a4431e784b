"""The files of a judged collection: documents, queries and grades, in the forms that people have.

documents  corpus.jsonl[.zst] as BEIR has it, or `fields`; collection.tsv, corpus.tsv: ID, tab, text
queries    queries.jsonl[.zst]; queries.tsv, topics.tsv
grades     qrels/test.tsv (BEIR), qrels.tsv, qrels.txt, qrels, or the only file *.qrels: TREC's four
           columns or three, with a line of headings or without
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sidecar.errors import ModelError
from sidecar.workshop.jsonl import read_jsonl
from sidecar.workshop.judgements import trec
from sidecar.workshop.judgements.files import read_text
from sidecar.workshop.judgements.judgements import JudgementsError
from sidecar.workshop.judgements.query_texts import read_query_texts

CORPUS_LINES, CORPUS_TABLES = "corpus.jsonl", ("collection.tsv", "corpus.tsv")
QUERY_LINES, QUERY_TABLES = "queries.jsonl", ("queries.tsv", "topics.tsv")
QRELS = ("qrels/test.tsv", "qrels.tsv", "qrels.txt", "qrels")


def read_documents(folder: Path) -> dict[str, str]:
    """document ID -> text. Raises ModelError: no such file, or a malformed line."""
    file = _first(folder, CORPUS_LINES, CORPUS_TABLES)
    if file.suffix == ".tsv":
        return dict(_table_rows(file))
    return {str(row["_id"]): _text(row) for row in _rows(file)}


def read_queries(folder: Path) -> dict[str, str]:
    """query ID -> text. Raises ModelError: no such file, or a malformed line."""
    file = _first(folder, QUERY_LINES, QUERY_TABLES)
    if file.suffix != ".tsv":
        return {str(row["_id"]): str(row["text"]) for row in _rows(file)}
    try:
        return read_query_texts(file)
    except JudgementsError as fault:
        raise ModelError(fault.message) from None


def read_grades(folder: Path) -> dict[str, dict[str, float]]:
    """query ID -> document ID -> grade, in the order of the file.

    Raises ModelError: no such file, a malformed line, or two grades for one document.
    """
    names = [folder / name for name in QRELS]
    found = [file for file in names if file.is_file()] or sorted(folder.glob("*.qrels"))
    if not found:
        raise ModelError(f"the judged set {folder} has no qrels.tsv and no {', no '.join(QRELS)}")
    try:
        grades = trec.read(found[0], read_text(found[0])).grades
    except JudgementsError as fault:
        raise ModelError(fault.message) from None
    return {query: dict(graded) for query, graded in grades.items()}


def _first(folder: Path, lines: str, tables: tuple[str, ...]) -> Path:
    names = (lines, f"{lines}.zst", *tables)
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise ModelError(f"the judged set {folder} has no {' and no '.join(names)}")


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    for number, row in read_jsonl(file):
        if not isinstance(row, dict) or "_id" not in row or not {"text", "fields"} & set(row):
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
