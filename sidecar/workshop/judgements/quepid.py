"""Quepid's CSV of a case: query, docid, rating, in that order or another.

A query without a rating is a row with the query alone. Quepid puts a space before a text that a
spreadsheet would take for a formula; spaces around a value mean nothing
(https://github.com/o19s/quepid, app/views/api/v1/export/ratings).
"""

import csv
import io
from pathlib import Path

from sidecar.judgements.collecting import Collector
from sidecar.judgements.judgements import Judgements, JudgementsError

HEADINGS = ("query", "docid", "rating")
_FORMULA = ("-", "=", "+", "@")


def is_quepid(head: str) -> bool:
    """Whether the first line of a file looks like it."""
    return {*HEADINGS} <= {*_headings(head)}


def read(file: Path, text: str) -> Judgements:
    """Queries are named by their texts. Raises JudgementsError."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # 131,072 characters at first
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    collector = Collector(file)
    try:
        headings = [heading.strip().lower() for heading in next(rows, [])]
        if missing := [name for name in HEADINGS if name not in headings]:
            raise JudgementsError(f"{file}, line 1: there is no column {', '.join(missing)}")
        for row in rows:
            cells = dict(zip(headings, (cell.strip() for cell in row), strict=False))
            _add(collector, rows.line_num, cells)
    except csv.Error as fault:
        raise JudgementsError(f"{file}, line {rows.line_num}: {fault}") from None
    return collector.done()


def _add(collector: Collector, line: int, cells: dict[str, str]) -> None:
    query, document, rating = (cells.get(name, "") for name in HEADINGS)
    if query and not rating:
        collector.query(query, query)  # not rated yet
    elif any((query, document, rating)):
        collector.add(line, query, document, rating, text=query)


def text_of(judgements: Judgements) -> str:
    """The file, of judgements with the texts of all queries: a row for each judgement, or the query
    alone where it has none."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(HEADINGS)
    for query, graded in judgements.grades.items():
        text = _safe(judgements.texts[query])
        writer.writerows((text, document, f"{grade:.10g}") for document, grade in graded.items())
        if not graded:
            writer.writerow((text,))
    return lines.getvalue()


def _safe(text: str) -> str:
    return f" {text}" if text.startswith(_FORMULA) else text


def _headings(line: str) -> list[str]:
    try:
        return [cell.strip().lower() for cell in next(csv.reader([line]), [])]
    except csv.Error:
        return []
