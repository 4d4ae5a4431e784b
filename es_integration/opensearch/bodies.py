"""The bodies that a cluster is sent: connectors, models, pipelines and searches; pure.

There are two routes. *Flat* (`rerank.ml_opensearch`, 2.12+) sends one text per hit. *Structured*
(`ml_inference` + `rerank.by_field`, 2.18+) sends an object per hit and keeps the first-stage score.
In both, the sidecar gets one request with all hits of the page.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from es_integration.cluster.encoder import Embedder
from es_integration.cluster.procedure import Body
from es_integration.cluster.vector_pipeline import OURS
from es_integration.opensearch import embeddings, scripts
from es_integration.opensearch.spec import (
    LAYOUT,
    Highlighter,
    OpenSearchInstall,
    Part,
    Route,
    Version,
)

SCORE_FIELD = "rerank_sidecar_score"
"""Where a hit's new score stands between the two processors; no document has such a field."""
PREVIOUS_SCORE = "previous_score"
"""Where `by_field` writes the first-stage score; until 3.8 it takes no other name."""
KEPT_FIELD = "rerank_sidecar_previous_score"
"""Where a document's own field of that name waits meanwhile."""
ANSWER_MARGIN_MS = 250
"""How much earlier than the connector the sidecar gives up, so that its answer still arrives."""
NO_KEY = "not-used"
"""ml-commons refuses an empty credential, so there is one even when nothing uses it."""
NEWEST: Version = (99, 0)

_FLAT_REQUEST = "${parameters.safe_request}"
_STRUCTURED_REQUEST = (
    '{ "query": ${parameters.safe_search}, "documents": ${parameters.safe_documents} }'
)
_HIGHLIGHT_REQUEST = '{ "inputs": ${parameters.safe_inputs} }'


def connector(spec: OpenSearchInstall, route: Part, version: Version = NEWEST) -> Body:
    """The body of a connector, without its credential, for a cluster of that version.

    All placeholders are unquoted JSON, which `scripts` makes of any text.

    Structured: `safe_search` is the whole ext object, so every key beside `query_text` arrives.
    There is no post_process_function: with one, each score comes back as a list, which by_field
    rejects.

    Highlighter: `scripts.HIGHLIGHT` makes the same of a page of hits and of a single one.

    Embedders: without a step size, ml-commons sends each text by itself to a script.
    """
    action = _predict_action(spec, route)
    if route is Route.FLAT:
        action["request_body"] = _FLAT_REQUEST
        action["pre_process_function"] = scripts.FLAT
        action["post_process_function"] = "connector.post_process.cohere.rerank"
    elif route is Route.STRUCTURED:
        action["request_body"] = _STRUCTURED_REQUEST
        action["pre_process_function"] = scripts.STRUCTURED
    elif isinstance(route, Embedder):
        action["request_body"] = embeddings.request(spec, route)
        action["pre_process_function"] = scripts.EMBED
        action["post_process_function"] = "connector.post_process.openai.embedding"
    else:
        action["request_body"] = _HIGHLIGHT_REQUEST
        action["pre_process_function"] = scripts.HIGHLIGHT
    body: Body = {
        "name": spec.pipeline(route),
        "description": _description(spec, route),
        "version": str(LAYOUT),
        "protocol": "http",
        "actions": [action],
    }
    if isinstance(route, Embedder):
        body["parameters"] = dict(embeddings.STEP)
    elif route is not Route.FLAT:
        body["parameters"] = dict(scripts.ALWAYS)
    if version >= (2, 13):
        body["client_config"] = _client_config(spec, route, version)
    return body


def credential(spec: OpenSearchInstall) -> Body:
    """The secret part of a connector's body; never read back, compared or shown."""
    return {"credential": {"key": spec.sidecar_key or NO_KEY}}


def model(spec: OpenSearchInstall, route: Part, connector_id: str) -> Body:
    """The body that registers the route's remote model."""
    return {
        "name": spec.pipeline(route),
        "description": _description(spec, route),
        "function_name": "remote",
        "connector_id": connector_id,
    }


def pipeline(
    spec: OpenSearchInstall,
    route: Route,
    model_id: str,
    query_model_id: str | None = None,
    *,
    renames: bool = True,
) -> Body:
    """The body of the route's search pipeline; with `query_model_id`, the model that makes the
    vectors of queries, it takes `neural` queries without a model."""
    enricher = {} if query_model_id is None else embeddings.enricher(query_model_id)
    return {
        "description": _description(spec, route),
        "version": LAYOUT,
        **enricher,
        "phase_results_processors": [dict(embeddings.NORMALIZATION)],
        "response_processors": processors(spec, route, model_id, renames=renames),
    }


