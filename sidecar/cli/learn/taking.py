"""`rerank-sidecar learn promote` and `learn roll-back`: which run serves."""

from typing import Annotated

import typer

from sidecar.cli.learn.options import MODELS, AdminKey, AdminUrl, Models, Name, admin_of


def promote_command(
    name: Name,
    run: Annotated[int, typer.Argument(help="The run to serve.")],
    models_dir: Models = MODELS,
    admin_url: AdminUrl = None,
    admin_key: AdminKey = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also a run that the gate refused.")
    ] = False,
) -> None:
    """Let a run serve: one on hold, or one that has won an experiment."""
    from sidecar.workshop.learning.home import Home
    from sidecar.workshop.learning.taking import promote

    promote(Home(models_dir, name), run, admin_of(admin_url, admin_key), force=force)
    typer.echo(f"{name}: run {run} serves")


def roll_back_command(
    name: Name,
    to: Annotated[
        int | None,
        typer.Option(
            help="This run. Default: the one that was there before the one that serves.",
            show_default=False,
        ),
    ] = None,
    models_dir: Models = MODELS,
    admin_url: AdminUrl = None,
    admin_key: AdminKey = None,
) -> None:
    """Let an earlier run serve again."""
    from sidecar.workshop.learning.home import Home
    from sidecar.workshop.learning.taking import roll_back

    was, now = roll_back(Home(models_dir, name), to, admin_of(admin_url, admin_key))
    typer.echo(f"{name}: run {now} serves in place of run {was}")
