"""Profiles from their files.

A faulty file stops the start-up, and the message says where the fault is:

    shoes.yaml: fields.title.weight: Input should be greater than or equal to 0
    shoes.yaml: signals.price.constraint: no extractor of the profile gives `price`
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from yaml import MarkedYAMLError, YAMLError

import mappings
from sidecar.errors import InvalidRequest, ProfileError
from sidecar.profile import Profile
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
        texts = {f"{name}.yaml": mappings.profile_text(name) for name in mappings.profile_names()}
        if folder is not None:
            texts |= _folder_texts(folder)
        profiles = [read_profile(text, file) for file, text in texts.items()]
        return cls({profile.name: profile for profile in sorted(profiles, key=lambda p: p.name)})

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.by_name)

    def get(self, name: str) -> Profile:
        """The profile. Raises InvalidRequest, which lists the known names."""
        if (profile := self.by_name.get(name)) is None:
            raise InvalidRequest(f"$.profile: `{name}` is not one of {', '.join(self.names)}")
        return profile


def read_profile(text: str, file: str) -> Profile:
    """The profile that a file holds. Raises ProfileError with the file and the fault's path."""
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
    try:
        profile = Profile.model_validate(raw)
    except ValidationError as faults:
        first = faults.errors(include_url=False)[0]
        message = re.sub(r"^Value error, ", "", first["msg"])
        path = _fault_path(first, raw)
        raise ProfileError(f"{file}: {f'{path}: ' if path else ''}{message}") from None
    for unknown in unknown_references(profile):
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


def _fault_path(fault: ErrorDetails, raw: object) -> str:
    """The fault's path in the file: pydantic's, without the names of union members in it."""
    path, node = "", raw
    for step in fault["loc"]:
        if isinstance(node, dict) and step in node:
            path, node = f"{path}.{step}", node[step]
        elif isinstance(node, list) and isinstance(step, int):
            path, node = f"{path}[{step}]", node[step]
        elif step == fault["loc"][-1] and fault["type"] == "missing":
            path = f"{path}.{step}"
    return path.lstrip(".")
