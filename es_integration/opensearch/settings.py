"""The cluster settings that let a cluster call the sidecar: read, changed, put back.

`trusted_connector_endpoints_regex` is one list for all connectors, and setting it replaces the
default. So the list in force is read, from wherever it is set, and one pattern is added to it; what
opensearch.yml says counts as the default. Whether the list was the default is noted beside it, as
a digest in the cluster's own metadata settings: an uninstall that leaves the same list unsets it.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from es_integration.cluster.change import Change
from es_integration.cluster.procedure import Procedure
from es_integration.errors import ClusterRefused
from es_integration.opensearch.addresses import is_private
from es_integration.opensearch.bodies import Body
from es_integration.opensearch.calls import Cluster, ask
from es_integration.opensearch.spec import PRIVATE_SINCE, OpenSearchInstall

KIND = "cluster setting"
TRUSTED = "plugins.ml_commons.trusted_connector_endpoints_regex"
PRIVATE = "plugins.ml_commons.connector.private_ip_enabled"
NOTE_TRUSTED = "cluster.metadata.rerank_sidecar.default_trusted"
NOTE_PRIVATE = "cluster.metadata.rerank_sidecar.default_private"
WAS_SET = "set"
"""Noted where it was not the default that was changed."""

PERSISTENT, TRANSIENT, DEFAULT = "persistent", "transient", "defaults"


@dataclass(frozen=True, slots=True)
class Settings:
    """The flat cluster settings by the place where they are set."""

    places: Mapping[str, Mapping[str, Any]]

    def place(self, name: str) -> str:
        """Which place is in force."""
        return next((at for at in (TRANSIENT, PERSISTENT) if name in self.places[at]), DEFAULT)

    def get(self, name: str) -> Any:
        """The value in force; None where the cluster does not know the setting."""
        return self.places[self.place(name)].get(name)

    @property
    def trusted(self) -> list[str]:
        """The patterns in force."""
        value = self.get(TRUSTED) or []
        # A list may have been given as a text, which OpenSearch splits at its commas.
        return value.split(",") if isinstance(value, str) else list(value)

    @property
    def private(self) -> bool:
        """Whether connectors may call private addresses."""
        return str(self.get(PRIVATE)).lower() == "true"

    def trusts(self, url: str) -> bool:
        """Whether a connector may call the address. A pattern that only Java understands counts
        as one that does not match."""
        return any(_matches(pattern, url) for pattern in self.trusted)


def read() -> Procedure[Settings]:
    """Raises ClusterRefused."""
    answer = yield from ask(
        lambda client: client.cluster.get_settings(include_defaults=True, flat_settings=True)
    )
    return Settings({at: answer.get(at, {}) for at in (PERSISTENT, TRANSIENT, DEFAULT)})


def plan_allow(wanted: OpenSearchInstall, cluster: Cluster) -> Procedure[list[Change]]:
    """What must be set so that the cluster may call the sidecar.

    Raises ClusterRefused where the version calls no private address at all.
    """
    settings = yield from read()
    patterns = settings.trusted
    if not settings.trusts(wanted.rerank_url):
        patterns = [*patterns, wanted.pattern]
    changes = [_change(settings, TRUSTED, settings.trusted, patterns, NOTE_TRUSTED)]
    if wanted.at_private_address:
        if cluster.version < PRIVATE_SINCE:
            raise ClusterRefused(
                f"{wanted.base_url} is a private address, which OpenSearch {cluster.number} does"
                " not call: 2.15 or newer is needed, or a public address"
            )
        changes.append(_change(settings, PRIVATE, settings.private, True, NOTE_PRIVATE))
    return changes


def plan_disallow(wanted: OpenSearchInstall, others: Iterable[str]) -> Procedure[list[Change]]:
    """What an install had set and no other connector needs; `others` are the addresses of those.

    Raises ClusterRefused.
    """
    settings = yield from read()
    others = tuple(others)
    changes = []
    used = any(url.startswith(wanted.base_url + "/") for url in others)
    if wanted.pattern in settings.trusted and not used:
        left = [pattern for pattern in settings.trusted if pattern != wanted.pattern]
        changes.append(_undo(settings, TRUSTED, settings.trusted, left, NOTE_TRUSTED))
    noted = settings.get(NOTE_PRIVATE) is not None
    if noted and settings.private and not any(map(is_private, others)):
        changes.append(_undo(settings, PRIVATE, True, False, NOTE_PRIVATE))
    return changes


def _change(settings: Settings, name: str, before: Any, after: Any, note: str) -> Change:
    """One that sets, and notes what was there if that was the default."""
    place = settings.place(name)
    if before == after:
        body = _shown(before, place)
        return Change(KIND, name, body, body, lambda: _put(place, {}))
    to = PERSISTENT if place == DEFAULT else place
    values: dict[str, Any] = {name: after}
    if settings.get(note) is None:
        values[note] = digest(before) if place == DEFAULT else WAS_SET
    shown = {**_shown(after, to), "noted in": note}
    return Change(KIND, name, _shown(before, place), shown, lambda: _put(to, values))


def _undo(settings: Settings, name: str, before: Any, after: Any, note: str) -> Change:
    """One that unsets where what is left is what the default was."""
    place, noted = settings.place(name), settings.get(note)
    unset = noted == digest(after)
    values: dict[str, Any] = {name: None if unset else after}
    if unset or noted == WAS_SET:
        values[note] = None
    shown = _shown(after, DEFAULT if unset else place)
    return Change(KIND, name, _shown(before, place), shown, lambda: _put(place, values))


def _shown(value: Any, place: str) -> Body:
    return {"value": value, "set in": place}


def _put(place: str, values: Mapping[str, Any]) -> Procedure[None]:
    yield from ask(lambda client: client.cluster.put_settings(body={place: dict(values)}))


def digest(value: Sequence[str] | bool) -> str:
    """A short text that is equal for equal values."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]


def _matches(pattern: str, url: str) -> bool:
    try:
        return re.fullmatch(pattern, url) is not None
    except re.error:
        return False
