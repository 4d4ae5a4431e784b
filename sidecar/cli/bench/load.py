"""`rerank-sidecar bench load`: what the sidecar does with more work than it can do."""

from pathlib import Path
from typing import Annotated

import typer


def load_command(
    loads: Annotated[
        str, typer.Option(help="Multiples of the capacity to offer, separated by commas.")
    ] = "0.5,1,2,4,10",
    seconds: Annotated[
        float, typer.Option(min=1, max=600, help="Length of each step; there are two per load.")
    ] = 15.0,
    seed: Annotated[int, typer.Option(help="Of arrivals and texts.")] = 1,
    model: Annotated[
        Path | None, typer.Option(help="Model folder (default: the shipped model).")
    ] = None,
    simulate: Annotated[
        float | None,
        typer.Option(
            min=1,
            help="Simulate the model: two workers that take a second for so many tokens, and no "
            "CPU time.",
        ),
    ] = None,
    only_node: Annotated[
        bool, typer.Option("--only-node", help="Measure what `plan` needs, and nothing else.")
    ] = False,
    json: Annotated[Path | None, typer.Option(help="Also write the figures to this file.")] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Write a PNG plot to this file (extra `build`).")
    ] = None,
) -> None:
    """Offer more work than this machine can do, and see what is answered in time.

    Open loop, Poisson arrivals and bursts: single documents, searches of 100 documents, and a few
    of 1,000. Then searches beside batch work, and beside a client that floods the service. Before,
    what work of each length takes, for `plan`. Takes some 25 times the length of a step.
    """
    from sidecar.workshop.bench.json_figures import write_json
    from sidecar.workshop.bench.load.load_benchmark import LoadSpec, run_load_benchmark
    from sidecar.workshop.bench.load.load_tables import show

    if plot is not None:
        from sidecar.workshop.bench.load.load_plot import plot as write_plot
    if only_node:
        spec = LoadSpec((), seconds, seed, model, simulate, compare=())
    else:
        spec = LoadSpec(_loads(loads), seconds, seed, model, simulate)
    report = run_load_benchmark(spec, lambda line: typer.echo(line, err=True))
    show(report)
    write_json(report, json)
    if plot is not None:
        write_plot(report, plot)


def _loads(text: str) -> tuple[float, ...]:
    try:
        loads = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"`{text}` is no list of numbers", param_hint="--loads") from None
    if not all(0 < load <= 100 for load in loads):
        raise typer.BadParameter("loads are above 0 and at most 100", param_hint="--loads")
    return loads
