"""Candidates from a BEIR folder: for each query the documents that are judged for it.

A document of corpus.jsonl is {"_id", "fields": {...}}, or {"_id", "title", "text"} with any other
keys beside them, all of which are its fields. They are ranked as they stand in the judgements.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sidecar.errors import ModelError
from sidecar.judgements.judgements import Judgements
from sidecar.workshop.evaluation.candidates import Candidates, EvaluationError, Hit, title_of
from sidecar.workshop.jsonl import read_jsonl
from sidecar.workshop.judgements.missing import missing_documents, warn

CORPUS = "corpus.jsonl"


def read_judged_documents(folder: Path, judgements: Judgements) -> list[Candidates]:
    """The judged queries with their documents; queries without a text or a document are left out.
    Documents without a text are too, which is a warning in the log.

    Raises EvaluationError for a folder without a corpus, with the line that is not understood, or
    when no query is left.
    """
    wanted = {document for graded in judgements.grades.values() for document in graded}
    documents = _documents(folder, wanted)
    found = [
        Candidates(
            query,
            judgements.texts[query],
            tuple(documents[document] for document in graded if document in documents),
        )
        for query, graded in judgements.grades.items()
        if query in judgements.texts and any(document in documents for document in graded)
    ]
    if not found:
        raise EvaluationError(f"{folder} has no document that is judged for a query with a text")
    warn(missing_documents(judgements, documents, folder))
    return found


def _documents(folder: Path, wanted: set[str]) -> dict[str, Hit]:
    plain, packed = folder / CORPUS, folder / f"{CORPUS}.zst"
    file = plain if plain.is_file() else packed
    if not file.is_file():
        raise EvaluationError(f"{folder} has no {CORPUS}: --candidates FILE")
    found: dict[str, Hit] = {}
    try:
        for number, row in read_jsonl(file):
            if not isinstance(row, dict) or not isinstance(row.get("_id"), str | int):
                raise EvaluationError(f'{file}, line {number}: is not {{"_id", ...}}')
            name = str(row["_id"])
            if name in wanted:
                document = _document(row)
                found[name] = Hit(name, document, title_of(document, document, None))
    except ModelError as fault:
        raise EvaluationError(fault.message) from None
    return found


def _document(row: Mapping[str, Any]) -> Mapping[str, Any]:
    fields = row.get("fields")
    if isinstance(fields, Mapping):
        return fields
    return {key: value for key, value in row.items() if key not in ("_id", "metadata") and value}
