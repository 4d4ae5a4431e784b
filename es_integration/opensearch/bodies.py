"""What an OpenSearch cluster is sent, as pure functions: connectors, models, pipelines, searches.

Two routes. *Flat* (`rerank.ml_opensearch`, 2.12+) sends one text per hit. *Structured*
(`ml_inference` + `rerank.by_field`, 2.18+) sends an object per hit and keeps the first-stage score.
Either way the sidecar gets one request with all hits of the page.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from es_integration.opensearch.spec import LAYOUT, OpenSearchInstall, Route, Version

Body = dict[str, Any]

SCORE_FIELD = "rerank_score"
ANSWER_MARGIN_MS = 250
"""Between the sidecar's deadline and the connector's: the way of the answer."""
NO_KEY = "not-used"
"""An empty credential is refused, so there is one even when nothing uses it."""
NEWEST: Version = (99, 0)

_NORMALIZATION = {
    "normalization-processor": {
        "normalization": {"technique": "min_max"},
        "combination": {"technique": "arithmetic_mean"},
    }
}
"""Hybrid hits without it are raw: delimiters among them, and ids twice. It lets others pass."""
_FLAT_REQUEST = (
    '{ "query": "${parameters.query}", "documents": ${parameters.documents},'
    ' "top_n": ${parameters.top_n:-0} }'
)
_STRUCTURED_REQUEST = '{ "query": ${parameters.search}, "documents": ${parameters.documents} }'


def connector(wanted: OpenSearchInstall, route: Route, version: Version = NEWEST) -> Body:
    """The connector body without its credential, for a cluster of that version.

    Flat: `${parameters.query}` stands inside quotes, and ml-commons fills in an escaped string. A
    query text that itself parses as a JSON object or array is not escaped and fails. `:-0` gives
    top_n a value where the caller sends none (an unfilled placeholder is a 400); the sidecar
    ignores top_n here.

    Structured: `${parameters.search}` is unquoted because it is the whole ext object, JSON
    already: so any query text is safe and every key beside `query_text` arrives. There is no
    post_process_function: with one, each score comes back as a list, which by_field rejects.
    """
    action = _predict_action(wanted)
    if route is Route.FLAT:
        action["request_body"] = _FLAT_REQUEST
        action["pre_process_function"] = "connector.pre_process.cohere.rerank"
        action["post_process_function"] = "connector.post_process.cohere.rerank"
    else:
        action["request_body"] = _STRUCTURED_REQUEST
    body: Body = {
        "name": wanted.pipeline(route),
        "description": _description(wanted, route),
        "version": str(LAYOUT),
        "protocol": "http",
        "actions": [action],
    }
    if version >= (2, 13):
        body["client_config"] = _client_config(wanted, version)
    return body


def credential(wanted: OpenSearchInstall) -> Body:
    """The part of a connector that is secret; never read back, compared or shown."""
    return {"credential": {"key": wanted.sidecar_key or NO_KEY}}


def model(wanted: OpenSearchInstall, route: Route, connector_id: str) -> Body:
    """The body that registers the route's remote model."""
    return {
        "name": wanted.pipeline(route),
        "description": _description(wanted, route),
        "function_name": "remote",
        "connector_id": connector_id,
    }


def pipeline(wanted: OpenSearchInstall, route: Route, model_id: str) -> Body:
    """The body of the route's search pipeline.

    `ignore_failure` must stand on every processor, and on the outer level of `rerank`: inside
    `by_field` it has no effect. A search without `ext.rerank` fails in the flat one.
    """
    build = _flat_processors if route is Route.FLAT else _structured_processors
    return {
        "description": _description(wanted, route),
        "version": LAYOUT,
        "phase_results_processors": [_NORMALIZATION],
        "response_processors": build(wanted, model_id),
    }


