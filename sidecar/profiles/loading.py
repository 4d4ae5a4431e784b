"""The profiles that a search may name: the shipped ones and those of a folder.

A faulty file stops the start, and the fault says where it is:

    shoes.yaml: fields.title.weight: Input should be greater than or equal to 0
    shoes.yaml: signals.price.constraint: no extractor of the profile gives `price`
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from yaml import CSafeLoader, MappingNode, MarkedYAMLError, ScalarNode, YAMLError, load
from yaml.constructor import ConstructorError

import mappings
from sidecar.errors import InvalidRequest, ProfileError
from sidecar.profile import (
    CitationSignal,
    ConstraintSignal,
    FieldProfile,
    MatchSignal,
    Profile,
    Signal,
    UnitsSignal,
)
from sidecar.schema import MAX_WEIGHT
from sidecar.text.query import EXTRACTORS


@dataclass(frozen=True, slots=True)
class Profiles:
    """Profiles by name, all of them valid."""

    by_name: Mapping[str, Profile]

    @classmethod
    def open(cls, folder: Path | None = None) -> "Profiles":
        """The shipped profiles and the folder's *.yaml, which go before shipped ones of their name.

        Raises ProfileError for the first fault.
        """
        texts = {f"{name}.yaml": mappings.profile_text(name) for name in mappings.profile_names()}
        if folder is not None:
            texts |= _folder_texts(folder)
        profiles = [read_profile(text, file) for file, text in texts.items()]
        return cls({profile.name: profile for profile in sorted(profiles, key=lambda p: p.name)})

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.by_name)

    def get(self, name: str) -> Profile:
        """The profile. Raises InvalidRequest that names those that there are."""
        if (profile := self.by_name.get(name)) is None:
            raise InvalidRequest(f"$.profile: `{name}` is not one of {', '.join(self.names)}")
        return profile


def with_weights(profile: Profile, weights: Mapping[str, float]) -> Profile:
    """The profile with these weights in place of its own; an alias stands for its field.

    A profile that reads every field takes any name, and goes on reading the others: a weight says
    how much one field counts, never that others do not. Raises InvalidRequest, with the path, for
    a name that any other profile lacks and for a weight that is no number from 0 to MAX_WEIGHT.
    """
    if not weights:
        return profile
    named = {alias: name for name, field in profile.fields.items() for alias in field.aliases}
    fields = dict(profile.fields)
    every = profile.other_fields or not profile.fields
    for given, weight in weights.items():
        if isinstance(weight, bool) or not 0 <= weight <= MAX_WEIGHT:
            raise InvalidRequest(f"$.fields.{given}: must be a number from 0 to {MAX_WEIGHT}")
        name = given if given in fields else named.get(given, given)
        if name not in fields and not every:
            raise InvalidRequest(
                f"$.fields.{given}: profile {profile.name} has no such field, only "
                f"{', '.join(profile.fields)}"
            )
        field = fields.get(name, FieldProfile())
        fields[name] = field.model_copy(update={"weight": float(weight)})
    return profile.model_copy(update={"fields": fields, "other_fields": every})


def read_profile(text: str, file: str) -> Profile:
    """The profile that a file holds. Raises ProfileError with the file and the fault's path."""
    try:
        raw = load(text, _Loader)
    except MarkedYAMLError as fault:
        mark = fault.problem_mark
        line = f"line {mark.line + 1}: " if mark else ""
        raise ProfileError(f"{file}: {line}{fault.problem}") from None
    except YAMLError as fault:
        raise ProfileError(f"{file}: is not YAML: {fault}") from None
    if not isinstance(raw, dict):
        raise ProfileError(f"{file}: must be a mapping with the keys of a profile")
    try:
        profile = Profile.model_validate(raw)
    except ValidationError as faults:
        first = faults.errors(include_url=False)[0]
        message = re.sub(r"^Value error, ", "", first["msg"])
        where = _where(first, raw)
        raise ProfileError(f"{file}: {f'{where}: ' if where else ''}{message}") from None
    for unknown in _unknown_references(profile):
        raise ProfileError(f"{file}: {unknown}")
    if profile.name != file.removesuffix(".yaml"):
        raise ProfileError(f"{file}: name: must be that of the file, not {profile.name}")
    # Heaviest first is the order of a passage; equal weights keep that of the file.
    ordered = sorted(profile.fields.items(), key=lambda item: -item[1].weight)
    return profile.model_copy(update={"fields": dict(ordered)})


