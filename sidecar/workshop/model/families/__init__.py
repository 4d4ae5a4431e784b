"""Which family opens a model.

To add one: a file here with `accepts` and `open_folder`, and its row in FAMILIES. Options that only
some families have are keywords of their `open_folder`.
"""

import inspect
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from sidecar.errors import ModelError
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.hub import fetch
from sidecar.workshop.model.pretrained import read_config

FAMILIES = ("cross_encoder", "decoder", "cosine_head")
"""Files of this folder, asked in this order; one that is not asked is not imported."""

Option = str | int


class Family(Protocol):
    def accepts(self, architecture: str) -> bool:
        """Whether the family opens a folder whose config.json names the architecture."""

    def open_folder(self, folder: Path, name: str, **options: Option) -> Checkpoint:
        """The model in `folder`. Raises ModelError with what is wrong and what to do."""


def open_checkpoint(
    source: str,
    name: str | None = None,
    *,
    revision: str | None = None,
    **options: Option | None,
) -> Checkpoint:
    """The model of a local Hugging Face folder, or of a hub name (`revision`: branch or commit).

    No code from the model's folder is ever run. Options (`max_tokens`; for decoders `separator` and
    `instruction`) that are None are the family's to choose. Raises ModelError: no such model, a
    download that fails, an architecture that no family knows, files that are missing or damaged.
    """
    return open_folder(fetch(source, revision), name or source_name(source), **options)


def open_folder(folder: Path, name: str, **options: Option | None) -> Checkpoint:
    """The model of a local Hugging Face folder; see `open_source`."""
    family = _family_of(folder)
    given = {key: value for key, value in options.items() if value is not None}
    known = inspect.signature(family.open_folder).parameters
    if strange := [key for key in given if key not in known]:
        raise ModelError(f"{folder} is a model without {strange[0]}: leave that option out")
    return family.open_folder(folder, name, **given)


def source_name(source: str) -> str:
    """A hub name as it is; of a folder its own name, with "-" for what a name must not hold."""
    if not Path(source).is_dir():
        return source
    name = Path(source).resolve().name
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in name)[:128]


def _family_of(folder: Path) -> Family:
    config = read_config(folder)
    architectures = config.get("architectures") or [""]
    for row in FAMILIES:
        family = cast(Family, import_module(f"{__name__}.{row}"))
        if family.accepts(architectures[0]):
            return family
    why = "; it needs code from its own folder, which is never run" if "auto_map" in config else ""
    raise ModelError(
        f"{folder}: unknown architecture {architectures[0]}{why}: docs/models.md has the table of "
        "those that can be exported"
    )
