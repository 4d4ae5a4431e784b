"""Judgement lists of OpenSearch's Search Relevance Workbench.

{"name": ..., "type": "IMPORT_JUDGMENT",
 "judgmentRatings": [{"query": "red dress", "ratings": [{"docId": "B077", "rating": "3.000"}]}]}

This is the body that `PUT _plugins/_search_relevance/judgments` takes. The answer of a `GET` there
is read too, which holds the list as a search hit, and so are the lists of early versions, where
`judgmentRatings` is an object of ratings by query.
"""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from sidecar.judgements.collecting import Collector
from sidecar.judgements.judgements import Judgements
from sidecar.workshop.judgements.json_lines import line_of

KEY = "judgmentRatings"
Place = tuple[str | int, ...]


def is_workbench(value: Any) -> bool:
    """Whether a JSON value looks like it."""
    return next(_lists(value), None) is not None


def read(file: Path, text: str, value: Any) -> Judgements:
    """Queries are named by their texts. Raises JudgementsError."""
    collector = Collector(file, partial(line_of, text))
    for place, ratings in _lists(value):
        for path, query, rated in _queries(place, ratings):
            _add(collector, path, query, rated)
    return collector.done()


def _lists(value: Any) -> Iterator[tuple[Place, Any]]:
    """Where the ratings are, and the ratings."""
    if not isinstance(value, dict):
        return
    if KEY in value:
        yield (KEY,), value[KEY]
    hits = value.get("hits")
    inner = hits.get("hits") if isinstance(hits, dict) else None
    for index, hit in enumerate(inner if isinstance(inner, list) else ()):
        source = hit.get("_source") if isinstance(hit, dict) else None
        if isinstance(source, dict) and KEY in source:
            yield ("hits", "hits", index, "_source", KEY), source[KEY]


def _queries(place: Place, ratings: Any) -> Iterator[tuple[Place, Any, Any]]:
    """(path of its ratings, query, ratings)"""
    if isinstance(ratings, dict):
        yield from (((*place, query), query, rated) for query, rated in ratings.items())
        return
    for index, entry in enumerate(ratings if isinstance(ratings, list) else ()):
        found = entry if isinstance(entry, dict) else {}
        yield (*place, index, "ratings"), found.get("query"), found.get("ratings")


def _add(collector: Collector, place: Place, query: Any, ratings: Any) -> None:
    text = query.strip() if isinstance(query, str) else ""
    if not text or not isinstance(ratings, list):
        collector.fault(place, 'not {"query": text, "ratings": [...]}')
        return
    collector.query(text, text)
    for index, rated in enumerate(ratings):
        path = (*place, index)
        if not isinstance(rated, dict):
            collector.fault(path, 'not {"docId": ..., "rating": ...}')
        else:
            collector.add(path, text, rated.get("docId"), rated.get("rating"), text=text)


def text_of(judgements: Judgements, name: str) -> str:
    """The body that imports the judgements, with the texts of all queries, under that name."""
    ratings = [
        {
            "query": judgements.texts[query],
            "ratings": [
                {"docId": document, "rating": f"{grade:.10g}"} for document, grade in graded.items()
            ],
        }
        for query, graded in judgements.grades.items()
    ]
    body = {
        "name": name,
        "description": "written by rerank-sidecar",
        "type": "IMPORT_JUDGMENT",
        KEY: ratings,
    }
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"
