"""Candidates from a file of JSON lines, one query each.

{"query_id": "q1", "query": "red shoes",
 "hits": [{"_id": "p1", "_score": 12.5, "_source": {"title": "Red shoe"}}, ...]}

The hits are in the first stage's order. `hits` may be a search engine's own (`{"hits": [...]}`),
and a hit may have a `text` in place of a `_source`. Without a `query_id` a query is found in the
judgements by its text.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from sidecar.lenient_json import loads
from sidecar.workshop.evaluation.candidates import Candidates, EvaluationError, Hit, read_hit
from sidecar.workshop.judgements.collecting import listed
from sidecar.workshop.judgements.judgements import Judgements


def read_candidates(
    file: Path,
    judgements: Judgements,
    *,
    size: int,
    fields: Sequence[str] = (),
    id_field: str | None = None,
    title_field: str | None = None,
) -> list[Candidates]:
    """The candidates of judged queries, at most `size` hits each, in the order of the judgements.

    Raises EvaluationError with a line for each fault.
    """
    ids = {judgements.texts.get(query, query): query for query in judgements.grades}
    by_query: dict[str, Candidates] = {}
    lines: dict[str, int] = {}
    faults: list[str] = []
    for number, line in enumerate(_lines(file), 1):
        if not line.strip():
            continue
        try:
            row = _row(line)
            text = row["query"].strip() if isinstance(row.get("query"), str) else None
            query_id = str(row.get("query_id", ids.get(text or "", text)))
            if query_id in by_query:
                raise ValueError(f"query {query_id!r} was on line {lines[query_id]} already")
            known = judgements.texts.get(query_id)
            query = text or known
            if not query:
                raise ValueError(f"query {query_id!r} has no text")
            hits = _hits(row, size, lambda hit: read_hit(hit, fields, id_field, title_field))
        except ValueError as fault:
            faults.append(f"{file}, line {number}: {fault}")
            continue
        by_query[query_id], lines[query_id] = Candidates(query_id, query, hits), number
    if faults:
        raise EvaluationError(listed(faults))
    if not by_query:
        raise EvaluationError(f"{file} holds no candidates")
    return [by_query[query] for query in judgements.grades if query in by_query]


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8-sig").split("\n")
    except OSError as fault:
        raise EvaluationError(f"{file} cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError as fault:
        raise EvaluationError(f"{file} cannot be read: {fault}") from None


def _row(line: str) -> Mapping[str, Any]:
    try:
        row = loads(line)
    except orjson.JSONDecodeError as fault:
        raise ValueError(f"is not JSON: {fault.msg}") from None
    if not isinstance(row, dict) or not {"query", "query_id"} & row.keys() or "hits" not in row:
        raise ValueError('is not {"query": ..., "hits": [...]}')
    return row


def _hits(row: Mapping[str, Any], size: int, read: Any) -> tuple[Hit, ...]:
    hits = row["hits"]
    if isinstance(hits, dict):
        hits = hits.get("hits")
    if not isinstance(hits, list) or not all(isinstance(hit, dict) for hit in hits):
        raise ValueError("`hits` is no list of hits")
    found: dict[str, Hit] = {}
    for position, hit in enumerate(hits[:size], 1):
        try:
            each = read(hit)
        except ValueError as fault:
            raise ValueError(f"hit {position} {fault}") from None
        if each.id in found:
            raise ValueError(f"document {each.id!r} is hit twice")
        found[each.id] = each
    return tuple(found.values())
