"""What to install in an OpenSearch cluster for one sidecar and one profile.

    OpenSearchInstall("http://sidecar:8080", profile="legal").pipeline(Route.FLAT)

The connector, model and search pipeline of a route share one name, such as
`rerank-sidecar-legal-flat`. It contains the profile, so that several profiles can be installed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

import mappings
from es_integration.cluster.encoder import Embedder, Encoder
from es_integration.cluster.vector_pipeline import embedded_fields
from es_integration.opensearch.addresses import is_private

Version = tuple[int, int]

LAYOUT = 1
"""The version of what is installed, written into pipelines, connectors and models."""
TEXT_FIELD = "rerank_doc"
"""The field that the ingest pipelines of `mappings` write."""

BULK_TIMEOUT_S = 30
"""How long a batch of documents waits for its vectors: they give way to searches."""

_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")


class Route(StrEnum):
    """The two ways in which a search pipeline can send a page of hits to the sidecar."""

    FLAT = "flat"
    """`rerank.ml_opensearch`: one text per hit."""
    STRUCTURED = "structured"
    """`ml_inference` + `rerank.by_field`: one object per hit; keeps the first-stage score."""


class Highlighter(StrEnum):
    """What calls the sidecar beside the routes: it has a connector and a model, no pipeline."""

    SEMANTIC = "highlight"
    """The highlighter `semantic`: the sentences of a field that answer the search."""


Part = Route | Highlighter | Embedder
"""What has a connector and a model of its own. The embedders' are used by the ingest pipeline's
`text_embedding`, and by `neural` queries through the search pipelines' `neural_query_enricher`."""
SINCE: Mapping[Part, Version] = {
    Route.FLAT: (2, 12),
    Route.STRUCTURED: (2, 18),
    Highlighter.SEMANTIC: (3, 3),
    Embedder.DOCUMENTS: (2, 16),
    Embedder.QUERIES: (2, 16),
}
"""The highlighter is older, but until 3.3 it asked a model for each hit by itself; `text_embedding`
is older, but until 2.16 it had no `batch_size`."""
PRIVATE_SINCE: Version = (2, 15)
"""Older versions of ml-commons call no private address, whatever the settings say."""


