"""The models that come with the package, by name: a reranker and an encoder."""

from functools import cache
from importlib.resources import files
from pathlib import Path

DEFAULT = "minilm-en"
"""The reranker that serves where no other is named."""
ENCODER = "minilm-en-embed"


@cache
def shipped_models() -> dict[str, Path]:
    """Name -> folder of each."""
    models = Path(str(files("sidecar"))) / "models"
    return {folder.name: folder for folder in sorted(models.iterdir()) if folder.is_dir()}


def shipped_model(name: str = DEFAULT) -> Path:
    """The folder of the model of that name. Raises KeyError if no such model is shipped."""
    return shipped_models()[name]


def named_folder(text: str) -> Path:
    """The folder at a path; where there is none, that of the shipped model of that name."""
    path = Path(text)
    return path if path.exists() else shipped_models().get(text, path)
