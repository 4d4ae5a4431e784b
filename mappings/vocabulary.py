"""The files of words: `vocabularies/<kind>/<language>.yaml`.

A kind is what the words are about (`color`, `material`); a language is named by its ISO 639-1 code,
`zh` with both scripts in one file. The shape of a kind's files is that of the schema with which
the service reads them (`sidecar.text.vocabularies`).
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_FOLDER = files(__name__.partition(".")[0]) / "vocabularies"
FIRST = "en"
"""The language whose names are those of all languages."""


@cache
def vocabulary_kinds() -> tuple[str, ...]:
    """The kinds that ship, sorted."""
    return tuple(sorted(entry.name for entry in _FOLDER.iterdir() if entry.is_dir()))


@cache
def vocabulary_texts(kind: str) -> Mapping[str, str]:
    """The YAML of each language's file of a kind, English first, then by code.

    Raises KeyError for a kind that is not in vocabulary_kinds.
    """
    if kind not in vocabulary_kinds():
        raise KeyError(kind)
    found = {
        entry.name.removesuffix(".yaml"): entry.read_text(encoding="utf-8")
        for entry in (_FOLDER / kind).iterdir()
        if entry.name.endswith(".yaml")
    }
    return {code: found[code] for code in sorted(found, key=lambda code: (code != FIRST, code))}
