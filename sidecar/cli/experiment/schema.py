"""`rerank-sidecar experiment schema`."""

import typer


def schema_command() -> None:
    """Print the JSON Schema of an experiment's file, for editors.

    Editors with the TOML language server Taplo take it by a first line
    `#:schema experiment.schema.json`.
    """
    import json

    from mappings.experiments import file_schema

    typer.echo(json.dumps(file_schema(), indent=2, ensure_ascii=False))