def processors(
    spec: OpenSearchInstall, route: Route, model_id: str, *, renames: bool = True
) -> list[Body]:
    """The response processors of a route, for its own pipeline or any other.

    `renames` is whether the cluster has the processor `rename_field`, which keeps a document's own
    `previous_score`.

    `ignore_failure` must be set on every processor, and on the outer level of `rerank`: inside
    `by_field` it has no effect. A search without `ext.rerank` fails in the flat pipeline.
    """
    if route is Route.FLAT:
        return _flat_processors(spec, model_id)
    inference, rerank = _structured_processors(spec, model_id)
    if not renames:
        return [inference, rerank]
    keep, restore = (
        {
            "rename_field": {
                "field": field,
                "target_field": target,
                "ignore_missing": True,
                "ignore_failure": spec.ignore_failure,
            }
        }
        for field, target in ((PREVIOUS_SCORE, KEPT_FIELD), (KEPT_FIELD, PREVIOUS_SCORE))
    )
    return [inference, keep, rerank, restore]


def _flat_processors(spec: OpenSearchInstall, model_id: str) -> list[Body]:
    """One field only: several would be joined without a separator ("red shoes" + "Nike" becomes
    "red shoesNike"). The first-stage `_score` is lost."""
    rerank = {
        "ml_opensearch": {"model_id": model_id},
        "context": {"document_fields": [spec.text_field]},
        "ignore_failure": spec.ignore_failure,
    }
    return [{"rerank": rerank}]


def _structured_processors(spec: OpenSearchInstall, model_id: str) -> list[Body]:
    """One JSONPath `$['f1','f2']` gives an object per hit, so a missing field cannot shift the
    others (with one list per field, they would silently misalign). Scores are assigned by position,
    so the sidecar must answer in input order."""
    inference = {
        "model_id": model_id,
        "function_name": "remote",
        "input_map": [{"search": "_request.ext.ml_inference", "documents": json_path(spec.sent)}],
        "output_map": [{SCORE_FIELD: "results[*].relevance_score"}],
        "one_to_one": False,
        "override": True,
        "full_response_path": False,
        "ignore_missing": False,
        "ignore_failure": spec.ignore_failure,
    }
    by_field = {
        "target_field": SCORE_FIELD,
        "remove_target_field": not spec.keep_score,
        "keep_previous_score": True,
    }
    return [
        {"ml_inference": inference},
        {"rerank": {"by_field": by_field, "ignore_failure": spec.ignore_failure}},
    ]


def highlight(field: str, model_id: str, *, batch: bool = True) -> Body:
    """The key `highlight` of a search: sentences of that field which answer the query.

    In a batch, one request has all hits of the page; otherwise each hit is one.
    """
    options = {"model_id": model_id, "batch_inference": batch}
    return {"fields": {field: {"type": "semantic"}}, "options": options}


def flat_search(query: Mapping[str, Any], query_text: str, *, size: int) -> Body:
    """The search body for the flat route; `size` hits are reranked. Raises ValueError."""
    ext = {"rerank": {"query_context": {"query_text": query_text}}}
    return {"size": _at_least_one(size), "query": dict(query), "ext": ext}


def structured_search(
    query: Mapping[str, Any], query_text: str, *, size: int, **control: Any
) -> Body:
    """The search body for the structured route; `control` (fields, profile, ...) reaches the
    sidecar beside `query_text`. `_source` must stay on: the processor reads the hits from it.
    Raises ValueError."""
    ext = {"ml_inference": {"query_text": query_text, **control}}
    return {"size": _at_least_one(size), "query": dict(query), "ext": ext}


def _predict_action(spec: OpenSearchInstall, route: Part) -> Body:
    headers = {
        "Content-Type": "application/json",
        # The sidecar refuses or drops requests that the cluster would not wait for.
        "X-Request-Deadline-Ms": str(spec.timeout_s(route) * 1000 - ANSWER_MARGIN_MS),
    }
    if spec.sidecar_key is not None:
        headers["Authorization"] = "Bearer ${credential.key}"
    return {
        "action_type": "predict",
        "method": "POST",
        "url": spec.url(route),
        "headers": headers,
    }


def _client_config(spec: OpenSearchInstall, route: Part, version: Version) -> Body:
    """Time-outs are in seconds since 2.14, and in milliseconds in 2.13, which has no other options.
    Their default was 30000 s until 3.6, so that a hung sidecar would hang the search."""
    per_second = 1000 if version < (2, 14) else 1
    config = {
        "max_connection": 30,
        "connection_timeout": spec.connect_timeout_s * per_second,
        "read_timeout": spec.timeout_s(route) * per_second,
    }
    return config if version < (2, 14) else {**config, "max_retry_times": 0}


def _description(spec: OpenSearchInstall, route: Part) -> str:
    if isinstance(route, Embedder):
        return embeddings.description(spec, route)
    part = "semantic highlighter" if isinstance(route, Highlighter) else f"{route} route"
    return f"{OURS}{part}, profile {spec.profile}"


def json_path(fields: Sequence[str]) -> str:
    """The JSONPath that gives an object of these fields for each hit. Raises ValueError."""
    if not fields:
        raise ValueError("at least one field is needed")
    if any("'" in field or "\\" in field for field in fields):
        raise ValueError(f"a field name cannot be quoted in a JSONPath: {list(fields)}")
    return "$[" + ",".join(f"'{field}'" for field in fields) + "]"


def _at_least_one(size: int) -> int:
    """`size` itself. Raises ValueError for 0: both processors fail on a page without hits."""
    if size < 1:
        raise ValueError(f"size must be at least 1 to rerank anything, not {size}")
    return size
