"""The models that have a name: those in the package, and those of installed distributions.

A distribution gives a model by an entry point of the group `rerank_sidecar.models`: its name is the
model's, its object the path of the model folder.
"""

import os
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path

import structlog

DEFAULT = "minilm-en"
"""The reranker that serves where no other is named."""
ENCODER = "minilm-en-embed"
ENTRY_POINTS = "rerank_sidecar.models"

log = structlog.get_logger("rerank")


@cache
def shipped_models() -> dict[str, Path]:
    """Name -> folder of each. Another distribution cannot take the name of one in the package."""
    models = Path(str(files("sidecar"))) / "models"
    own = {folder.name: folder for folder in sorted(models.iterdir()) if folder.is_dir()}
    return own | {name: path for name, path in _installed_models().items() if name not in own}


def shipped_model(name: str = DEFAULT) -> Path:
    """The folder of the model of that name. Raises KeyError if no such model is shipped."""
    return shipped_models()[name]


def named_folder(text: str) -> Path:
    """The folder at a path; where there is none, that of the shipped model of that name."""
    path = Path(text)
    return path if os.path.exists(path) else shipped_models().get(text, path)


def _installed_models() -> dict[str, Path]:
    """Those of other distributions. One that is broken is logged, and no other suffers from it."""
    found: dict[str, Path] = {}
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        try:
            found[point.name] = Path(point.load())
        except Exception as fault:  # whatever another's package raises
            log.warning("model not found", model=point.name, of=point.value, error=repr(fault))
    return found
