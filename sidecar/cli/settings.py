"""`rerank-sidecar settings`: the settings table as Markdown, for docs/settings.md."""

import typer

from sidecar.settings import PREFIX, Settings


def settings_command() -> None:
    """Print the table of settings as Markdown."""
    typer.echo(settings_table())


def settings_table() -> str:
    """One row per setting: flag, environment variable, default, meaning."""
    rows = [
        "| flag (TOML: the same with `_`) | environment | default | meaning |",
        "|---|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        flag = f"`--{name.replace('_', '-')}`"
        rows.append(f"| {flag} | `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows)
