"""Calls of the official client, their refusals in words, and what the cluster says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from es_integration.cluster.calls import if_there, in_short
from es_integration.cluster.procedure import Call, Procedure
from es_integration.elasticsearch.endpoint import Service
from es_integration.errors import ClusterRefused

CALL_LIMIT_S = 45.0
"""Elasticsearch gives an inference call 30 s, with its own retries in it."""
REASON_LENGTH = 600
"""Of a refusal: Elasticsearch's names each of its causes."""
SINCE: Mapping[Service, str] = {
    "hugging_face": "8.19 or 9.1",
    "custom": "8.19 or 9.1",
    "openshift_ai": "9.3",
}
TRIAL = (
    "An Enterprise licence or a trial is needed; a trial of 30 days, once for a major version: "
    "POST /_license/start_trial?acknowledge=true"
)


@dataclass(frozen=True, slots=True)
class Version:
    """Of the cluster."""

    text: str
    serverless: bool = False
    """Serverless always has the newest services, whatever number it says."""

    def has(self, service: Service) -> bool:
        """Whether the service can rerank there."""
        number = tuple(int(part) if part.isdigit() else 0 for part in self.text.split(".")[:2])
        if self.serverless or number >= (9, 3):
            return True
        return service != "openshift_ai" and ((8, 19) <= number < (9, 0) or number >= (9, 1))


def ask(call: Call) -> Procedure[Any]:
    """What the call answers, given one try of CALL_LIMIT_S. Raises ClusterRefused."""
    from elasticsearch import ApiError, TransportError

    try:
        # A PUT that is repeated would find its own endpoint and be refused for it.
        answer = yield lambda client: call(
            client.options(request_timeout=CALL_LIMIT_S, max_retries=0)
        )
    except ApiError as error:
        raise ClusterRefused(
            _in_words(error.status_code, error.body, str(error)), error.meta.status
        ) from error
    except TransportError as error:
        raise ClusterRefused(
            f"Elasticsearch gave no answer: {in_short(error.message, REASON_LENGTH)}"
        ) from error
    return answer


def version() -> Procedure[Version]:
    """Raises ClusterRefused."""
    answer = yield from ask(lambda client: client.info())
    number = answer["version"]
    return Version(str(number["number"]), number.get("build_flavor") == "serverless")


def require(found: Version, service: Service) -> None:
    """Raises ClusterRefused where the cluster is too old for the service."""
    if not found.has(service):
        raise ClusterRefused(too_old(found, service))


def too_old(found: Version, service: Service) -> str:
    return f"Elasticsearch {found.text} cannot rerank by {service}: that needs {SINCE[service]}"


def endpoint(endpoint_id: str) -> Procedure[Mapping[str, Any] | None]:
    """The endpoint as the cluster shows it, None where there is none. Raises ClusterRefused."""
    answer = yield from if_there(
        ask(lambda client: client.inference.get(task_type="rerank", inference_id=endpoint_id))
    )
    return None if answer is None else answer["endpoints"][0]


def _in_words(status: int, body: Any, said: str) -> str:
    reasons = _reasons(body)
    reason = in_short(": ".join(reasons) or said, REASON_LENGTH)
    whole = " ".join(reasons)
    if status == 403 and "license" in whole:
        return f"the licence does not allow it ({reason}). {TRIAL}"
    if "validation call to service" in whole:
        return (
            f"the node could not rerank by the sidecar ({reason}). Its address must be right as "
            "seen from every Elasticsearch node, its key too; https needs a certificate that the "
            "nodes' Java trusts"
        )
    if "Request timed out after" in whole:  # 408, and 429 by later versions
        return f"the sidecar did not answer the node in time ({reason})"
    if "from inference entity id" in whole:  # with the sidecar's own status, where below 500
        return f"the sidecar did not answer the node as it should ({reason})"
    if status == 200:  # the client's own finding
        return f"this is not Elasticsearch ({reason})"
    if status == 401:
        return f"Elasticsearch does not know these credentials ({reason})"
    if status == 403:
        return f"these credentials may not do it ({reason}); it needs manage_inference"
    if "media-type" in whole:
        return f"this client is of a later major version than the cluster ({reason})"
    if "no handler found" in whole:
        return f"Elasticsearch there has no inference plugin ({reason})"
    return f"Elasticsearch refused with {status}: {reason}"


def _reasons(body: Any) -> list[str]:
    """Of the error and of what caused it, outermost first; suppressed errors at the end."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(error, str):
        return [error]
    found: list[str] = []
    suppressed: list[Any] = []
    while isinstance(error, Mapping):
        found.append(str(error.get("reason") or error.get("type")))
        suppressed += error.get("suppressed") or ()
        error = error.get("caused_by")
    for item in suppressed:
        found += _reasons({"error": item})
    return list(dict.fromkeys(found))
