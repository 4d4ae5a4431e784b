"""sentence-transformers' `modules.json` and its settings, as both kinds of its models have them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sidecar.errors import ModelError
from sidecar.workshop.model.hub import MODULES, SETTINGS
from sidecar.workshop.model.pretrained import COPY_AGAIN


@dataclass(frozen=True)
class ModuleEntry:
    """An entry of `modules.json`."""

    kind: str
    """The last part of its type: "Pooling"."""
    path: str
    """Its folder in the model's, "" for the model's own."""


def read_modules(folder: Path) -> list[ModuleEntry]:
    """The entries of `modules.json` in order; empty where there is none. Raises ModelError for a
    damaged file."""
    rows = _read_json(folder / MODULES, [])
    try:
        return [_entry(row) for row in sorted(rows, key=lambda row: row["idx"])]
    except (TypeError, KeyError, AttributeError):
        raise ModelError(f"{folder / MODULES} lists no modules: {COPY_AGAIN}") from None


def _entry(row: dict[str, Any]) -> ModuleEntry:
    if not isinstance(row["path"], str):
        raise TypeError("a path is a text")
    return ModuleEntry(row["type"].rpartition(".")[2], row["path"])


def read_settings(folder: Path) -> dict[str, Any]:
    """sentence-transformers' settings; empty where there are none."""
    return read_object(folder / SETTINGS)


def is_cross_encoder(folder: Path) -> bool:
    """Whether its settings say that it scores pairs."""
    return read_settings(folder).get("model_type") == "CrossEncoder"


def read_object(file: Path) -> dict[str, Any]:
    """The file's JSON object, empty where there is no file. Raises ModelError for anything else."""
    found = _read_json(file, {})
    if not isinstance(found, dict):
        raise ModelError(f"{file} is not a JSON object: {COPY_AGAIN}")
    return found


def _read_json(file: Path, default: Any) -> Any:
    try:
        return json.loads(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return default
    except (OSError, ValueError) as fault:
        raise ModelError(f"{file} cannot be read ({fault}): {COPY_AGAIN}") from None
