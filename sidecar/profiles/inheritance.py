"""A profile that extends another: the other's keys, with its own changes.

    name: outdoor
    extends: ecommerce
    fields:
      title: {weight: 0.4}              one key of one field; the others are inherited
      brand: {aliases: [..., maker]}    `...` stands for the inherited list
      tent_size: {weight: 0.1}          one field more
    signals:
      popularity: null                  one signal less

Mappings are merged key by key, lists and values are replaced, null takes an inherited key away. A
signal of another `kind`, and a rule with another condition, are the child's alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sidecar.errors import ProfileError

INHERITED = "..."
"""In a list: the items of the list that it replaces."""
CONDITIONS = ("values", "pattern", "states")
"""Of a rule: one of them at a time."""
Raw = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ProfileFile:
    """A file as it is written."""

    file: str
    raw: Raw

    @property
    def name(self) -> str:
        return self.file.removesuffix(".yaml")


@dataclass(frozen=True, slots=True)
class Lineage:
    """A file and those that it extends, itself first."""

    files: tuple[ProfileFile, ...]

    def merged(self) -> dict[str, object]:
        """The keys of the profile; `name` is the first file's own, which is named so."""
        first = self.files[0]
        keys: Raw = {}
        for each in reversed(self.files):
            keys = _merged(keys, {k: v for k, v in each.raw.items() if k not in _OWN})
        own = {key: first.raw[key] for key in _OWN if key in first.raw}
        return {"name": first.name, **own, **keys}

    def file_of(self, path: Sequence[str | int]) -> ProfileFile:
        """The file that says what is at the path: the nearest one that has it."""
        return max(self.files, key=lambda each: _depth(each.raw, path))


_OWN = ("name", "extends")


def lineage(
    file: ProfileFile, own: Sequence[ProfileFile], shipped: Sequence[ProfileFile]
) -> Lineage:
    """The file and its parents: files of the same folder, else shipped ones. A file that extends
    its own name extends the shipped profile of that name.

    Raises ProfileError for a parent that is no profile, and for files that extend one another.
    """
    files = [file]
    while (parent := files[-1].raw.get("extends")) is not None:
        child = files[-1]
        candidates = [*(each for each in own if each is not child), *shipped]
        found = next((each for each in candidates if each.name == parent), None)
        if found is None:
            names = ", ".join(sorted({each.name for each in candidates}))
            raise ProfileError(f"{child.file}: extends: `{parent}` is not one of {names}")
        if found in files:
            ring = " -> ".join(each.name for each in (*files[files.index(found) :], found))
            raise ProfileError(f"{child.file}: extends: {ring} goes round")
        files.append(found)
    return Lineage(tuple(files))


def _merged(parent: Raw, child: Raw) -> dict[str, object]:
    keys = dict(parent)
    for key, value in child.items():
        inherited = keys.get(key)
        if value is None and key in keys:
            del keys[key]
        elif isinstance(value, dict):
            keys[key] = _merged(_inherited(inherited, value), value)
        elif isinstance(value, list) and INHERITED in value:
            items = inherited if isinstance(inherited, list) else []
            place = value.index(INHERITED)
            keys[key] = [*value[:place], *items, *value[place + 1 :]]
        else:
            keys[key] = value
    return keys


def _inherited(parent: object, changes: Raw) -> Raw:
    """What the changes inherit: nothing of a signal of another kind, no other condition of a
    rule."""
    if not isinstance(parent, dict) or changes.get("kind", parent.get("kind")) != parent.get(
        "kind"
    ):
        return {}
    if not any(condition in changes for condition in CONDITIONS):
        return parent
    return {key: value for key, value in parent.items() if key not in CONDITIONS}


def has(raw: object, step: str | int) -> bool:
    """Whether an object or a list of a file has the key or the place."""
    if isinstance(raw, list):
        return isinstance(step, int) and step < len(raw)
    return isinstance(raw, dict) and step in raw


def _depth(raw: Any, path: Sequence[str | int]) -> int:
    """How many steps of the path the file has."""
    for depth, step in enumerate(path):
        if not has(raw, step):
            return depth
        raw = raw[step]
    return len(path)
