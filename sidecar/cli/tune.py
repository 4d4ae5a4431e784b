"""`rerank-sidecar tune`: measure which layout is fastest on this machine, and keep it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sidecar.cli.flags import with_settings
from sidecar.settings import load

SETTINGS = ("model", "graph", "device", "runtime", "precision", "state")
"""The settings that decide what is measured and where the winner is kept."""


@with_settings(SETTINGS)
def tune_command(
    config: Path | None,
    seconds: Annotated[
        float, typer.Option(min=1, help="How long to measure, in addition to loading the model.")
    ] = 25.0,
    requests: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help='JSON lines of {"query", "documents"} to score instead of the synthetic workload.',
        ),
    ] = None,
    concurrency: Annotated[
        int,
        typer.Option(
            min=1, help="Concurrent requests. 1 finds the layout with the lowest latency."
        ),
    ] = 2,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Measure, but keep nothing.")] = False,
    beside_others: Annotated[
        bool,
        typer.Option(
            "--beside-others",
            help="Keep the winner even if other processes used the cores: choose this where they "
            "will do so when the sidecar serves.",
        ),
    ] = False,
    **flags: Any,
) -> None:
    """Measure which layout (workers, threads, token budget) is fastest here, and keep it."""
    from rich.console import Console

    from sidecar.workshop.tune.layout_tables import show, show_fixed_settings
    from sidecar.workshop.tune.tuning import TuneSpec, fixed_settings, tune

    spec = TuneSpec(load(flags, config), seconds, requests, concurrency, dry_run, beside_others)
    console = Console()
    show_fixed_settings(fixed_settings(spec.settings), console)
    with Console(stderr=True).status("loading") as status:
        report = tune(spec, status.update)
    show(report, console)
