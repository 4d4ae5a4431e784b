"""Which models are served: rows of the settings table (`sidecar.settings` inherits them)."""

import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from sidecar.runtime.options import MAX_MB, ModelSource
from sidecar.runtime.shipped_models import named_folder

MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,127}")
"""What may stand before `=` in `model`: a name as clients send it, and no path from the root."""
MAX_IDLE_MIN = 1e7
"""Twenty years."""


def _joined(value: object) -> object:
    """A path as text, and a list of them as one text; else the value as it is."""
    if isinstance(value, list | tuple):
        if not all(isinstance(each, str | os.PathLike) for each in value):
            return value
        return ",".join(map(os.fspath, value)) or None
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _some_model(value: str | None) -> str | None:
    """The text. Raises ValueError where it names no model: a service must have one, and a variable
    that is empty must not make `NAME=$FOLDER` the folder in which the service was started."""
    if value is not None and not value.strip(", \t\r\n"):
        raise ValueError("names no model")
    for part in (value or "").split(","):
        name, equals, folder = part.strip().partition("=")
        if equals and not folder and not os.path.isdir(part.strip()):
            raise ValueError(f"`{name}=` names no folder")
    return value


class ModelChoice(BaseModel):
    """Which models are served."""

    model: Annotated[str | None, BeforeValidator(_joined), AfterValidator(_some_model)] = Field(
        None,
        description="Model folder or the name of a shipped model, or NAME=FOLDER; the shipped "
        "reranker when absent. Several, separated by commas or as repeated flags: the first is the "
        "default.",
    )
    strict_model: bool = Field(
        False,
        description="Refuse a request for a model that is not served with 404; otherwise the "
        "default model answers it.",
    )
    models_dir: Path | None = Field(
        None,
        description="Folder below which the folders lie that `/admin/models` may load; it loads "
        "none when absent.",
    )
    model_memory_mb: int | None = Field(
        None,
        ge=1,
        le=MAX_MB,
        description="Most megabytes of graphs and weights that are loaded at a time, the ones that "
        "still end included; a model beyond is refused. No limit when absent.",
    )
    idle_unload_min: float | None = Field(
        None,
        gt=0,
        le=MAX_IDLE_MIN,
        description="Minutes after which a model that nobody asks for is unloaded until somebody "
        "does; never the default model. Never when absent.",
    )

    @property
    def models(self) -> tuple[ModelSource, ...]:
        """The models of `model`, the default first."""
        return model_sources(self.model)


def model_sources(text: str | None) -> tuple[ModelSource, ...]:
    """The models of a setting: `FOLDER`, `NAME=FOLDER`, several separated by commas; None is the
    shipped reranker alone. For a folder may stand a shipped model's name."""
    if text is None:
        return (ModelSource(None),)
    if os.path.isdir(text):  # whatever signs its path holds
        return (ModelSource(Path(text)),)
    return tuple(_model_source(part.strip()) for part in text.split(",") if part.strip())


def _model_source(text: str) -> ModelSource:
    name, equals, folder = text.partition("=")
    if equals and MODEL_NAME.fullmatch(name) and not os.path.isdir(text):
        return ModelSource(named_folder(folder), name)
    return ModelSource(named_folder(text))
