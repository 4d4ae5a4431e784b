"""The installed highlighter: its model's ID for searches, and whether it marks what it should."""

import json
import time
from collections.abc import Mapping
from typing import Any

from es_integration.cluster.check import Check
from es_integration.cluster.probe import BEST, DOCUMENTS, QUERY
from es_integration.cluster.procedure import Body, Procedure
from es_integration.errors import ClusterRefused, NotDeployed
from es_integration.opensearch import bodies, lookup
from es_integration.opensearch.calls import send
from es_integration.opensearch.probe import with_advice
from es_integration.opensearch.spec import Highlighter, OpenSearchInstall

EVERY_HIT: Mapping[str, Any] = {"query": "?", "zero_terms_query": "all"}
"""A `match` of every document by a query that has no words: the highlighter reads its text, and of
other queries that match all it reads none."""
_SENTENCES = ("description", "text", "body", "content", "summary")
"""Names of fields that hold sentences."""
_TEXT = "\N{LEFT-POINTING MAGNIFYING GLASS} " + " ".join(DOCUMENTS)
"""Begins with a character that is two in Java."""


def installed_highlighter(spec: OpenSearchInstall) -> Procedure[str]:
    """The ID of the highlighter's model, which every search names.

    Raises NotDeployed when it is not installed, ClusterRefused.
    """
    name = spec.pipeline(Highlighter.SEMANTIC)
    models = yield from lookup.models(name)
    if not models:
        raise NotDeployed(f"there is no model {name}: run install with --highlight first")
    return models[0].id


def usage(spec: OpenSearchInstall) -> Procedure[str | None]:
    """What a search adds to its body for highlights; None where the cluster has no highlighter.

    Raises ClusterRefused.
    """
    try:
        model_id = yield from installed_highlighter(spec)
    except NotDeployed:
        return None
    field = next((field for field in _SENTENCES if field in spec.sent), spec.sent[0])
    key = json.dumps({"highlight": bodies.highlight(field, model_id)})
    return f"For highlights, add to its body:\n{key[1:-1]}"


def checks(spec: OpenSearchInstall, model_id: str, index: str | None) -> Procedure[list[Check]]:
    """The checks from the node to the sidecar and its highlights, and a search of the index if one
    is given; only the first if it fails."""
    found = yield from _probe(spec, model_id)
    if index is not None and found[0].passed:
        found.append((yield from _search(spec, model_id, index)))
    return found


def _probe(spec: OpenSearchInstall, model_id: str) -> Procedure[list[Check]]:
    inputs = [{"question": QUERY, "context": text} for text in (_TEXT, "")]
    body: Body = {"parameters": {"inputs": inputs}}
    start = time.monotonic()
    try:
        answer = yield from send(
            lambda client: client.plugins.ml.predict_model(
                model_id=model_id, body=body, request_timeout=spec.call_timeout_s
            )
        )
        seconds = time.monotonic() - start
        lists = answer["inference_results"][0]["output"][0]["dataAsMap"]["highlights"]
        marked = [_marked(_TEXT, place) for place in lists[0]]
    except ClusterRefused as refused:
        return [_check("sidecar", False, with_advice(refused.message, spec))]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        return [_check("sidecar", False, f"its answer is not understood: {error!r}")]
    return [
        _check("sidecar", True, spec.url(Highlighter.SEMANTIC), seconds),
        _check("shape", len(lists) == len(inputs), f"{len(lists)} lists for {len(inputs)} texts"),
        _check("marks", DOCUMENTS[BEST] in marked, f"marked of three sentences: {marked}"),
    ]


def _marked(text: str, place: Mapping[str, float]) -> str:
    """What lies between these places, which count as Java's strings do."""
    units = text.encode("utf-16-le")
    return units[2 * int(place["start"]) : 2 * int(place["end"])].decode("utf-16-le")


def _search(spec: OpenSearchInstall, model_id: str, index: str) -> Procedure[Check]:
    """A search of the index: every hit with a text has a highlight of it."""
    try:
        hits = yield from _hits(spec, index, {"size": 10, "query": {"match_all": {}}})
        field = _text_field(spec, hits)
        if field is None:
            return _check("search", False, f"no hit has a text in any of the fields {spec.sent}")
        body = {
            "size": 10,
            "query": {"match": {field: dict(EVERY_HIT)}},
            "highlight": bodies.highlight(field, model_id),
        }
        start = time.monotonic()
        hits = yield from _hits(spec, index, body)
    except ClusterRefused as refused:
        return _check("search", False, with_advice(refused.message, spec))
    seconds = time.monotonic() - start
    texts = [hit for hit in hits if hit.get("_source", {}).get(field)]
    missing = [hit["_id"] for hit in texts if field not in hit.get("highlight", {})]
    if missing or not texts:
        detail = f"{missing} have" if missing else f"a search of {index} finds nothing, so there is"
        return _check("search", False, f"{detail} no highlight of {field}")
    return _check("search", True, f"{field} of {len(texts)} hits of {index} highlighted", seconds)


def _text_field(spec: OpenSearchInstall, hits: list[Any]) -> str | None:
    """The first field that some hit has, and all hits that have it as one text."""
    for field in spec.sent:
        values = [hit["_source"][field] for hit in hits if hit.get("_source", {}).get(field)]
        if values and all(isinstance(value, str) for value in values):
            return field
    return None


def _hits(spec: OpenSearchInstall, index: str, body: Body) -> Procedure[list[Any]]:
    params = {"search_pipeline": "_none"}
    answer = yield from send(
        lambda client: client.search(
            index=index, body=body, params=params, request_timeout=spec.call_timeout_s
        )
    )
    return list(answer["hits"]["hits"])


def _check(name: str, passed: bool, detail: str, seconds: float | None = None) -> Check:
    return Check(f"{Highlighter.SEMANTIC}: {name}", passed, detail, seconds)
