"""What an OpenSearch cluster is sent, as pure functions: connectors, pipelines, searches.

Two routes. *Flat* (`rerank.ml_opensearch`, 2.12+) glues the fields of a hit into one text.
*Structured* (`ml_inference` + `rerank.by_field`, 2.18+) sends an object per hit and keeps the
first-stage score. Either way the sidecar gets one request with all hits of the page.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Body = dict[str, Any]

SCORE_FIELD = "rerank_score"
ANSWER_MARGIN_MS = 250
"""Between the sidecar's deadline and the connector's: the way of the answer."""


def flat_connector(
    sidecar_url: str,
    *,
    api_key: str | None = None,
    connect_timeout_s: int = 3,
    read_timeout_s: int = 5,
) -> Body:
    """The connector body for `rerank.ml_opensearch`.

    `${parameters.query}` stands inside quotes: ml-commons fills in an escaped string. A query
    text that itself parses as a JSON object or array is not escaped and fails; the structured
    route is safe. `:-0` gives top_n a value where the caller sends none (an unfilled placeholder
    is a 400); the sidecar ignores top_n on this route.
    """
    action = _predict_action(
        sidecar_url,
        api_key,
        read_timeout_s,
        '{ "query": "${parameters.query}", "documents": ${parameters.documents},'
        ' "top_n": ${parameters.top_n:-0} }',
    )
    action["pre_process_function"] = "connector.pre_process.cohere.rerank"
    action["post_process_function"] = "connector.post_process.cohere.rerank"
    return _connector("rerank-sidecar", action, api_key, connect_timeout_s, read_timeout_s)


def structured_connector(
    sidecar_url: str,
    *,
    api_key: str | None = None,
    connect_timeout_s: int = 3,
    read_timeout_s: int = 5,
) -> Body:
    """The connector body for `ml_inference`.

    `${parameters.search}` is unquoted because it is the whole ext object, JSON already: so any
    query text is safe and every key beside `query_text` arrives. There is no
    post_process_function: with one, each score comes back as a list, which by_field rejects.
    """
    action = _predict_action(
        sidecar_url,
        api_key,
        read_timeout_s,
        '{ "query": ${parameters.search}, "documents": ${parameters.documents} }',
    )
    name = "rerank-sidecar-structured"
    return _connector(name, action, api_key, connect_timeout_s, read_timeout_s)


def flat_pipeline(model_id: str, fields: Sequence[str], *, ignore_failure: bool = True) -> Body:
    """The pipeline body for the flat route.

    The fields' values are glued without a separator: "red shoes" + "Nike" is "red shoesNike", so
    one field, or one that joins the others at index time, ranks best. The old `_score` is lost.
    A search without `ext.rerank` fails in this processor, so never make it an index default
    unless `ignore_failure` is set.
    """
    rerank = {
        "ml_opensearch": {"model_id": model_id},
        "context": {"document_fields": list(fields)},
        "ignore_failure": ignore_failure,
    }
    return {"response_processors": [{"rerank": rerank}]}


def structured_pipeline(
    model_id: str, fields: Sequence[str], *, ignore_failure: bool = True
) -> Body:
    """The pipeline body for the structured route.

    One JSONPath `$['f1','f2']` gives an object per hit, so a missing field cannot shift the
    others (one list per field would misalign silently). Scores are assigned by position, so the
    sidecar must answer in input order. `ignore_failure` must stand on both processors, and on the
    outer level of `rerank`: inside `by_field` it has no effect.
    """
    inference = {
        "model_id": model_id,
        "function_name": "remote",
        "input_map": [{"search": "_request.ext.ml_inference", "documents": _json_path(fields)}],
        "output_map": [{SCORE_FIELD: "results[*].relevance_score"}],
        "one_to_one": False,
        "override": True,
        "full_response_path": False,
        "ignore_missing": False,
        "ignore_failure": ignore_failure,
    }
    by_field = {
        "target_field": SCORE_FIELD,
        "remove_target_field": True,
        "keep_previous_score": True,
    }
    return {
        "response_processors": [
            {"ml_inference": inference},
            {"rerank": {"by_field": by_field, "ignore_failure": ignore_failure}},
        ]
    }


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


def _predict_action(
    sidecar_url: str, api_key: str | None, read_timeout_s: int, request_body: str
) -> Body:
    headers = {
        "Content-Type": "application/json",
        # The sidecar refuses or drops what the cluster would not wait for.
        "X-Request-Deadline-Ms": str(read_timeout_s * 1000 - ANSWER_MARGIN_MS),
    }
    if api_key is not None:
        headers["Authorization"] = "Bearer ${credential.key}"
    return {
        "action_type": "predict",
        "method": "POST",
        "url": f"{sidecar_url.rstrip('/')}/opensearch/rerank",
        "headers": headers,
        "request_body": request_body,
    }


def _connector(
    name: str, action: Body, api_key: str | None, connect_timeout_s: int, read_timeout_s: int
) -> Body:
    return {
        "name": name,
        "description": "rerank-sidecar",
        "version": "1",
        "protocol": "http",
        # An empty credential is refused, so there is one even when nothing uses it.
        "credential": {"key": api_key or "not-used"},
        # Seconds since 2.14. The default was 30000 s until 3.6: a hung sidecar hangs the search.
        "client_config": {
            "max_connection": 30,
            "connection_timeout": connect_timeout_s,
            "read_timeout": read_timeout_s,
            "max_retry_times": 0,
        },
        "actions": [action],
    }


def _json_path(fields: Sequence[str]) -> str:
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
