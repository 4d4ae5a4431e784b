"""`_source` filters: the model's fields are fetched, and the caller gets what was asked for.

A search with `"_source": ["title"]` whose `brand` is to be reranked asks the engine for both and
shows `title` alone. Patterns as both engines have them: a path stands for all below it, `*` for any
characters, dots included; what is excluded is out, whatever includes it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class SourceFilter:
    """A search's `_source`; without patterns it lets everything through."""

    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    off: bool = False
    """`"_source": false`: hits have none."""

    @classmethod
    def of(cls, value: Any) -> "SourceFilter":
        """The filter that a body's `_source` is, in each of its spellings; None is an absent one.
        Raises ValueError for what is none."""
        match value:
            case None | True:
                return cls()
            case False:
                return cls(off=True)
            case str() | list() | tuple():
                return cls(includes=_patterns(value))
            case Mapping():
                includes = value.get("includes", value.get("include"))
                excludes = value.get("excludes", value.get("exclude"))
                return cls(_patterns(includes), _patterns(excludes))
            case _:
                raise ValueError(f"_source: {value!r} is no filter")

    def with_fields(self, fields: Sequence[str]) -> "SourceFilter":
        """A filter that lets these fields through as well; parts of a field that are excluded
        stay so."""
        names = tuple(fields)
        if self.off:
            return SourceFilter(includes=names)
        includes = (*self.includes, *names) if self.includes else ()
        kept = [
            each for each in self.excludes if not any(_regex((each,)).fullmatch(n) for n in names)
        ]
        return SourceFilter(tuple(dict.fromkeys(includes)), tuple(kept))

    def body(self) -> Any:
        """The value for a search's `_source`."""
        if self.off:
            return False
        parts = {"includes": list(self.includes), "excludes": list(self.excludes)}
        return {key: patterns for key, patterns in parts.items() if patterns} or True

    def apply(self, source: Mapping[str, Any]) -> dict[str, Any]:
        """What of the source the filter lets through."""
        includes = _regex(self.includes) if self.includes else None
        return _filtered(source, "", includes, _regex(self.excludes))


def document(hit: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """What of a hit the sidecar gets: the named fields of `_source`, and those that are only in
    the hit's `fields` (stored, runtime and script fields); empty where it has none of them.

    In the order of their names: OpenSearch mixes up the keys of a filtered `_source`, and a model
    that reads them in another order gives another score."""
    found = SourceFilter(includes=tuple(fields)).apply(hit.get("_source") or {})
    fetched = hit.get("fields") or {}
    for name in fields:
        if name in fetched and name.partition(".")[0] not in found:
            values = fetched[name]
            found[name] = values[0] if len(values) == 1 else values
    order = [key for name in fields for key in (name, name.partition(".")[0])]
    return {key: found[key] for key in order if key in found} | found


def _patterns(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(map(str, value))


@lru_cache(maxsize=256)
def _regex(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Matches the paths that a pattern names, and all below them."""
    joined = "|".join(".*".join(map(re.escape, each.split("*"))) for each in patterns)
    return re.compile(rf"(?:{joined})(?:\..*)?" if patterns else r"(?!)", re.DOTALL)


def _filtered(
    source: Mapping[str, Any],
    path: str,
    includes: re.Pattern[str] | None,
    excludes: re.Pattern[str],
) -> dict[str, Any]:
    """`includes` is None where everything is included, as below a path that was named."""
    kept: dict[str, Any] = {}
    for key, value in source.items():
        at = path + key
        if excludes.fullmatch(at):
            continue
        inner = None if includes is None or includes.fullmatch(at) else includes
        found = _value(value, at + ".", inner, excludes)
        if inner is None or found:
            kept[key] = found
    return kept


def _value(
    value: Any, path: str, includes: re.Pattern[str] | None, excludes: re.Pattern[str]
) -> Any:
    """The value's part that passes; empty where nothing of it was named."""
    if isinstance(value, Mapping):
        return _filtered(value, path, includes, excludes)
    if isinstance(value, list):
        parts = [_value(each, path, includes, excludes) for each in value]
        return parts if includes is None else [part for part in parts if part]
    return value if includes is None else None
