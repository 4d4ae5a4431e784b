"""A folder with queries and qrels as BEIR has it, or with TREC's files.

queries  queries.jsonl[.zst]: {"_id", "text"}; queries.tsv, topics.tsv: ID, tab, text
qrels    qrels/test.tsv; qrels.tsv, qrels.txt, qrels; or the only qrels/*.tsv, or the only *.qrels:
         TREC's four columns or three, with BEIR's line of headings or without

The documents are not read here (https://github.com/beir-cellar/beir); `model check` reads them.
"""

import json
import shutil
from dataclasses import replace
from pathlib import Path

from sidecar.judgements.files import read_text
from sidecar.judgements.judgements import Judgements, JudgementsError
from sidecar.workshop.judgements import trec
from sidecar.workshop.judgements.query_texts import read_query_texts

QUERIES, QRELS = "queries.jsonl", Path("qrels") / "test.tsv"
QUERY_FILES = (QUERIES, f"{QUERIES}.zst", "queries.tsv", "topics.tsv")
QRELS_FILES = (QRELS, "qrels.tsv", "qrels.txt", "qrels")
QRELS_PATTERNS = ("qrels/*.tsv", "*.qrels")


def read(folder: Path) -> Judgements:
    """Raises JudgementsError."""
    qrels = _qrels(folder)
    judgements = trec.read(qrels, read_text(qrels))
    file = query_file(folder)
    if file is None:
        return judgements
    texts = read_query_texts(file)
    without = [query for query in judgements.grades if query not in texts]
    judgements = judgements.with_texts(texts)
    if not without:
        return judgements
    note = (
        f"{file}: {len(without)} of {len(judgements.grades)} queries that {qrels.name} judges are "
        f"not there, such as {without[0]!r}: they are left out"
    )
    return replace(judgements, notes=(note, *judgements.notes))


def query_file(folder: Path) -> Path | None:
    """The file with the queries' texts."""
    return next(filter(Path.is_file, (folder / name for name in QUERY_FILES)), None)


def _qrels(folder: Path) -> Path:
    """The first of the files with a known name, or the only one with a known ending."""
    for name in QRELS_FILES:
        if (folder / name).is_file():
            return folder / name
    found = [file for pattern in QRELS_PATTERNS for file in sorted(folder.glob(pattern))]
    if not found:
        raise JudgementsError(
            f"{folder} has no qrels.tsv and no qrels/test.tsv, qrels.txt, qrels or *.qrels"
        )
    if len(found) > 1:
        names = ", ".join(file.name for file in found)
        raise JudgementsError(
            f"{folder} has {names}: name one of these files, or call it qrels.tsv"
        )
    return found[0]


def write(judgements: Judgements, folder: Path) -> None:
    """Writes the folder in one step, of judgements with the texts of all queries.

    Raises JudgementsError; also for an ID with a tab or a line break.
    """
    rows = ({"_id": query, "text": judgements.texts[query]} for query in judgements.grades)
    queries = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    qrels = _qrels_of(judgements)
    part = folder.with_name(f"{folder.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        (part / QRELS).parent.mkdir(parents=True)
        (part / QUERIES).write_text(queries, encoding="utf8")
        (part / QRELS).write_text(qrels, encoding="utf8")
        part.rename(folder)
    except OSError as fault:
        shutil.rmtree(part, ignore_errors=True)
        raise JudgementsError(f"{folder} cannot be written: {fault.strerror}") from None


def _qrels_of(judgements: Judgements) -> str:
    lines = ["\t".join(trec.HEADINGS) + "\n"]
    for query, graded in judgements.grades.items():
        for document, grade in graded.items():
            if any(char in name for name in (query, document) for char in "\t\n\r"):
                raise JudgementsError(f"an ID with a tab or a line break: {query!r}, {document!r}")
            lines.append(f"{query}\t{document}\t{grade:.10g}\n")
    return "".join(lines)
