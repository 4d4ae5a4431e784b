"""The cluster settings that allow calls to the sidecar: read, changed, restored.

`trusted_connector_endpoints_regex` is one list for all connectors, and setting it replaces the
default. So the list in force is read, at whichever level it is set, and one pattern is added. What
opensearch.yml says counts as the default. If the default was in force, its digest is noted in the
cluster's metadata settings: an uninstall that brings the same list back unsets it.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from es_integration.cluster.change import Change
from es_integration.cluster.procedure import Body, Procedure
from es_integration.errors import ClusterRefused
from es_integration.opensearch.addresses import is_private
from es_integration.opensearch.calls import send
from es_integration.opensearch.capabilities import Capabilities
from es_integration.opensearch.spec import PRIVATE_SINCE, Highlighter, OpenSearchInstall, Part

KIND = "cluster setting"
TRUSTED = "plugins.ml_commons.trusted_connector_endpoints_regex"
PRIVATE = "plugins.ml_commons.connector.private_ip_enabled"
FACTORIES = "cluster.search.enabled_system_generated_factories"
"""What OpenSearch may add to a search's pipeline by itself; empty by default."""
HIGHLIGHTER = "semantic-highlighter"
"""The name there of what highlights all hits of a page in one request."""
NOTE_TRUSTED = "cluster.metadata.rerank_sidecar.default_trusted"
NOTE_PRIVATE = "cluster.metadata.rerank_sidecar.default_private"
NOTE_FACTORIES = "cluster.metadata.rerank_sidecar.default_factories"
WAS_SET = "set"
"""Noted when the setting had a value of its own before."""

PERSISTENT, TRANSIENT, DEFAULT = "persistent", "transient", "defaults"


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """The flat cluster settings by the level at which they are set."""

    levels: Mapping[str, Mapping[str, Any]]

    def level(self, name: str) -> str:
        """The level whose value is in force."""
        explicit = (TRANSIENT, PERSISTENT)
        return next((level for level in explicit if name in self.levels[level]), DEFAULT)

    def get(self, name: str) -> Any:
        """The value in force; None when the cluster does not have the setting."""
        return self.levels[self.level(name)].get(name)

    @property
    def trusted(self) -> list[str]:
        """The patterns in force."""
        return self._list(TRUSTED)

    @property
    def factories(self) -> list[str]:
        """The names in force; `*` is all."""
        return self._list(FACTORIES)

    def _list(self, name: str) -> list[str]:
        value = self.get(name) or []
        # A list may have been set as a string, which OpenSearch splits at its commas.
        return value.split(",") if isinstance(value, str) else list(value)

    @property
    def private(self) -> bool:
        """Whether connectors may call private addresses."""
        return str(self.get(PRIVATE)).lower() == "true"

    def trusts(self, url: str) -> bool:
        """Whether a connector may call the address. A pattern that only Java can read counts as
        not matching."""
        return any(_matches(pattern, url) for pattern in self.trusted)


def read() -> Procedure[ClusterSettings]:
    """The settings in force. Raises ClusterRefused."""
    answer = yield from send(
        lambda client: client.cluster.get_settings(include_defaults=True, flat_settings=True)
    )
    return ClusterSettings(
        {level: answer.get(level, {}) for level in (PERSISTENT, TRANSIENT, DEFAULT)}
    )


def plan_allow(
    spec: OpenSearchInstall, capabilities: Capabilities, parts: Sequence[Part]
) -> Procedure[list[Change]]:
    """The settings to change so that these parts may call the sidecar.

    Raises ClusterRefused when the address is private and this version calls no private address.
    """
    settings = yield from read()
    patterns = settings.trusted
    if not all(settings.trusts(spec.url(part)) for part in parts):
        patterns = [*patterns, spec.pattern]
    changes = [_change(settings, TRUSTED, settings.trusted, patterns, NOTE_TRUSTED)]
    if spec.at_private_address:
        if capabilities.version < PRIVATE_SINCE:
            raise ClusterRefused(
                f"{spec.base_url} is a private address, which OpenSearch {capabilities.number} does"
                " not call: 2.15 or newer is needed, or a public address"
            )
        changes.append(_change(settings, PRIVATE, settings.private, True, NOTE_PRIVATE))
    if Highlighter.SEMANTIC in parts:
        names = settings.factories
        allowed = names if {HIGHLIGHTER, "*"} & {*names} else [*names, HIGHLIGHTER]
        changes.append(_change(settings, FACTORIES, names, allowed, NOTE_FACTORIES))
    return changes


def plan_disallow(spec: OpenSearchInstall, other_urls: Iterable[str]) -> Procedure[list[Change]]:
    """The settings that an install changed and no other connector needs, changed back.

    `other_urls` are the addresses that the other connectors call.

    Raises ClusterRefused.
    """
    settings = yield from read()
    other_urls = tuple(other_urls)
    changes = []
    used = any(url.startswith(spec.base_url + "/") for url in other_urls)
    if spec.pattern in settings.trusted and not used:
        remaining = [pattern for pattern in settings.trusted if pattern != spec.pattern]
        changes.append(_undo(settings, TRUSTED, settings.trusted, remaining, NOTE_TRUSTED))
    noted = settings.get(NOTE_PRIVATE) is not None
    if noted and settings.private and not any(map(is_private, other_urls)):
        changes.append(_undo(settings, PRIVATE, True, False, NOTE_PRIVATE))
    noted = settings.get(NOTE_FACTORIES) is not None
    if noted and HIGHLIGHTER in settings.factories and not any(map(_highlights, other_urls)):
        remaining = [name for name in settings.factories if name != HIGHLIGHTER]
        changes.append(_undo(settings, FACTORIES, settings.factories, remaining, NOTE_FACTORIES))
    return changes


def _highlights(url: str) -> bool:
    """Whether a connector's address is that of a sidecar's highlighter."""
    return url.endswith(f"/{Highlighter.SEMANTIC}")


def _change(settings: ClusterSettings, name: str, before: Any, after: Any, note: str) -> Change:
    """Sets a value, and notes whether it replaces the default."""
    level = settings.level(name)
    if before == after:
        body = _described(before, level)
        return Change(KIND, name, body, body, lambda: _put(level, {}))
    target = PERSISTENT if level == DEFAULT else level
    values: dict[str, Any] = {name: after}
    if settings.get(note) is None:
        values[note] = digest(before) if level == DEFAULT else WAS_SET
    described = {**_described(after, target), "noted in": note}
    return Change(KIND, name, _described(before, level), described, lambda: _put(target, values))


def _undo(settings: ClusterSettings, name: str, before: Any, after: Any, note: str) -> Change:
    """Sets a value back, or unsets the setting if the value is the default that was noted."""
    level, noted = settings.level(name), settings.get(note)
    unset = noted == digest(after)
    values: dict[str, Any] = {name: None if unset else after}
    if unset or noted == WAS_SET:
        values[note] = None
    described = _described(after, DEFAULT if unset else level)
    return Change(KIND, name, _described(before, level), described, lambda: _put(level, values))


def _described(value: Any, level: str) -> Body:
    return {"value": value, "set in": level}


def _put(level: str, values: Mapping[str, Any]) -> Procedure[None]:
    yield from send(lambda client: client.cluster.put_settings(body={level: dict(values)}))


def digest(value: Sequence[str] | bool) -> str:
    """A short text, equal for equal values only."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]


def _matches(pattern: str, url: str) -> bool:
    try:
        return re.fullmatch(pattern, url) is not None
    except re.error:
        return False
