"""Profiles from their files.

A faulty file stops the start-up, and the message says where the fault is:

    shoes.yaml: fields.title.weight: Input should be greater than or equal to 0
    shoes.yaml: signals.price.constraint: no extractor of the profile gives `price`

The file is the one that holds the faulty value, also where another one extends it. For a name that
leads nowhere it is the file that was read: the name may be its parent's, of a field that it drops.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from yaml import MarkedYAMLError, YAMLError

import mappings
from sidecar.errors import InvalidRequest, ProfileError
from sidecar.profile import Profile
from sidecar.profiles.inheritance import Lineage, ProfileFile, has, lineage
from sidecar.profiles.references import unknown_references
from sidecar.yaml_core import load


@dataclass(frozen=True, slots=True)
class Profiles:
    """Profiles by name, all of them valid."""

    by_name: Mapping[str, Profile]

    @classmethod
    def open(cls, folder: Path | None = None) -> "Profiles":
        """The shipped profiles and the folder's *.yaml files, which replace shipped ones of the
        same name.

        Raises ProfileError for the first fault.
        """
        shipped = shipped_files()
        own = [] if folder is None else _files_of(folder)
        profiles = {file.name: _profile(lineage(file, (), shipped)) for file in shipped}
        profiles |= {file.name: _profile(lineage(file, own, shipped)) for file in own}
        return cls(dict(sorted(profiles.items())))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.by_name)

    def get(self, name: str) -> Profile:
        """The profile. Raises InvalidRequest, which lists the known names."""
        if (profile := self.by_name.get(name)) is None:
            raise InvalidRequest(f"$.profile: `{name}` is not one of {', '.join(self.names)}")
        return profile


def read_profile(text: str, file: str) -> Profile:
    """The profile that a file holds, which may extend a shipped one. Raises ProfileError with the
    file and the fault's path."""
    return _profile(lineage(_parsed(text, file), (), shipped_files()))


@cache
def shipped_files() -> tuple[ProfileFile, ...]:
    """The files of the shipped profiles."""
    names = mappings.profile_names()
    return tuple(_parsed(mappings.profile_text(name), f"{name}.yaml") for name in names)


def _parsed(text: str, file: str) -> ProfileFile:
    try:
        raw = load(text)
    except MarkedYAMLError as fault:
        mark = fault.problem_mark
        line = f"line {mark.line + 1}: " if mark else ""
        raise ProfileError(f"{file}: {line}{fault.problem}") from None
    except YAMLError as fault:
        raise ProfileError(f"{file}: is not YAML: {fault}") from None
    if not isinstance(raw, dict):
        raise ProfileError(f"{file}: must be a mapping with the keys of a profile")
    return ProfileFile(file, raw)


def _profile(files: Lineage) -> Profile:
    raw = files.merged()
    file = files.files[0]
    try:
        profile = Profile.model_validate(raw)
    except ValidationError as faults:
        first = faults.errors(include_url=False)[0]
        message = re.sub(r"^Value error, ", "", first["msg"])
        steps = _fault_steps(first, raw)
        path = _path(steps)
        origin = files.file_of(steps).file
        raise ProfileError(f"{origin}: {f'{path}: ' if path else ''}{message}") from None
    for unknown in unknown_references(profile):
        raise ProfileError(f"{file.file}: {unknown}")
    if profile.name != file.name:
        raise ProfileError(f"{file.file}: name: must be that of the file, not {profile.name}")
    # Heaviest first is the order of a passage; equal weights keep that of the file.
    ordered = sorted(profile.fields.items(), key=lambda item: -item[1].weight)
    return profile.model_copy(update={"fields": dict(ordered)})


def _files_of(folder: Path) -> list[ProfileFile]:
    if not folder.is_dir():
        raise ProfileError(f"{folder} is not a folder of profiles")
    files = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            raise ProfileError(f"{path} cannot be read: {fault}") from None
        files.append(_parsed(text, path.name))
    return files


def _fault_steps(fault: ErrorDetails, raw: object) -> list[str | int]:
    """The fault's steps in the file: pydantic's, without the names of union members in them."""
    steps: list[str | int] = []
    node: Any = raw
    for step in fault["loc"]:
        if has(node, step):
            steps.append(step)
            node = node[step]
        elif step == fault["loc"][-1] and fault["type"] == "missing":
            steps.append(step)
    return steps


def _path(steps: Sequence[str | int]) -> str:
    """`fields.title.aliases[1]`."""
    parts = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return "".join(parts).removeprefix(".")
