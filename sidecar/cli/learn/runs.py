"""`rerank-sidecar learn list` and `learn show`."""

from typing import Annotated

import typer

from sidecar.cli.learn.options import MODELS, Models, Name
from sidecar.errors import StartupError


def list_command(name: Name, models_dir: Models = MODELS) -> None:
    """The runs of a name, and which one serves."""
    from rich.console import Console

    from sidecar.workshop.learning.home import Home
    from sidecar.workshop.learning.tables import print_runs

    home = Home(models_dir, name)
    with home.open() as ledger:
        print_runs(ledger, home.serving(), Console())


def show_command(
    name: Name,
    run: Annotated[int | None, typer.Argument(help="Default: the last one.")] = None,
    models_dir: Models = MODELS,
) -> None:
    """One run: what it learned from, what the gate measured, and the verdict."""
    from rich.console import Console

    from sidecar.workshop.learning.home import Home
    from sidecar.workshop.learning.tables import print_run

    home = Home(models_dir, name)
    with home.open() as ledger:
        number = max(ledger.runs) if run is None and ledger.runs else run
        if number not in ledger.runs:
            raise StartupError(f"{name} has no run {number}")
        print_run(ledger.runs[number], Console())
