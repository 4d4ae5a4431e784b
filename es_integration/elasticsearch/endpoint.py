"""The inference endpoint through which Elasticsearch calls the sidecar: names and bodies; pure.

    ElasticsearchInstall("http://sidecar:8080", profile="legal").endpoint_id  # rerank-sidecar-legal

Three of Elasticsearch's inference services take the address of a server of your own:

    hugging_face   8.19, 9.1+   the default: texts pass through unchanged
    custom         8.19, 9.1+   your own headers and body keys; `${` in a text breaks it
    openshift_ai   9.3+         texts pass through unchanged; Cohere's body

`custom` fills `${name}` into its template again and again until nothing is left to fill: a document
"costs ${price}" fails the whole request, and "${query}" in it is replaced. So use it only when a
header or a body key must be sent, and only for texts without `${` (the ingest pipelines of
`mappings` remove it).

Nothing here ever sets top_n: the retriever needs exactly one score for each hit.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import mappings
from es_integration.cluster.encoder import Encoder
from es_integration.cluster.procedure import Body

Service = Literal["hugging_face", "custom", "openshift_ai"]
SERVICES: tuple[Service, ...] = get_args(Service)
EmbedService = Literal["hugging_face", "openai", "custom"]
EMBED_SERVICES: tuple[EmbedService, ...] = get_args(EmbedService)
TaskType = Literal["rerank", "text_embedding"]

NO_KEY = "not-used"
"""Every service requires a key; a sidecar without one accepts any."""
COMPARED = (
    *("url", "model_id", "headers", "query_parameters", "request", "response", "rate_limit"),
    *("dimensions", "similarity"),
)
"""The service settings that decide what an endpoint does. Clusters add more, such as batch_size."""

_ENDPOINT_ID = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?")
_ADDRESS = re.compile(r"https?://[^/\s?#@]+(/[^\s?#]*)?")
_SECRET_HEADERS = ("authorization", "x-api-key", "api-key")
_PARSER = {
    "reranked_index": "$.results[*].index",
    "relevance_score": "$.results[*].relevance_score",
}


@dataclass(frozen=True)
class Endpoint:
    """One inference endpoint, its secrets apart."""

    task_type: TaskType
    id: str
    service: str
    settings: Body
    """The service settings that a cluster shows."""
    secrets: Body = field(repr=False)
    """Those that it never returns."""
    calls: str
    """The address."""

    @property
    def body(self) -> Body:
        """The body of `PUT _inference/TASK/ID`, the key included."""
        return {"service": self.service, "service_settings": {**self.settings, **self.secrets}}

    @property
    def public(self) -> Body:
        """The endpoint without its secrets, in the form that `comparable` returns."""
        return {"service": self.service, "service_settings": self.settings}


@dataclass(frozen=True)
class ElasticsearchInstall:
    """What to install in an Elasticsearch cluster for one profile: an endpoint that reranks and,
    with `embed`, two that make vectors, and an ingest pipeline that writes those of documents.

    Raises ValueError for values that are invalid or do not go together.
    """

    sidecar_url: str
    """The sidecar's address as the cluster's nodes reach it."""
    profile: str = "ecommerce"
    service: Service = "hugging_face"
    name: str = "rerank-sidecar"
    """The prefix of the endpoint's ID."""
    sidecar_key: str | None = field(default=None, repr=False)
    """The cluster keeps it secret and never returns it, so it cannot be compared."""
    rotate_key: bool = False
    """Write the key even when nothing else changes."""
    sidecar_ca: str | None = None
    """File with certificates to trust, beside the system's own, where this machine asks the sidecar
    itself. The cluster's nodes have their own trust."""
    requests_per_minute: int = 10_000
    """Above it Elasticsearch queues. High by default: the sidecar knows its load better."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """For the `custom` service. No secrets: anyone who may read endpoints sees them."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """Further keys of the `custom` service's requests, such as {"fields": {"title": 3}}."""
    embed: bool = False
    """Whether the sidecar makes vectors for the index and for queries too."""
    encoder: Encoder | None = None
    """Its encoder; `served_encoder` asks for it. Only an uninstall needs none."""
    embed_service: EmbedService = "hugging_face"
    """The service of the endpoints that make vectors."""
    embed_fields: tuple[str, ...] = ()
    """The fields whose texts make a document's vector; empty: the templates' prose. A profile
    without templates then gets no ingest pipeline, as `semantic_text` needs none."""
    vector_field: str = mappings.VECTOR_FIELD
    """The field of the index that holds it."""
    then_pipeline: str | None = None
    """An ingest pipeline that the one which writes vectors calls at its end."""

    def __post_init__(self) -> None:
        if self.service not in SERVICES:
            raise ValueError(f"service must be one of {', '.join(SERVICES)}, not {self.service}")
        if self.embed_service not in EMBED_SERVICES:
            raise ValueError(
                f"embed_service must be one of {', '.join(EMBED_SERVICES)}, not"
                f" {self.embed_service}"
            )
        if not self.embed and (self.encoder or self.embed_fields):
            raise ValueError("an encoder and the fields for it go with `embed`")
        if not _ADDRESS.fullmatch(self.sidecar_url):
            raise ValueError("no http(s) address without a query and a password")
        if not _ENDPOINT_ID.fullmatch(self.endpoint_id):
            raise ValueError(f"no endpoint ID (a-z, 0-9, - and _ inside): {self.endpoint_id}")
        if self.requests_per_minute < 1:
            raise ValueError(f"requests_per_minute must be at least 1: {self.requests_per_minute}")
        if self.service != "custom" and (self.headers or self.body):
            raise ValueError(f"{self.service} sends no headers or body keys: that is custom's")
        if reserved := {"query", "documents"} & {*self.body}:
            raise ValueError(f"the search's own keys cannot be set: {', '.join(sorted(reserved))}")
        if any(
            "${" in text for text in (self.sidecar_url, *self.headers.values(), _dump(self.body))
        ):
            raise ValueError("${ in the address, a header or the body would be filled in")

    @property
    def endpoint_id(self) -> str:
        return f"{self.name}-{self.profile}"

    @property
    def embed_pipeline(self) -> str:
        """The name of the ingest pipeline that writes vectors."""
        return f"{self.endpoint_id}-embed"

    @property
    def url(self) -> str:
        """The address to call. The profile is in the path: `hugging_face` has no other place."""
        return f"{self.sidecar_url.rstrip('/')}/elasticsearch/{self.profile}/rerank"


