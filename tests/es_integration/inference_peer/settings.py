"""What a PUT may say, and what is kept of it: secrets apart, because GET does not show them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.es_integration.inference_peer.errors import ElasticsearchError, bad_argument, invalid

Body = dict[str, Any]

DEFAULT_LIMIT = {"hugging_face": 3000, "openshift_ai": 3000, "custom": 10_000}
_PUBLIC = {
    "hugging_face": ("url",),
    "openshift_ai": ("url", "model_id"),
    "custom": ("url", "headers", "query_parameters", "request", "response"),
}
_TASK = {
    "hugging_face": ("return_documents", "top_n"),
    "openshift_ai": ("return_documents", "top_n"),
    "custom": ("parameters",),
}


@dataclass(frozen=True)
class Endpoint:
    """As it is kept."""

    id: str
    service: str
    settings: Body
    task: Body
    secrets: Body = field(repr=False)

    def shown(self) -> Body:
        """As GET and PUT answer."""
        return {
            "inference_id": self.id,
            "task_type": "rerank",
            "service": self.service,
            "service_settings": self.settings,
            "task_settings": self.task,
        }


def read(endpoint_id: str, body: Mapping[str, Any], version: tuple[int, int]) -> Endpoint:
    """The endpoint that a PUT asks for. Raises ElasticsearchError with the plugin's words."""
    service = body.get("service")
    if service not in _PUBLIC or not has(version, service):
        raise ElasticsearchError(400, "status_exception", f"Unknown service [{service}]")
    given = dict(body.get("service_settings") or {})
    public = _public(service, given)
    secrets = _secrets(service, given)
    _nothing_left(given, "service_settings", service)
    task = {
        name: value
        for name, value in (body.get("task_settings") or {}).items()
        if value is not None
    }
    _nothing_left(
        {n: v for n, v in task.items() if n not in _TASK[service]}, "task_settings", service
    )
    return Endpoint(endpoint_id, service, public, task, secrets)


def has(version: tuple[int, int], service: str) -> bool:
    """Whether a cluster of the version reranks by the service."""
    if service == "openshift_ai":
        return version >= (9, 3)
    return (8, 19) <= version < (9, 0) or version >= (9, 1)


def _public(service: str, given: Body) -> Body:
    found = {name: given.pop(name) for name in _PUBLIC[service] if name in given}
    wanted = ("url", "request", "response") if service == "custom" else ("url",)
    missing = [
        f"[service_settings] does not contain the required setting [{name}]"
        for name in wanted
        if not found.get(name)
    ]
    if missing:
        raise invalid(*missing)
    limit = given.pop("rate_limit", None) or {"requests_per_minute": DEFAULT_LIMIT[service]}
    if service != "custom":
        return {**found, "rate_limit": limit}
    _check_custom(found)
    return {**found, "rate_limit": limit, "batch_size": given.pop("batch_size", 10)}


def _check_custom(found: Body) -> None:
    if not isinstance(found["request"], str):
        kind = type(found["request"]).__name__
        raise invalid(f"field [request] is not of the expected type. The value is a [{kind}]")
    parser = found["response"].get("json_parser")
    if not isinstance(parser, dict) or not parser.get("relevance_score"):
        raise invalid(
            "[service_settings.response.json_parser] does not contain the required setting "
            "[relevance_score]"
        )
    _nothing_left(
        {n: v for n, v in found["response"].items() if n != "json_parser"}, "response", "custom"
    )


def _secrets(service: str, given: Body) -> Body:
    if service == "custom":
        return dict(given.pop("secret_parameters", None) or {})
    if not given.get("api_key"):
        raise invalid("[service_settings] does not contain the required setting [api_key]")
    return {"api_key": given.pop("api_key")}


def _nothing_left(left: Mapping[str, Any], scope: str, service: str) -> None:
    if left:
        raise bad_argument(
            f"Configuration contains unknown settings [{', '.join(left)}] while parsing field "
            f"[{scope}] for settings [{service}]"
        )
