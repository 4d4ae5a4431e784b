"""`rerank-sidecar tune`: the fastest layout on this machine, measured and kept."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sidecar.cli.flags import with_settings
from sidecar.errors import RerankError, StartupError
from sidecar.settings import load

SETTINGS = ("model", "graph", "device", "engine", "precision", "state")
"""What decides what is measured, and where the winner is kept."""


@with_settings(SETTINGS)
def tune_command(
    config: Path | None,
    seconds: Annotated[
        float, typer.Option(min=1, help="How long to measure, about; loading comes on top.")
    ] = 25.0,
    requests: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help='JSON lines of {"query", "documents"} instead of the synthetic mix.',
        ),
    ] = None,
    concurrency: Annotated[
        int,
        typer.Option(
            min=1, help="Requests at a time. 1 finds what is best for a lone request's time."
        ),
    ] = 2,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Keep nothing.")] = False,
    beside_others: Annotated[
        bool,
        typer.Option(
            "--beside-others",
            help="Keep what wins on a busy machine too: it will be as busy when it serves.",
        ),
    ] = False,
    **flags: Any,
) -> None:
    """Measure which layout (workers, threads, token budget) is fastest here, and keep it."""
    from rich.console import Console

    from sidecar.workshop.tune.layout_tables import show, show_fixed
    from sidecar.workshop.tune.tuning import TuneSpec, fixed, run

    settings = load(flags, config)
    console = Console()
    show_fixed(fixed(settings), console)
    spec = TuneSpec(settings, seconds, requests, concurrency, dry_run, beside_others)
    try:
        with Console(stderr=True).status("loading") as status:
            report = run(spec, status.update)
    except RerankError as fault:  # a model that fails, a query that is too long
        raise StartupError(fault.message) from fault
    show(report, console)
