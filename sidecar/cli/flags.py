"""Settings as command-line options, for every command that reads the settings table."""

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
    typer.Option("--config", help=f"TOML file of settings. (env {PREFIX}CONFIG)"),
]


def with_settings(names: Iterable[str]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorates a command with `--config` and an option for each of the settings `names`.

    The command takes `config` and, as `**flags`, the values by name, None where an option is not
    given. Its own parameters stay options of their own.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = [
            parameter
            for parameter in inspect.signature(command).parameters.values()
            if parameter.kind is not inspect.Parameter.VAR_KEYWORD and parameter.name != "config"
        ]
        config = _parameter("config", CONFIG)
        flags = [_setting_option(name, Settings.model_fields[name]) for name in names]
        parameters = [*own, config, *flags]
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        return command

    return decorate


def _setting_option(name: str, field: FieldInfo) -> inspect.Parameter:
    """A setting as a typer option; its help names the environment variable and the default."""
    default = "none" if field.default is None else str(field.default)
    help_text = f"{field.description} (env {PREFIX}{name.upper()}, default {default})"
    names = [name, *(old for old, new in RENAMED.items() if new == name)]
    flags = [f"--{each.replace('_', '-')}" for each in names]
    option = typer.Option(*flags, help=help_text, show_default=False)
    kind = _plain_type(field)
    if name in SEVERAL:
        kind = list[kind]  # type: ignore[valid-type]
    return _parameter(name, Annotated[kind | None, option])


def _parameter(name: str, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
    )


def _plain_type(field: FieldInfo) -> Any:
    """The type that the command line parses; the settings check bounds, choices and secrets."""
    types = {int, float, Path}
    annotated = {field.annotation, *get_args(field.annotation)}
    return next((plain for plain in types if plain in annotated), str)
