"""`_source` filters: fetch the model's fields, and give the caller only what it asked for.

A search with `"_source": ["title"]` that reranks by `brand` fetches both fields and shows only
`title`. The patterns are those of both search engines: a path includes everything below it, `*`
matches any characters, dots included, and excludes win over includes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class SourceFilter:
    """The `_source` of a search; without patterns it lets everything through."""

    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    off: bool = False
    """`"_source": false`: hits have none."""

    @classmethod
    def of(cls, value: Any) -> "SourceFilter":
        """The filter of a body's `_source`, in any of its spellings; None: there is none.

        Raises ValueError for a value that is no filter.
        """
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
        """A filter that also lets these fields through; excluded parts of a field stay excluded."""
        names = tuple(fields)
        if self.off:
            return SourceFilter(includes=names)
        includes = (*self.includes, *names) if self.includes else ()
        excludes = tuple(
            pattern
            for pattern in self.excludes
            if not any(_regex((pattern,)).fullmatch(name) for name in names)
        )
        return SourceFilter(tuple(dict.fromkeys(includes)), excludes)

    def body(self) -> Any:
        """The value for a search's `_source`."""
        if self.off:
            return False
        parts = {"includes": list(self.includes), "excludes": list(self.excludes)}
        return {key: patterns for key, patterns in parts.items() if patterns} or True

    def apply(self, source: Mapping[str, Any]) -> dict[str, Any]:
        """The parts of the source that the filter lets through."""
        includes = _regex(self.includes) if self.includes else None
        return _filtered(source, "", includes, _regex(self.excludes))


def hit_document(hit: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """The document of a hit that the sidecar gets: the named fields of its `_source`, and those
    that are only in its `fields` (stored, runtime and script fields). Empty if it has none of them.

    The keys are in the order of `fields`: OpenSearch shuffles the keys of a filtered `_source`, and
    a model that reads them in another order gives another score.
    """
    document = SourceFilter(includes=tuple(fields)).apply(hit.get("_source") or {})
    other_fields = hit.get("fields") or {}
    for name in fields:
        if name in other_fields and name.partition(".")[0] not in document:
            values = other_fields[name]
            document[name] = values[0] if len(values) == 1 else values
    order = [key for name in fields for key in (name, name.partition(".")[0])]
    return {key: document[key] for key in order if key in document} | document


def _patterns(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(map(str, value))


@lru_cache(maxsize=256)
def _regex(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Matches the paths that the patterns name, and all paths below them."""
    joined = "|".join(".*".join(map(re.escape, pattern.split("*"))) for pattern in patterns)
    return re.compile(rf"(?:{joined})(?:\..*)?" if patterns else r"(?!)", re.DOTALL)


def _filtered(
    source: Mapping[str, Any],
    path: str,
    includes: re.Pattern[str] | None,
    excludes: re.Pattern[str],
) -> dict[str, Any]:
    """`includes` is None when everything is included, as below a path that a pattern names."""
    filtered: dict[str, Any] = {}
    for key, value in source.items():
        key_path = path + key
        if excludes.fullmatch(key_path):
            continue
        inner = None if includes is None or includes.fullmatch(key_path) else includes
        part = _filtered_value(value, key_path + ".", inner, excludes)
        if inner is None or part:
            filtered[key] = part
    return filtered


def _filtered_value(
    value: Any, path: str, includes: re.Pattern[str] | None, excludes: re.Pattern[str]
) -> Any:
    """The part of the value that passes; empty when no pattern names anything in it."""
    if isinstance(value, Mapping):
        return _filtered(value, path, includes, excludes)
    if isinstance(value, list):
        parts = [_filtered_value(item, path, includes, excludes) for item in value]
        return parts if includes is None else [part for part in parts if part]
    return value if includes is None else None
