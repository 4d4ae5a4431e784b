"""The inference endpoint that Elasticsearch calls the sidecar by, as pure functions: names, bodies.

    ElasticsearchInstall("http://sidecar:8080", profile="legal").endpoint_id  # rerank-sidecar-legal

Three of Elasticsearch's services take an address of one's own:

    hugging_face   8.19, 9.1+   the default: texts pass through untouched
    custom         8.19, 9.1+   headers and body keys of one's own; `${` in a text breaks it
    openshift_ai   9.3+         texts pass through untouched; Cohere's body

`custom` fills `${name}` into its template again and again until nothing is left to fill: a document
"costs ${price}" fails the whole request, and "${query}" in it is replaced. So take it only where a
header or a body key must be sent, and only for texts in which `${` cannot stand (the ingest
pipelines of `mappings` take it out).

Nothing here ever sets top_n: the retriever wants exactly one score for each hit.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Body = dict[str, Any]
Service = Literal["hugging_face", "custom", "openshift_ai"]
SERVICES: tuple[Service, ...] = get_args(Service)

NO_KEY = "not-used"
"""Each service wants a key to be set; a sidecar without one welcomes any."""
COMPARED = ("url", "model_id", "headers", "query_parameters", "request", "response", "rate_limit")
"""Service settings that say what an endpoint does. Clusters add their own, such as batch_size."""

_ENDPOINT_ID = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?")
_ADDRESS = re.compile(r"https?://[^/\s?#@]+(/[^\s?#]*)?")
_SECRET_HEADERS = ("authorization", "x-api-key", "api-key")
_PARSER = {
    "reranked_index": "$.results[*].index",
    "relevance_score": "$.results[*].relevance_score",
}


@dataclass(frozen=True)
class ElasticsearchInstall:
    """What an Elasticsearch cluster is to have: one endpoint for one profile.

    Raises ValueError when the parts do not go together.
    """

    sidecar_url: str
    """As the cluster's nodes reach it."""
    profile: str = "ecommerce"
    service: Service = "hugging_face"
    name: str = "rerank-sidecar"
    """What the endpoint's ID begins with."""
    sidecar_key: str | None = field(default=None, repr=False)
    """The cluster keeps it as a secret and gives it to nobody, so it cannot be compared either."""
    rotate_key: bool = False
    """Write the key even where nothing else changes."""
    requests_per_minute: int = 10_000
    """Beyond it Elasticsearch queues; the sidecar's own admission is the better judge."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of the `custom` service. No secrets: the cluster shows them to whoever may read endpoints."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """More keys of the `custom` service's requests, such as {"fields": {"title": 3}}."""

    def __post_init__(self) -> None:
        if self.service not in SERVICES:
            raise ValueError(f"service must be one of {', '.join(SERVICES)}, not {self.service}")
        if not _ADDRESS.fullmatch(self.sidecar_url):
            raise ValueError("no http(s) address without a query and a password")
        if not _ENDPOINT_ID.fullmatch(self.endpoint_id):
            raise ValueError(f"no endpoint ID (a-z, 0-9, - and _ inside): {self.endpoint_id}")
        if self.requests_per_minute < 1:
            raise ValueError(f"requests_per_minute must be at least 1: {self.requests_per_minute}")
        if self.service != "custom" and (self.headers or self.body):
            raise ValueError(f"{self.service} sends no headers or body keys: that is custom's")
        if taken := {"query", "documents"} & {*self.body}:
            raise ValueError(f"the search's own keys cannot be set: {', '.join(sorted(taken))}")
        if any(
            "${" in text for text in (self.sidecar_url, *self.headers.values(), _dump(self.body))
        ):
            raise ValueError("${ in the address, a header or the body would be filled in")

    @property
    def endpoint_id(self) -> str:
        return f"{self.name}-{self.profile}"

    @property
    def url(self) -> str:
        """The profile stands in the path: `hugging_face` has no other place for it."""
        return f"{self.sidecar_url.rstrip('/')}/elasticsearch/{self.profile}/rerank"


def endpoint_body(wanted: ElasticsearchInstall) -> Body:
    """The body of `PUT _inference/rerank/ID`; holds the key."""
    return {"service": wanted.service, "service_settings": {**_public(wanted), **secrets(wanted)}}


def public_body(wanted: ElasticsearchInstall) -> Body:
    """The endpoint without its secrets, as `comparable` reads it from the cluster."""
    return {"service": wanted.service, "service_settings": _public(wanted)}


def secrets(wanted: ElasticsearchInstall) -> Body:
    """The service settings that a cluster never gives back."""
    key = wanted.sidecar_key or NO_KEY
    return (
        {"secret_parameters": {"api_key": key}} if wanted.service == "custom" else {"api_key": key}
    )


def comparable(endpoint: Mapping[str, Any]) -> Body:
    """What of `GET _inference/rerank/ID`'s endpoint decides what it does.

    An endpoint has no version of its own: two are the same when this is. Task settings are there
    only where somebody set one, such as a top_n, which must go.
    """
    settings = dict(endpoint.get("service_settings") or {})
    if headers := settings.get("headers"):
        settings["headers"] = {name: _header(name, text) for name, text in headers.items()}
    found: Body = {
        "service": endpoint.get("service"),
        "service_settings": {name: settings[name] for name in COMPARED if settings.get(name)},
    }
    task = {name: value for name, value in (endpoint.get("task_settings") or {}).items() if value}
    return {**found, "task_settings": task} if task else found


def _public(wanted: ElasticsearchInstall) -> Body:
    limit = {"rate_limit": {"requests_per_minute": wanted.requests_per_minute}}
    if wanted.service != "custom":
        return {"url": wanted.url, **limit}
    headers = {"Content-Type": "application/json", "Authorization": "Bearer ${api_key}"}
    more = "".join(f",{_dump(name)}:{_dump(value)}" for name, value in wanted.body.items())
    return {
        "url": wanted.url,
        "headers": {**headers, **wanted.headers},
        "request": '{"query":${query},"documents":${input}' + more + "}",
        "response": {"json_parser": dict(_PARSER)},
        **limit,
    }


def _header(name: str, text: str) -> str:
    """A key that somebody wrote into the header itself is shown to nobody by us."""
    return "(a key)" if name.lower() in _SECRET_HEADERS and "${" not in text else text


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