def endpoint_body(spec: ElasticsearchInstall) -> Body:
    """The body of `PUT _inference/rerank/ID`, the key included."""
    return rerank_endpoint(spec).body


def rerank_endpoint(spec: ElasticsearchInstall) -> Endpoint:
    """The endpoint that reranks."""
    return Endpoint(
        "rerank",
        spec.endpoint_id,
        spec.service,
        _settings(spec),
        secrets(spec.service, spec.sidecar_key),
        spec.url,
    )


def secrets(service: str, key: str | None) -> Body:
    """The service settings that a cluster never returns."""
    secret = {"api_key": key or NO_KEY}
    return {"secret_parameters": secret} if service == "custom" else secret


def limit_and_headers(spec: ElasticsearchInstall, service: str) -> Body:
    """The service settings that both kinds of endpoint have: a rate limit and, for `custom`, the
    headers."""
    limit = {"rate_limit": {"requests_per_minute": spec.requests_per_minute}}
    if service != "custom":
        return limit
    headers = {"Content-Type": "application/json", "Authorization": "Bearer ${api_key}"}
    return {"headers": {**headers, **spec.headers}, **limit}


def comparable(endpoint: Mapping[str, Any]) -> Body:
    """The part of an endpoint, as `GET _inference/TASK/ID` shows it, that decides what it does.

    Endpoints have no version: two are the same when this part is. Task settings appear only when
    somebody set one, such as a top_n, which must go.
    """
    settings = dict(endpoint.get("service_settings") or {})
    if headers := settings.get("headers"):
        settings["headers"] = {name: _header(name, text) for name, text in headers.items()}
    if parser := (settings.get("response") or {}).get("json_parser"):
        # What clusters add by themselves to the parser of vectors.
        kept = {name: path for name, path in parser.items() if name != "embedding_type"}
        settings["response"] = {**settings["response"], "json_parser": kept}
    body: Body = {
        "service": endpoint.get("service"),
        "service_settings": {name: settings[name] for name in COMPARED if settings.get(name)},
    }
    task = {name: value for name, value in (endpoint.get("task_settings") or {}).items() if value}
    return {**body, "task_settings": task} if task else body


def _settings(spec: ElasticsearchInstall) -> Body:
    common = limit_and_headers(spec, spec.service)
    if spec.service != "custom":
        return {"url": spec.url, **common}
    more = "".join(f",{_dump(name)}:{_dump(value)}" for name, value in spec.body.items())
    return {
        "url": spec.url,
        **common,
        "request": '{"query":${query},"documents":${input}' + more + "}",
        "response": {"json_parser": dict(_PARSER)},
    }


def _header(name: str, text: str) -> str:
    """Hides a key that somebody wrote into the header itself."""
    return "(a key)" if name.lower() in _SECRET_HEADERS and "${" not in text else text


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
