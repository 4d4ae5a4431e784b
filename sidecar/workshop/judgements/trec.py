"""TREC qrels: query ID, iteration, document ID and grade, with spaces or tabs between.

Three columns are read too: query ID, document ID and grade; a line of headings before them is
passed over, as BEIR has it. Where tabs are the separators, IDs may hold spaces. The second of four
columns means nothing (https://trec.nist.gov/data/qrels_eng/).
"""

import re
from pathlib import Path

from sidecar.judgements.collecting import Collector
from sidecar.judgements.judgements import Judgements, JudgementsError

HEADINGS = ("query-id", "corpus-id", "score")
_SPACE = re.compile(r"\s")


def is_trec(head: str) -> bool:
    """Whether the first line of a file looks like it."""
    cells = columns(head)
    return tuple(cells) == HEADINGS or (len(cells) in (3, 4) and _is_number(cells[-1]))


def read(file: Path, text: str) -> Judgements:
    """Raises JudgementsError."""
    collector = Collector(file)
    add_rows(collector, text)
    return collector.done()


def add_rows(collector: Collector, text: str) -> None:
    """Adds every line of the text."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        cells = columns(line)
        if number == 1 and tuple(cells) == HEADINGS:
            continue
        match cells:
            case [query, document, grade] | [query, _, document, grade]:
                collector.add(number, query, document, grade)
            case _:
                expected = "not query ID, iteration (may be left out), document ID and grade"
                collector.fault(number, f"{expected}: it has {len(cells)} columns")


def columns(line: str) -> list[str]:
    """The cells of a line: between its tabs, or else between its spaces."""
    line = line.rstrip("\r\n")
    return line.split("\t") if "\t" in line else line.split()


def has_spaces(judgements: Judgements) -> bool:
    """Whether a query's ID has a space in it, as one that is the query's text."""
    return any(map(_SPACE.search, judgements.grades))


def without_spaces(judgements: Judgements) -> Judgements:
    """The judgements with their queries numbered where an ID has a space; else the very same."""
    if not has_spaces(judgements):
        return judgements
    numbers = {query: str(number) for number, query in enumerate(judgements.grades, 1)}
    texts = {number: judgements.texts.get(query, query) for query, number in numbers.items()}
    grades = {numbers[query]: graded for query, graded in judgements.grades.items()}
    return Judgements(grades, texts)


def query_rows(judgements: Judgements) -> str:
    """Each query's ID and text with a tab between, as `--queries` reads them."""
    return "".join(
        f"{query}\t{' '.join(text.split())}\n" for query, text in judgements.texts.items()
    )


def rows(judgements: Judgements) -> str:
    """The lines of four columns. Raises JudgementsError for a document's ID with a space in it."""
    lines = []
    for query, graded in judgements.grades.items():
        for document, grade in graded.items():
            if _SPACE.search(document):
                raise JudgementsError(
                    f"TREC qrels separate columns by spaces, and the ID {document!r} has one: "
                    "write beir or jsonl"
                )
            lines.append(f"{query} 0 {document} {grade:.10g}\n")
    return "".join(lines)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
