"""What an OpenSearch cluster is to have for one sidecar and one profile; pure.

    OpenSearchInstall("http://sidecar:8080", profile="legal").pipeline(Route.FLAT)

Names begin with `name` and hold the profile and the route, so that profiles stand side by side:
connector, model and search pipeline of a route are all `rerank-sidecar-legal-flat`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

import mappings
from es_integration.opensearch.addresses import is_private

Version = tuple[int, int]

LAYOUT = 1
"""Version of what is installed: it stands in the pipelines, connectors and models."""
TEXT_FIELD = "rerank_doc"
"""The field that the ingest pipelines of `mappings` write."""

_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")


class Route(StrEnum):
    """The two ways from a page of hits to the sidecar."""

    FLAT = "flat"
    """`rerank.ml_opensearch`: one text per hit."""
    STRUCTURED = "structured"
    """`ml_inference` + `rerank.by_field`: one object per hit; keeps the first-stage score."""


SINCE: Mapping[Route, Version] = {Route.FLAT: (2, 12), Route.STRUCTURED: (2, 18)}
PRIVATE_SINCE: Version = (2, 15)
"""Before it ml-commons calls no private address, whatever its settings say."""


@dataclass(frozen=True)
class OpenSearchInstall:
    """What an OpenSearch cluster is to have. Raises ValueError when the parts do not go together.

    The time-outs are in whole seconds, as ml-commons reads them.
    """

    sidecar_url: str
    """As the cluster's nodes reach it."""
    profile: str = "ecommerce"
    fields: tuple[str, ...] = ()
    """What the structured route sends of a hit; none: those of the profile's templates."""
    name: str = "rerank-sidecar"
    """What every name begins with."""
    sidecar_key: str | None = field(default=None, repr=False)
    """The cluster encrypts it and gives it to nobody, so it cannot be compared either."""
    rotate_key: bool = False
    """Write the key even where nothing else changes."""
    connect_timeout_s: int = 3
    read_timeout_s: int = 5
    """How long a search waits for the sidecar."""
    ignore_failure: bool = True
    """Where the sidecar fails: the first-stage order, or (False) a failed search."""
    text_field: str = TEXT_FIELD
    """What the flat route sends of a hit."""
    routes: tuple[Route, ...] = (Route.FLAT, Route.STRUCTURED)
    private: bool | None = None
    """Whether the address is one of a private network; None: looked up here."""

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
        if not self.routes:
            raise ValueError("at least one route is needed")
        if self.rotate_key and self.sidecar_key is None:
            raise ValueError("rotate_key needs a sidecar_key")

    @property
    def sent(self) -> tuple[str, ...]:
        """What the structured route sends of a hit. Raises ValueError where no `fields` are given
        and the profile has no templates that name them."""
        if self.fields:
            return self.fields
        if self.profile not in mappings.DOMAINS:
            raise ValueError(
                f"name the fields to send for the profile {self.profile!r} (`fields`, `--fields`):"
                f" only {' and '.join(mappings.DOMAINS)} have templates that name them"
            )
        return mappings.load("opensearch", self.profile).fields

    @property
    def base_url(self) -> str:
        """The sidecar's address without a slash at its end."""
        return self.sidecar_url.rstrip("/")

    @property
    def rerank_url(self) -> str:
        """What the connectors call."""
        return f"{self.base_url}/opensearch/{self.profile}/rerank"

    @property
    def call_limit_s(self) -> int:
        """Of a call that goes on to the sidecar: longer than the cluster waits, so that it is the
        cluster that says what went wrong."""
        return self.connect_timeout_s + self.read_timeout_s + 10

    @property
    def pattern(self) -> str:
        """The regular expression that trusts this sidecar's addresses and no others."""
        return f"^{re.escape(self.base_url)}/.*$"

    @property
    def at_private_address(self) -> bool:
        """Whether ml-commons must be allowed to call a private address. Looks a name up."""
        return is_private(self.sidecar_url) if self.private is None else self.private

    def pipeline(self, route: Route) -> str:
        """The name of the route's search pipeline, and of its connector and model."""
        return f"{self.name}-{self.profile}-{route}"
