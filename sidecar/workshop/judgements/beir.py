"""A folder as BEIR has it: queries.jsonl, qrels/test.tsv and, where there is one, corpus.jsonl.

Queries are {"_id", "text"}; qrels have three columns, with BEIR's line of headings or without. Also
read: qrels.tsv beside the queries, as `model check` has it, and queries.jsonl.zst. The documents
are not read (https://github.com/beir-cellar/beir).
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sidecar.workshop.judgements import trec
from sidecar.workshop.judgements.files import read_text
from sidecar.workshop.judgements.judgements import Judgements, JudgementsError
from sidecar.workshop.judgements.query_texts import json_texts

QUERIES, QRELS = "queries.jsonl", Path("qrels") / "test.tsv"


def read(folder: Path) -> Judgements:
    """Raises JudgementsError."""
    qrels = _qrels(folder)
    judgements = trec.read(qrels, read_text(qrels))
    plain, packed = folder / QUERIES, folder / f"{QUERIES}.zst"
    file = plain if plain.is_file() else packed
    texts = json_texts(file) if file.is_file() else {}
    without = [query for query in judgements.grades if texts and query not in texts]
    notes = [f"{file}: there is no query {query!r}, which {qrels.name} judges" for query in without]
    return replace(judgements.with_texts(texts), notes=(*judgements.notes, *notes))


def _qrels(folder: Path) -> Path:
    """The only file of qrels, or the one for testing."""
    found = sorted((folder / "qrels").glob("*.tsv"))
    if not found:
        found = [path for path in [folder / "qrels.tsv"] if path.is_file()]
    if not found:
        raise JudgementsError(f"{folder} has no qrels/test.tsv and no qrels.tsv")
    if len(found) == 1:
        return found[0]
    if folder / QRELS in found:
        return folder / QRELS
    names = ", ".join(path.name for path in found)
    raise JudgementsError(f"{folder / 'qrels'} has {names}: name one of these files")


def qrels_of(judgements: Judgements) -> str:
    """BEIR's qrels, with its headings.

    Raises JudgementsError for an ID with a tab or a line break.
    """
    lines = ["\t".join(trec.HEADINGS) + "\n"]
    for query, graded in judgements.grades.items():
        for document, grade in graded.items():
            if any(char in name for name in (query, document) for char in "\t\n\r"):
                raise JudgementsError(f"an ID with a tab or a line break: {query!r}, {document!r}")
            lines.append(f"{query}\t{document}\t{grade:.10g}\n")
    return "".join(lines)


def texts_of(judgements: Judgements) -> Mapping[str, str]:
    """The text of every query. Raises JudgementsError where one is not known."""
    if unknown := [query for query in judgements.grades if query not in judgements.texts]:
        raise JudgementsError(f"the text of query {unknown[0]!r} is not known: --queries")
    return judgements.texts
