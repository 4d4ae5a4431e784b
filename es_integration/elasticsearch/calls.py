"""Calls of Elasticsearch's official client, and its errors explained."""

from collections.abc import Mapping
from typing import Any

from es_integration.cluster.calls import shortened
from es_integration.cluster.procedure import Call, Procedure
from es_integration.errors import ClusterRefused

TIMEOUT_S = 45.0
"""Elasticsearch gives an inference call 30 s, its own retries included."""
REASON_LENGTH = 600
"""Characters kept of an error: Elasticsearch's names each of its causes."""
TRIAL = (
    "An Enterprise licence or a trial is needed; a trial of 30 days, once for a major version: "
    "POST /_license/start_trial?acknowledge=true"
)


def send(call: Call) -> Procedure[Any]:
    """The answer to the call, made once within TIMEOUT_S. Raises ClusterRefused."""
    from elasticsearch import ApiError, TransportError

    try:
        # A repeated PUT would find its own endpoint and be refused because of it.
        answer = yield lambda client: call(client.options(request_timeout=TIMEOUT_S, max_retries=0))
    except ApiError as error:
        raise ClusterRefused(
            _explained(error.status_code, error.body, str(error)), error.meta.status
        ) from error
    except TransportError as error:
        raise ClusterRefused(
            f"Elasticsearch gave no answer: {shortened(error.message, REASON_LENGTH)}"
        ) from error
    return answer


def _explained(status: int, body: Any, message: str) -> str:
    """What the error means for the person at the keyboard; `message` is the client's own text."""
    reasons = _reasons(body)
    reason = shortened(": ".join(reasons) or message, REASON_LENGTH)
    full_reason = " ".join(reasons)
    if status == 403 and "license" in full_reason:
        return f"the licence does not allow it ({reason}). {TRIAL}"
    if "validation call to service" in full_reason:
        return (
            f"the node could not rerank by the sidecar ({reason}). Its address must be right as "
            "seen from every Elasticsearch node, its key too; https needs a certificate that the "
            "nodes' Java trusts"
        )
    if "Request timed out after" in full_reason:  # 408; later versions answer 429.
        return f"the sidecar did not answer the node in time ({reason})"
    if "from inference entity id" in full_reason:  # With the sidecar's own status if below 500.
        return f"the sidecar did not answer the node as it should ({reason})"
    if status == 200:  # The client itself refused the answer.
        return f"this is not Elasticsearch ({reason})"
    if status == 401:
        return f"Elasticsearch does not know these credentials ({reason})"
    if status == 403:
        return (
            f"these credentials may not do it ({reason}); it needs manage_inference, and"
            " manage_ingest_pipelines for vectors"
        )
    if "media-type" in full_reason:
        return f"this client is of a later major version than the cluster ({reason})"
    if "no handler found" in full_reason:
        return f"Elasticsearch there has no inference plugin ({reason})"
    return f"Elasticsearch refused with {status}: {reason}"


def _reasons(body: Any) -> list[str]:
    """The reasons of an error and its causes, outermost first; suppressed errors come last."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(error, str):
        return [error]
    reasons: list[str] = []
    suppressed: list[Any] = []
    while isinstance(error, Mapping):
        reasons.append(str(error.get("reason") or error.get("type")))
        suppressed += error.get("suppressed") or ()
        error = error.get("caused_by")
    for error in suppressed:
        reasons += _reasons({"error": error})
    return list(dict.fromkeys(reasons))
