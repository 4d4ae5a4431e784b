"""Candidates from a file of JSON lines, one query each.

{"query_id": "q1", "query": "red shoes",
 "hits": [{"_id": "p1", "_score": 12.5, "_source": {"title": "Red shoe"}}, ...]}

The hits are in the first stage's order. `hits` may be a search engine's own (`{"hits": [...]}`),
and a hit may have a `text` in place of a `_source`. Without a `query_id` a query is found in the
judgements by its text. The file may be compressed (.zst).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from sidecar.errors import ModelError
from sidecar.judgements.collecting import listed
from sidecar.judgements.judgements import Judgements
from sidecar.lenient_json import loads
from sidecar.workshop.evaluation.candidates import (
    NO_ROW,
    Candidates,
    EvaluationError,
    Hit,
    raw_hits,
    read_hit,
)
from sidecar.workshop.jsonl import read_lines


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
    read = partial(read_hit, fields=fields, id_field=id_field, title_field=title_field)
    found = read_queries(file, judgements, read, size=size)
    return [found[query] for query in judgements.grades if query in found]


def read_queries(
    file: Path,
    judgements: Judgements,
    read: Callable[[Mapping[str, Any]], Hit],
    *,
    size: int,
    merge: bool = False,
) -> dict[str, Candidates]:
    """The candidates of every query, by its ID, in the order of the file.

    `read` raises ValueError for a hit that it does not understand. With `merge` the lines of a
    query add up, and of hits with one ID the first counts; else both are faults. Raises
    EvaluationError with a line for each fault.
    """
    ids = {judgements.texts.get(query, query): query for query in judgements.grades}
    by_query: dict[str, Candidates] = {}
    lines: dict[str, int] = {}
    faults: list[str] = []
    for number, line in _lines(file):
        try:
            row = _row(line)
            text = row["query"].strip() if isinstance(row.get("query"), str) else None
            given = row.get("query_id")
            query_id = str(ids.get(text or "", text) if given is None else given)
            earlier = by_query.get(query_id)
            if earlier is not None and not merge:
                raise ValueError(f"query {query_id!r} was on line {lines[query_id]} already")
            known = judgements.texts.get(query_id)
            query = text or known
            if not query:
                raise ValueError(f"query {query_id!r} has no text")
            hits = _hits(row, size, read, earlier.hits if earlier else (), merge)
        except ValueError as fault:
            faults.append(f"{file}, line {number}: {fault}")
            continue
        by_query[query_id], lines[query_id] = Candidates(query_id, query, hits), number
    if faults:
        raise EvaluationError(listed(faults))
    if not by_query:
        raise EvaluationError(f"{file} holds no candidates")
    return by_query


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        yield from read_lines(file)
    except OSError as fault:
        raise EvaluationError(f"{file} cannot be read: {fault.strerror}") from None
    except ModelError as fault:
        raise EvaluationError(fault.message) from None
    except ValueError as fault:
        raise EvaluationError(f"{file} cannot be read: {fault}") from None


def _row(line: str) -> Mapping[str, Any]:
    try:
        row = loads(line)
    except orjson.JSONDecodeError as fault:
        raise ValueError(f"is not JSON: {fault.msg}") from None
    if not isinstance(row, dict) or not {"query", "query_id"} & row.keys() or "hits" not in row:
        raise ValueError(NO_ROW)
    return row


def _hits(
    row: Mapping[str, Any],
    size: int,
    read: Callable[[Mapping[str, Any]], Hit],
    earlier: Sequence[Hit],
    merge: bool,
) -> tuple[Hit, ...]:
    found = {hit.id: hit for hit in earlier}
    for position, hit in enumerate(raw_hits(row)[:size], 1):
        try:
            each = read(hit)
        except ValueError as fault:
            raise ValueError(f"hit {position} {fault}") from None
        if found.setdefault(each.id, each) is not each and not merge:
            raise ValueError(f"document {each.id!r} is hit twice")
    return tuple(found.values())
