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
    """document ID -> text.

    Raises ModelError: no such file, none in it, a malformed line, or two texts of one document.
    """
    file = next(filter(Path.is_file, (folder / name for name in CORPUS_FILES)), None)
    if file is None:
        raise _missing(folder, CORPUS_FILES)
    texts: dict[str, str] = {}
    for number, document, text in (_table_rows if file.suffix == ".tsv" else _rows)(file):
        if texts.setdefault(document, text) != text:
            raise ModelError(
                f"{file}, line {number}: document {document!r} has another text before"
            )
    if not texts:
        raise ModelError(f"{file} holds no document")
    return texts


def read_judged_queries(folder: Path) -> Judgements:
    """The grades, in the order of the file, and the texts of their queries.

    Raises ModelError: no such file, a malformed line, or two grades for one document.
    """
    if beir.query_file(folder) is None:
        raise _missing(folder, beir.QUERY_FILES)
    try:
        return beir.read(folder)
    except JudgementsError as fault:
        raise ModelError(fault.message) from None


def _missing(folder: Path, names: tuple[str, ...]) -> ModelError:
    packed = [f"{name}.gz" for name in names if (folder / f"{name}.gz").is_file()]
    advice = f": unpack {packed[0]} (gunzip)" if packed else ""
    return ModelError(f"the judged set {folder} has no {' and no '.join(names)}{advice}")


def _rows(file: Path) -> Iterator[tuple[int, str, str]]:
    for number, row in read_jsonl(file):
        if (
            not isinstance(row, dict)
            or not isinstance(row.get("_id"), str | int)
            or not (isinstance(row.get("text"), str) or row.get("fields"))
        ):
            raise ModelError(f'{file}, line {number} is not {{"_id", "text"}}')
        yield number, str(row["_id"]), _text(row)


def _table_rows(file: Path) -> Iterator[tuple[int, str, str]]:
    try:
        with file.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                document, tab, text = line.rstrip("\r\n").partition("\t")
                if line.strip() and not (document and tab):
                    raise ModelError(f"{file}, line {number}: not a document ID, a tab and a text")
                if document:
                    yield number, document, text
    except (OSError, UnicodeDecodeError) as fault:
        raise ModelError(f"{file} cannot be read: {fault}") from None


def _text(row: dict[str, Any]) -> str:
    """A product's fields become one text: title, brand, description, attributes."""
    fields = row.get("fields")
    if not fields:
        return f"{row['title']} {row['text']}" if row.get("title") else str(row["text"])
    head = [str(fields.get(key, "")) for key in ("title", "brand", "description")]
    return " ".join(head + [f"{k} {v}" for k, v in (fields.get("attributes") or {}).items()])
