"""A Plan on the screen."""

from rich.console import Console
from rich.table import Table

from sidecar.workshop.figure_table import figure_table
from sidecar.workshop.planning.planning import Plan, Row

HEADS = ("replicas", "load", "p50 ms", "p95 ms", "p99 ms", "refused", "known", "a million cost")


def show(plan: Plan, console: Console | None = None) -> None:
    """Prints the plan, and what of it goes beyond the measurement."""
    console = console or Console()
    for line in heading(plan):
        console.print(line)
    console.print(_rows(plan))
    for note in all_notes(plan):
        console.print(f"* extrapolated: {note}")


def heading(plan: Plan) -> list[str]:
    """The node, the traffic and what is promised."""
    node, traffic = plan.node.figures, plan.traffic
    hits = ", ".join(f"{count} ({share:.0%})" for count, share in traffic.hits.shares.items())
    pairs = traffic.pairs
    return [
        f"Node: {node.model}, {node.workers} workers on {node.cores} cores ({node.device}), cache "
        f"{node.cache_mb} MB. Routing: {plan.routing}.",
        f"Traffic: {traffic.queries.per_second:,.6g} queries/s, "
        f"{traffic.queries.per_second * traffic.queries.peak:,.6g} in the busiest hour, "
        f"{traffic.queries.repeat_share:.0%} of {traffic.queries.popular:,} popular ones; hits "
        f"{hits}; pairs of {pairs.median_tokens:g} tokens, at most {pairs.max_tokens}.",
        f"Promise: at most {traffic.promise.refused:.2%} refused or later than "
        f"{traffic.promise.deadline_ms:g} ms, in the busiest hour. Simulated: {plan.queries:,} "
        f"queries a node, seed {plan.seed}.",
    ]


def cells(plan: Plan, row: Row) -> list[str]:
    """Of a row, the name first."""
    figures = row.figures
    milliseconds = (figures.p50_s, figures.p95_s, figures.p99_s)
    return [
        f"{row.rate:,.6g}/s{'*' if row.notes else ''}",
        f"{row.replicas:,}",
        f"{row.load:.0%}",
        *(f"{1000 * seconds:,.0f}" for seconds in milliseconds),
        f"{figures.refused:.2%}",
        f"{figures.known:.0%}",
        cost(row),
    ]


def cost(row: Row) -> str:
    """Of a million queries: all replicas all day, and as many as each hour needs."""
    if row.per_million is None or row.per_million_scaled is None:
        return "-"
    return f"{row.per_million:,.2f} ({row.per_million_scaled:,.2f} scaled by the hour)"


def all_notes(plan: Plan) -> list[str]:
    """What was extrapolated in any row, once each."""
    return list(dict.fromkeys(note for row in plan.rows for note in row.notes))


def _rows(plan: Plan) -> Table:
    table = figure_table("By queries/s in the busiest hour; the first row is the file's", HEADS)
    for row in plan.rows:
        table.add_row(*cells(plan, row))
    return table
