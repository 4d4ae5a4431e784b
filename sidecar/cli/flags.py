"""Settings as command-line flags: for every command that reads the settings table."""

import inspect
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from pydantic.fields import FieldInfo

from sidecar.runtime.options import RENAMED
from sidecar.settings import PREFIX, Settings

SEVERAL = {"model"}
"""Settings whose flag may be given again."""
CONFIG = Annotated[
    Path | None,
    typer.Option("--config", help=f"TOML file with these settings. (env {PREFIX}CONFIG)"),
]


def with_settings(names: Iterable[str]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command `--config` and a flag for each of the settings `names`.

    The command takes `config` and, as `**flags`, what was given or None; its other parameters stay.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = [
            item
            for item in inspect.signature(command).parameters.values()
            if item.kind is not inspect.Parameter.VAR_KEYWORD and item.name != "config"
        ]
        config = _option("config", CONFIG)
        flags = [_flag(name, Settings.model_fields[name]) for name in names]
        parameters = [*own, config, *flags]
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {item.name: item.annotation for item in parameters}
        return command

    return decorate


def _flag(name: str, field: FieldInfo) -> inspect.Parameter:
    """A setting as a typer option: its flag, its help, its environment variable, its default."""
    shown = "none" if field.default is None else str(field.default)
    help_text = f"{field.description} (env {PREFIX}{name.upper()}, default {shown})"
    names = [name, *(old for old, new in RENAMED.items() if new == name)]
    flags = [f"--{each.replace('_', '-')}" for each in names]
    option = typer.Option(*flags, help=help_text, show_default=False)
    kind = _plain_type(field)
    if name in SEVERAL:
        kind = list[kind]  # type: ignore[valid-type]
    return _option(name, Annotated[kind | None, option])


def _option(name: str, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
    )


def _plain_type(field: FieldInfo) -> Any:
    """What the command line parses; the settings check the rest (bounds, choices, secrets)."""
    kinds = {int, float, Path}
    annotated = {field.annotation, *get_args(field.annotation)}
    return next((kind for kind in kinds if kind in annotated), str)
