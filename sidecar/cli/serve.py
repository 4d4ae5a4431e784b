"""`rerank-sidecar serve`: one flag per row of the settings table."""

import asyncio
import inspect
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from pydantic.fields import FieldInfo

from sidecar.settings import PREFIX, Settings, load


def _flag(name: str, field: FieldInfo) -> inspect.Parameter:
    """A setting as a typer option: its flag, its help, its environment variable, its default."""
    shown = "none" if field.default is None else str(field.default)
    help_text = f"{field.description} (env {PREFIX}{name.upper()}, default {shown})"
    option = typer.Option(f"--{name.replace('_', '-')}", help=help_text, show_default=False)
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[_plain_type(field) | None, option],
    )


def _plain_type(field: FieldInfo) -> Any:
    """What the command line parses; the settings check the rest (bounds, choices, secrets)."""
    kinds = {int, float, Path}
    annotated = {field.annotation, *get_args(field.annotation)}
    return next((kind for kind in kinds if kind in annotated), str)


def serve_command(config: Path | None, **flags: Any) -> None:
    """Serve the model over HTTP until SIGTERM."""
    from sidecar.http.serve import serve
    from sidecar.telemetry.logs import configure

    settings = load({name: flag for name, flag in flags.items() if flag is not None}, config)
    configure(settings.log_level)
    asyncio.run(serve(settings))


_config = inspect.Parameter(
    "config",
    inspect.Parameter.KEYWORD_ONLY,
    default=None,
    annotation=Annotated[
        Path | None,
        typer.Option("--config", help=f"TOML file with these settings. (env {PREFIX}CONFIG)"),
    ],
)
_parameters = [_config, *(_flag(name, field) for name, field in Settings.model_fields.items())]
serve_command.__signature__ = inspect.Signature(_parameters)  # type: ignore[attr-defined]
serve_command.__annotations__ = {item.name: item.annotation for item in _parameters}
