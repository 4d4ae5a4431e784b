"""`rerank-sidecar plan`: how many replicas a traffic needs."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from sidecar.errors import StartupError

MAX_RATE = 1e6


def plan_command(
    traffic: Annotated[Path, typer.Argument(help="The traffic, as TOML.")],
    node: Annotated[Path, typer.Argument(help="The node: a file of `bench load --json`.")],
    rates: Annotated[
        str,
        typer.Option(
            help="Queries per second in the busiest hour to plan for too, separated by commas."
        ),
    ] = "10,100,1000,10000",
    routing: Annotated[
        Literal["random", "hash"],
        typer.Option(
            help="How queries come to replicas: `hash` always sends a query to the same one."
        ),
    ] = "random",
    replicas: Annotated[
        int | None,
        typer.Option(
            help="Replicas for the file's own rate. Default: the fewest that keep its promise.",
            show_default=False,
        ),
    ] = None,
    queries: Annotated[
        int, typer.Option(min=100, max=1_000_000, help="Queries to simulate on a node.")
    ] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Of arrivals, lengths and repeats.")] = 1,
    json: Annotated[Path | None, typer.Option(dir_okay=False, help="Also write JSON.")] = None,
    html: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Also write a page with plots.")
    ] = None,
) -> None:
    """Plan replicas, latencies, refusals and cost for a traffic, from one measured node.

    A simulation on a virtual clock, with the service's own admission, cache and order of runs.
    Takes a minute or so.
    """
    from sidecar.judgements.files import write_text
    from sidecar.workshop.bench.json_figures import write_json
    from sidecar.workshop.planning.node_model import read_node
    from sidecar.workshop.planning.plan_tables import show
    from sidecar.workshop.planning.planning import Planner
    from sidecar.workshop.planning.traffic import read_traffic

    if html is not None:
        from sidecar.workshop.planning.plan_page import plan_page
    for file in (json, html):
        if file is not None and not file.parent.is_dir():
            raise StartupError(f"there is no folder {file.parent}")
    if replicas is not None and replicas < 1:
        raise StartupError(f"--replicas {replicas}: needs at least one")
    wanted = _rates(rates)
    described = read_traffic(traffic)
    measured = read_node(node, described.model)
    planner = Planner(
        described,
        measured,
        routing,
        seed,
        queries,
        say=lambda line: typer.echo(line, err=True),
    )
    plan = planner.plan(wanted, replicas)
    show(plan)
    write_json(plan.figures(), json)
    if html is not None:
        write_text(html, plan_page(plan))


def _rates(text: str) -> tuple[float, ...]:
    try:
        rates = tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise StartupError(f"--rates {text}: is no list of numbers") from None
    if not all(0 < rate <= MAX_RATE for rate in rates):
        raise StartupError(f"--rates {text}: rates are above 0 and at most {MAX_RATE:,.0f}")
    return rates