def _flat_processors(wanted: OpenSearchInstall, model_id: str) -> list[Body]:
    """Several fields would be glued without a separator ("red shoes" + "Nike" is "red shoesNike"),
    so there is one. The old `_score` is lost."""
    rerank = {
        "ml_opensearch": {"model_id": model_id},
        "context": {"document_fields": [wanted.text_field]},
        "ignore_failure": wanted.ignore_failure,
    }
    return [{"rerank": rerank}]


def _structured_processors(wanted: OpenSearchInstall, model_id: str) -> list[Body]:
    """One JSONPath `$['f1','f2']` gives an object per hit, so a missing field cannot shift the
    others (one list per field would misalign silently). Scores are assigned by position, so the
    sidecar must answer in input order."""
    inference = {
        "model_id": model_id,
        "function_name": "remote",
        "input_map": [{"search": "_request.ext.ml_inference", "documents": json_path(wanted.sent)}],
        "output_map": [{SCORE_FIELD: "results[*].relevance_score"}],
        "one_to_one": False,
        "override": True,
        "full_response_path": False,
        "ignore_missing": False,
        "ignore_failure": wanted.ignore_failure,
    }
    by_field = {
        "target_field": SCORE_FIELD,
        "remove_target_field": True,
        "keep_previous_score": True,
    }
    return [
        {"ml_inference": inference},
        {"rerank": {"by_field": by_field, "ignore_failure": wanted.ignore_failure}},
    ]


def flat_search(query: Mapping[str, Any], query_text: str, *, size: int) -> Body:
    """The search body for the flat route; `size` hits are reranked."""
    ext = {"rerank": {"query_context": {"query_text": query_text}}}
    return {"size": _window(size), "query": dict(query), "ext": ext}


def structured_search(
    query: Mapping[str, Any], query_text: str, *, size: int, **control: Any
) -> Body:
    """The search body for the structured route; `control` (fields, profile, ...) reaches the
    sidecar beside `query_text`. `_source` must stay on: the processor reads the hits from it."""
    ext = {"ml_inference": {"query_text": query_text, **control}}
    return {"size": _window(size), "query": dict(query), "ext": ext}


def _predict_action(wanted: OpenSearchInstall) -> Body:
    headers = {
        "Content-Type": "application/json",
        # The sidecar refuses or drops what the cluster would not wait for.
        "X-Request-Deadline-Ms": str(wanted.read_timeout_s * 1000 - ANSWER_MARGIN_MS),
    }
    if wanted.sidecar_key is not None:
        headers["Authorization"] = "Bearer ${credential.key}"
    return {
        "action_type": "predict",
        "method": "POST",
        "url": wanted.rerank_url,
        "headers": headers,
    }


def _client_config(wanted: OpenSearchInstall, version: Version) -> Body:
    """Time-outs are seconds since 2.14 and milliseconds in 2.13, where nothing else was known. The
    default was 30000 s until 3.6: a hung sidecar hangs the search."""
    unit = 1000 if version < (2, 14) else 1
    config = {
        "max_connection": 30,
        "connection_timeout": wanted.connect_timeout_s * unit,
        "read_timeout": wanted.read_timeout_s * unit,
    }
    return config if version < (2, 14) else {**config, "max_retry_times": 0}


def _description(wanted: OpenSearchInstall, route: Route) -> str:
    return f"rerank-sidecar: {route} route, profile {wanted.profile}"


def json_path(fields: Sequence[str]) -> str:
    """The path that gives an object of these fields for each hit. Raises ValueError."""
    if not fields:
        raise ValueError("at least one field is needed")
    if any("'" in field or "\\" in field for field in fields):
        raise ValueError(f"a field name cannot be quoted in a JSONPath: {list(fields)}")
    return "$[" + ",".join(f"'{field}'" for field in fields) + "]"


def _window(size: int) -> int:
    """`size` itself; 0 is refused, because a page without hits makes both processors fail."""
    if size < 1:
        raise ValueError(f"size must be at least 1 to rerank anything, not {size}")
    return size
