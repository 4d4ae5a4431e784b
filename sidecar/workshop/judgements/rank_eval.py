"""Bodies of the ranking evaluation API of Elasticsearch and OpenSearch, `POST index/_rank_eval`.

{"requests": [{"id": "q1", "request": {"query": {"match": {"title": "red shoes"}}},
               "ratings": [{"_index": "products", "_id": "p1", "rating": 3}]}]}

A request says no text for its query: it is read from the clauses that take a user's words, or from
the `params` of a template, where there is only one. The search itself is not taken over.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from sidecar.judgements.collecting import Collector
from sidecar.judgements.judgements import Judgements
from sidecar.workshop.judgements.json_lines import line_of

_FIELD_CLAUSES = {"match", "match_phrase", "match_phrase_prefix", "match_bool_prefix"}
"""{"match": {field: text}} or {"match": {field: {"query": text}}}"""
_TEXT_KEYS = {"query", "query_text", "model_text"}
_PARAMS = ("query_text", "query_string", "query", "text", "q", "keywords")


def is_rank_eval(value: Any) -> bool:
    """Whether a JSON value looks like it."""
    requests = value.get("requests") if isinstance(value, dict) else None
    return isinstance(requests, list) and any(
        isinstance(request, dict) and "ratings" in request for request in requests
    )


def read(file: Path, text: str, value: Any) -> Judgements:
    """Raises JudgementsError; also for documents of one ID in several indices."""
    collector = Collector(file, partial(line_of, text))
    for index, request in enumerate(value["requests"]):
        _add(collector, ("requests", index), request)
    return collector.done()


def _add(collector: Collector, place: tuple[str | int, ...], request: Any) -> None:
    ratings = request.get("ratings") if isinstance(request, dict) else None
    if not isinstance(ratings, list) or not isinstance(request.get("id"), str | int):
        collector.fault(place, 'not {"id": ..., "ratings": [...]}')
        return
    query, text = str(request["id"]).strip(), query_text(request)
    if query:
        collector.query(query, text)
    indices: dict[str, Any] = {}
    for position, rated in enumerate(ratings):
        path = (*place, "ratings", position)
        if not isinstance(rated, dict):
            collector.fault(path, 'not {"_index": ..., "_id": ..., "rating": ...}')
            continue
        index = indices.setdefault(str(rated.get("_id")), rated.get("_index"))
        if index != rated.get("_index"):
            collector.fault(path, f"document {rated['_id']!r} is judged in two indices")
            continue
        collector.add(path, query, rated.get("_id"), rated.get("rating"))


def query_text(request: dict[str, Any]) -> str | None:
    """What the user searches for, where the request has one text alone."""
    params = request.get("params")
    if isinstance(params, dict):
        named = next((params[key] for key in _PARAMS if isinstance(params.get(key), str)), None)
        texts = {named} if named else {text for text in params.values() if isinstance(text, str)}
    else:
        texts = {*_texts(request.get("request"))}
    return texts.pop() if len(texts) == 1 else None


def _texts(clause: Any) -> Iterator[str]:
    """The users' words in a search body, however deep they lie."""
    if isinstance(clause, list):
        for part in clause:
            yield from _texts(part)
    if not isinstance(clause, dict):
        return
    for key, value in clause.items():
        if key in _TEXT_KEYS and isinstance(value, str):
            yield value
        elif key in _FIELD_CLAUSES and isinstance(value, dict):
            yield from (text for text in value.values() if isinstance(text, str))
        if isinstance(value, dict | list):
            yield from _texts(value)