@dataclass(frozen=True)
class OpenSearchInstall:
    """What to install in an OpenSearch cluster. Time-outs are whole seconds, as in ml-commons.

    Raises ValueError for values that are invalid or do not go together.
    """

    sidecar_url: str
    """The sidecar's address as the cluster's nodes reach it."""
    profile: str = "ecommerce"
    fields: tuple[str, ...] = ()
    """The fields of a hit that the structured route sends; empty: those of the templates."""
    name: str = "rerank-sidecar"
    """The prefix of every name."""
    sidecar_key: str | None = field(default=None, repr=False)
    """The cluster encrypts it and never returns it, so it cannot be compared."""
    rotate_key: bool = False
    """Write the key even when nothing else changes."""
    sidecar_ca: str | None = None
    """File with certificates to trust, beside the system's own, where this machine asks the sidecar
    itself. The cluster's nodes have their own trust."""
    connect_timeout_s: int = 3
    read_timeout_s: int = 5
    """How long a search waits for the sidecar."""
    ignore_failure: bool = True
    """When the sidecar fails, keep the first-stage order; False: fail the search."""
    text_field: str = TEXT_FIELD
    """The field of a hit that the flat route sends."""
    routes: tuple[Route, ...] = (Route.FLAT, Route.STRUCTURED)
    into: str | None = None
    """A search pipeline of the user's that gets the processors of the one route, instead of a
    pipeline of the sidecar's own."""
    keep_score: bool = False
    """Whether the structured route leaves `rerank_sidecar_score` in the hits, which marks those
    that were reranked."""
    highlight: bool = False
    """Whether the sidecar is a model for the highlighter `semantic` too."""
    embed: bool = False
    """Whether the sidecar makes vectors for the index and for `neural` queries too."""
    encoder: Encoder | None = None
    """Its encoder; `served_encoder` asks for it. Only an uninstall needs none."""
    embed_fields: tuple[str, ...] = ()
    """The fields whose texts make a document's vector; empty: the templates' prose."""
    vector_field: str = mappings.VECTOR_FIELD
    """The field of the index that holds it."""
    then_pipeline: str | None = None
    """An ingest pipeline that the one which makes vectors calls at its end."""
    private: bool | None = None
    """Whether the sidecar's address is private; None: looked up from this machine."""

    def __post_init__(self) -> None:
        address = urlsplit(self.sidecar_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError(f"no http address of a sidecar: {self.sidecar_url!r}")
        if address.query or address.fragment or address.username:
            raise ValueError("the sidecar's address may hold no query, fragment or user name")
        for part in (self.name, self.profile):
            if not _NAME.fullmatch(part):
                raise ValueError(f"a name is lower-case letters, digits and .-_, not {part!r}")
        if self.connect_timeout_s < 1 or self.read_timeout_s < 1:
            raise ValueError("time-outs are whole seconds, at least 1")
        if not self.parts:
            raise ValueError("at least one route, or the highlighter, is needed")
        if self.into is not None and len(self.routes) != 1:
            raise ValueError("one search pipeline takes the processors of one route: name it")
        if self.into in [self.pipeline(route) for route in Route]:
            raise ValueError(f"{self.into} is the sidecar's own pipeline: install without `into`")
        if not self.embed and (self.encoder or self.embed_fields):
            raise ValueError("an encoder and the fields for it go with `embed`")
        if self.rotate_key and self.sidecar_key is None:
            raise ValueError("rotate_key needs a sidecar_key")

    @property
    def sent(self) -> tuple[str, ...]:
        """The fields of a hit that the structured route sends.

        Raises ValueError when no `fields` are given and the profile has no templates.
        """
        if self.fields:
            return self.fields
        if self.profile not in mappings.DOMAINS:
            raise ValueError(
                f"name the fields to send for the profile {self.profile!r} (`fields`, `--fields`):"
                f" only {' and '.join(mappings.DOMAINS)} have templates that name them"
            )
        return mappings.load("opensearch", self.profile).fields

    @property
    def embedded(self) -> tuple[tuple[str, ...], ...]:
        """The names of each field whose text makes a document's vector; of several names the first
        that a document has is taken.

        Raises ValueError when no `embed_fields` are given and the profile has no templates.
        """
        return embedded_fields(self.profile, self.embed_fields)

    @property
    def base_url(self) -> str:
        """The sidecar's address without a trailing slash."""
        return self.sidecar_url.rstrip("/")

    @property
    def parts(self) -> tuple[Part, ...]:
        """The routes, and what else is wanted. The encoder's come first: the routes' pipelines name
        their model."""
        embedders = tuple(Embedder) if self.embed else ()
        highlighters = (Highlighter.SEMANTIC,) if self.highlight else ()
        return (*embedders, *self.routes, *highlighters)

    @property
    def rerank_url(self) -> str:
        """The address that the routes' connectors call."""
        return self.url(Route.FLAT)

    def url(self, part: Part) -> str:
        """The address that the part's connector calls."""
        if isinstance(part, Embedder):
            return f"{self.base_url}/v1/embeddings"
        action = "rerank" if isinstance(part, Route) else "highlight"
        return f"{self.base_url}/opensearch/{self.profile}/{action}"

    def timeout_s(self, part: Part) -> int:
        """How long the part's connector waits for an answer."""
        if part is Embedder.DOCUMENTS:
            return max(self.read_timeout_s, BULK_TIMEOUT_S)
        return self.read_timeout_s

    @property
    def call_timeout_s(self) -> int:
        """The client's time-out for calls that go on to the sidecar: longer than the cluster's, so
        that the cluster reports what went wrong."""
        return self.connect_timeout_s + self.read_timeout_s + 10

    @property
    def pattern(self) -> str:
        """The regular expression that trusts this sidecar's addresses and no others."""
        return f"^{re.escape(self.base_url)}/.*$"

    @property
    def at_private_address(self) -> bool:
        """Whether ml-commons must be allowed to call a private address. May look up a host name."""
        return is_private(self.sidecar_url) if self.private is None else self.private

    def pipeline(self, route: Part) -> str:
        """The name of the route's search pipeline, and of its connector and model. The highlighter
        has a connector and a model of its name."""
        return f"{self.name}-{self.profile}-{route}"

    @property
    def embed_pipeline(self) -> str:
        """The name of the ingest pipeline that makes vectors, and of the search pipeline for neural
        and hybrid queries that does not rerank."""
        return f"{self.name}-{self.profile}-embed"

    def searched_pipeline(self, route: Route) -> str:
        """The search pipeline that a search names: the user's, or the sidecar's own."""
        return self.into or self.pipeline(route)
