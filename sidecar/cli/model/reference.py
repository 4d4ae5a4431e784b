"""`rerank-sidecar model reference`."""

from pathlib import Path
from typing import Annotated

import typer


def reference_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the model.")],
    sidecar: Annotated[
        str,
        typer.Option(
            help="The address of a running sidecar that serves the model.",
            envvar="RERANK_SIDECAR_URL",
        ),
    ],
    model: Annotated[
        str | None,
        typer.Option(help="What the sidecar calls the model; the folder's own name when absent."),
    ] = None,
) -> None:
    """Keep how a model's scores are distributed in a running sidecar, to measure drift against it.

    Every sidecar that serves the folder from then on compares with these scores, also after a
    restart, and not with those of its own first thousand requests.
    """
    from sidecar.workshop.model.score_reference import keep_references

    profiles = keep_references(folder, sidecar, model)
    typer.echo(f"{folder}: the scores under {', '.join(profiles)} are the reference")
