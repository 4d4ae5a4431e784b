"""The data files of this package, read, with the search engine's own types put in."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

Body = dict[str, Any]

DOMAINS = ("ecommerce", "legal")
VERSION = 4
"""The version of the templates' content, kept in `_meta.rerank`; every change raises it."""

_DATA = files(__name__.partition(".")[0])


def text_of(path: str) -> str:
    """The text of a data file."""
    return (_DATA / path).read_text(encoding="utf-8")


def json_of(path: str) -> Body:
    """The object of a data file."""
    return json.loads(text_of(path))  # type: ignore[no-any-return]


def substituted(value: Any, types: Mapping[str, Any]) -> Any:
    """The value with each "$name" in it replaced by the search engine's own type."""
    if isinstance(value, str) and value.startswith("$"):
        return substituted(types[value[1:]], types)
    if isinstance(value, dict):
        return {key: substituted(inner, types) for key, inner in value.items()}
    return value