def _folder_texts(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise ProfileError(f"{folder} is not a folder of profiles")
    texts = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            texts[path.name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            raise ProfileError(f"{path} cannot be read: {fault}") from None
    return texts


def _where(fault: ErrorDetails, raw: object) -> str:
    """The fault's path in the file: pydantic's, without the names of union members in it."""
    path, at = "", raw
    for step in fault["loc"]:
        if isinstance(at, dict) and step in at:
            path, at = f"{path}.{step}", at[step]
        elif isinstance(at, list) and isinstance(step, int):
            path, at = f"{path}[{step}]", at[step]
        elif step == fault["loc"][-1] and fault["type"] == "missing":
            path = f"{path}.{step}"
    return path.lstrip(".")


def _unknown_references(profile: Profile) -> Iterator[str]:
    """What the file names but does not have, each with its path."""
    for place, name in enumerate(profile.extractors):
        if name not in EXTRACTORS:
            yield f"extractors[{place}]: `{name}` is not one of {', '.join(EXTRACTORS)}"
    yield from _aliases_of_two(profile)
    for name, signal in profile.signals.items():
        for field in _fields_of(signal):
            yield from _unknown_field(profile, field, f"signals.{name}")
        if isinstance(signal, ConstraintSignal):
            yield from _unknown_constraint(profile, signal.constraint, f"signals.{name}.constraint")
    for name, rule in profile.rules.items():
        yield from _unknown_field(profile, rule.field, f"rules.{name}.field")
        for field in rule.unless_cited:
            yield from _unknown_field(profile, field, f"rules.{name}.unless_cited")
    for constraint, factors in profile.boosts.items():
        yield from _unknown_constraint(profile, constraint, f"boosts.{constraint}")
        for field in factors:
            yield from _unknown_field(profile, field, f"boosts.{constraint}.{field}")


def _aliases_of_two(profile: Profile) -> Iterator[str]:
    owner = {name: name for name in profile.fields}
    for name, field in profile.fields.items():
        for alias in field.aliases:
            if owner.setdefault(alias, name) != name or alias == name:
                yield f"fields.{name}.aliases: `{alias}` is {owner[alias]}'s already"


def _fields_of(signal: Signal) -> tuple[str, ...]:
    if isinstance(signal, MatchSignal | UnitsSignal | ConstraintSignal | CitationSignal):
        return signal.fields
    return (signal.field,)


def _unknown_field(profile: Profile, name: str, path: str) -> Iterator[str]:
    """A profile without fields reads them all; `attributes.color` is inside of `attributes`."""
    if profile.fields and name not in profile.fields and name.split(".")[0] not in profile.fields:
        owners = [owner for owner, field in profile.fields.items() if name in field.aliases]
        hint = f", but an alias of `{owners[0]}`" if owners else "; give it weight 0 to read it"
        yield f"{path}: `{name}` is not a field of the profile{hint}"


def _unknown_constraint(profile: Profile, name: str, path: str) -> Iterator[str]:
    if name not in profile.extractors:
        yield f"{path}: no extractor of the profile gives `{name}`"


class _Loader(CSafeLoader):
    """YAML 1.2's core schema: `no` is a word and a date is text. A key may stand only once."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own way

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[object, object]:
        keys: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, ScalarNode):
                raise ConstructorError(None, None, "a key must be a word", key.start_mark)
            if key.value in keys:
                raise ConstructorError(None, None, f"`{key.value}` stands twice", key.start_mark)
            keys.add(key.value)
        return super().construct_mapping(node, deep)


_DIGITS = r"(?:0|[1-9][0-9]*)"
for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", rf"[-+]?{_DIGITS}", list("-+0123456789")),
    (
        "float",
        rf"[-+]?(?:\.[0-9]+|{_DIGITS}(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?",
        list("-+.0123456789"),
    ),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})$"), _first
    )
