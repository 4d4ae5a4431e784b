"""What the services send, byte for byte: address, headers, body."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.es_integration.fake_elasticsearch.settings import TEXT_EMBEDDING, Endpoint
from tests.es_integration.fake_elasticsearch.substitution import replace


@dataclass(frozen=True)
class Inference:
    """One call, as a search or a caller of the API makes it; for vectors the inputs alone count."""

    query: str
    inputs: tuple[str, ...]
    top_n: int | None = None
    return_documents: bool | None = None


@dataclass(frozen=True)
class Outbound:
    """A request on its way to the service's address."""

    endpoint_id: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes


def build(endpoint: Endpoint, inference: Inference) -> Outbound:
    """Raises ElasticsearchError where a template cannot be filled."""
    if endpoint.service == "custom":
        return _custom(endpoint, inference)
    if endpoint.task_type == TEXT_EMBEDDING:
        body = _embedded(endpoint, inference.inputs)
    else:
        body = (_texts if endpoint.service == "hugging_face" else _documents)(endpoint, inference)
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {endpoint.secrets['api_key']}",
    }
    return Outbound(endpoint.id, endpoint.settings["url"], headers, dump(body).encode())


def dump(value: Any) -> str:
    """Compact JSON with characters as they are, as XContent writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def top_n(endpoint: Endpoint, inference: Inference) -> int | None:
    """The caller's, or the endpoint's own."""
    return inference.top_n if inference.top_n is not None else endpoint.task.get("top_n")


def _texts(endpoint: Endpoint, inference: Inference) -> dict[str, Any]:
    body: dict[str, Any] = {"texts": inference.inputs, "query": inference.query}
    if (returned := _returned(endpoint, inference)) is not None:
        body["return_text"] = returned
    if (n := top_n(endpoint, inference)) is not None:
        body["top_n"] = n
    return body


def _documents(endpoint: Endpoint, inference: Inference) -> dict[str, Any]:
    model = endpoint.settings.get("model_id")
    body: dict[str, Any] = {"model": model} if model is not None else {}
    body |= {"query": inference.query, "documents": inference.inputs}
    if (n := top_n(endpoint, inference)) is not None:
        body["top_n"] = n
    if (returned := _returned(endpoint, inference)) is not None:
        body["return_documents"] = returned
    return body


def _embedded(endpoint: Endpoint, inputs: Sequence[str]) -> dict[str, Any]:
    """OpenAI's `dimensions` are sent only if the user has set them."""
    if endpoint.service == "hugging_face":
        return {"inputs": inputs}
    body: dict[str, Any] = {"input": inputs, "model": endpoint.settings["model_id"]}
    if (user := endpoint.task.get("user")) is not None:
        body["user"] = user
    if (dimensions := endpoint.settings.get("dimensions")) is not None:
        body["dimensions"] = dimensions
    return body


def _returned(endpoint: Endpoint, inference: Inference) -> bool | None:
    default: bool | None = endpoint.task.get("return_documents")
    return inference.return_documents if inference.return_documents is not None else default


def _custom(endpoint: Endpoint, inference: Inference) -> Outbound:
    parameters = {**endpoint.secrets, **endpoint.task.get("parameters", {})}
    strings = {name: value for name, value in parameters.items() if isinstance(value, str)}
    values = {name: dump(value) for name, value in parameters.items()}
    if endpoint.task_type == TEXT_EMBEDDING:
        values |= {"input": dump(inference.inputs), "input_type": dump("")}
    else:
        values |= _search_values(inference)
    settings = endpoint.settings
    url = replace(settings["url"], strings, "url")
    pairs: Sequence[Sequence[str]] = settings.get("query_parameters") or ()
    if pairs:
        filled = [
            (name, replace(text, strings, f"query parameters: [{name}]")) for name, text in pairs
        ]
        url += ("&" if "?" in url else "?") + urlencode(filled)
    headers = {"Content-Type": "application/json"}
    for name, text in (settings.get("headers") or {}).items():
        headers[name] = replace(text, strings, f"header.{name}")
    body = replace(settings["request"], values, "request")
    return Outbound(endpoint.id, url, headers, body.encode())


def _search_values(inference: Inference) -> dict[str, str]:
    """Without a value there is no name to fill: the retriever gives neither of the last two."""
    values = {"query": dump(inference.query), "input": dump(inference.inputs)}
    if inference.top_n is not None:
        values["top_n"] = dump(inference.top_n)
    if inference.return_documents is not None:
        values["return_documents"] = dump(inference.return_documents)
    return values
