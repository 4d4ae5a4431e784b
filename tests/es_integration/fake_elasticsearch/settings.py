"""Reads the body of a PUT into an endpoint, its secrets apart, because GET does not show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.es_integration.fake_elasticsearch.errors import ElasticsearchError, bad_argument, invalid

Body = dict[str, Any]

RERANK, TEXT_EMBEDDING = "rerank", "text_embedding"
DEFAULT_LIMIT = {"hugging_face": 3000, "openshift_ai": 3000, "openai": 3000, "custom": 10_000}
_OF_VECTORS = ("similarity", "dimensions", "max_input_tokens")
_PUBLIC = {
    "hugging_face": ("url",),
    "openshift_ai": ("url", "model_id"),
    "custom": ("url", "headers", "query_parameters", "request", "response"),
}
_TASK = {
    "hugging_face": ("return_documents", "top_n"),
    "openshift_ai": ("return_documents", "top_n"),
    "custom": ("parameters",),
    "openai": ("user",),
}
_EMBEDDING_PUBLIC = {
    "hugging_face": ("url", *_OF_VECTORS),
    "openai": ("model_id", "url", "organization_id", *_OF_VECTORS),
    "custom": (*_PUBLIC["custom"], *_OF_VECTORS),
}


@dataclass(frozen=True)
class Endpoint:
    """An endpoint as the cluster stores it."""

    id: str
    service: str
    settings: Body
    task: Body
    secrets: Body = field(repr=False)
    task_type: str = RERANK

    def shown(self) -> Body:
        """The endpoint as GET and PUT show it."""
        return {
            "inference_id": self.id,
            "task_type": self.task_type,
            "service": self.service,
            "service_settings": self.settings,
            "task_settings": self.task,
        }


def read(
    endpoint_id: str, body: Mapping[str, Any], version: tuple[int, int], task_type: str = RERANK
) -> Endpoint:
    """The endpoint of a PUT. Raises ElasticsearchError with the plugin's messages."""
    service = body.get("service")
    known = _PUBLIC if task_type == RERANK else _EMBEDDING_PUBLIC
    if service not in known or not has(version, service):
        raise ElasticsearchError(400, "status_exception", f"Unknown service [{service}]")
    remaining = dict(body.get("service_settings") or {})
    public = _take_public(service, remaining, known[service], task_type)
    secrets = _take_secrets(service, remaining)
    _refuse_unknown(remaining, "service_settings", service)
    task = {
        name: value
        for name, value in (body.get("task_settings") or {}).items()
        if value is not None
    }
    _refuse_unknown(
        {n: v for n, v in task.items() if n not in _TASK[service]}, "task_settings", service
    )
    return Endpoint(endpoint_id, service, public, task, secrets, task_type)


def has(version: tuple[int, int], service: str) -> bool:
    """Whether a cluster of that version can rerank through the service; `openai`, which makes
    vectors alone, is older than any version here."""
    if service == "openshift_ai":
        return version >= (9, 3)
    return (8, 19) <= version < (9, 0) or version >= (9, 1)


def _take_public(service: str, settings: Body, names: Sequence[str], task_type: str) -> Body:
    public = {name: settings.pop(name) for name in names if name in settings}
    required = ("url", "request", "response") if service == "custom" else ("url",)
    if service == "openai":
        required = ("model_id",)
    missing = [
        f"[service_settings] does not contain the required setting [{name}]"
        for name in required
        if not public.get(name)
    ]
    if missing:
        raise invalid(*missing)
    limit = settings.pop("rate_limit", None) or {"requests_per_minute": DEFAULT_LIMIT[service]}
    if service != "custom":
        return {**public, "rate_limit": limit}
    _check_custom(public, task_type)
    return {**public, "rate_limit": limit, "batch_size": settings.pop("batch_size", 10)}


def _check_custom(settings: Body, task_type: str) -> None:
    if not isinstance(settings["request"], str):
        kind = type(settings["request"]).__name__
        raise invalid(f"field [request] is not of the expected type. The value is a [{kind}]")
    parser = settings["response"].get("json_parser")
    needed = "relevance_score" if task_type == RERANK else "text_embeddings"
    if not isinstance(parser, dict) or not parser.get(needed):
        raise invalid(
            "[service_settings.response.json_parser] does not contain the required setting "
            f"[{needed}]"
        )
    _refuse_unknown(
        {n: v for n, v in settings["response"].items() if n != "json_parser"}, "response", "custom"
    )
    if task_type == TEXT_EMBEDDING:
        settings["response"] = {"json_parser": {"embedding_type": "float", **parser}}


def _take_secrets(service: str, settings: Body) -> Body:
    if service == "custom":
        return dict(settings.pop("secret_parameters", None) or {})
    if not settings.get("api_key"):
        raise invalid("[service_settings] does not contain the required setting [api_key]")
    return {"api_key": settings.pop("api_key")}


def _refuse_unknown(settings: Mapping[str, Any], scope: str, service: str) -> None:
    if settings:
        raise bad_argument(
            f"Configuration contains unknown settings [{', '.join(settings)}] while parsing field "
            f"[{scope}] for settings [{service}]"
        )
