"""A Plan as one HTML file, which loads nothing and runs nothing."""

from sidecar.workshop.html_page import html_page, html_table, html_text
from sidecar.workshop.planning.plan_plots import day_plot, latency_plot, refusal_plot, replica_plot
from sidecar.workshop.planning.plan_tables import HEADS, all_notes, cells, heading
from sidecar.workshop.planning.planning import Plan


def plan_page(plan: Plan) -> str:
    """The page."""
    rows = [cells(plan, row) for row in plan.rows]
    lengths = [
        [f"{each.tokens} tokens", *(f"{1000 * s:.2f}" for s in (each.pair_s, each.cached_s))]
        for each in plan.node.figures.lengths
    ]
    body = [
        "<h1>Replicas for a traffic</h1>",
        *map(html_text, heading(plan)),
        "<h2>Replicas, latencies, refusals, cost</h2>",
        html_table(["queries/s in the busiest hour", *HEADS], rows),
        *(html_text(f"* extrapolated: {note}.") for note in all_notes(plan)),
        replica_plot(plan),
        "<h2>The first row's replicas at other rates</h2>",
        latency_plot(plan),
        refusal_plot(plan),
        "<h2>The day</h2>",
        day_plot(plan),
        "<h2>The measured node</h2>",
        html_table(["pairs", "ms of a worker", "ms if known"], lengths),
    ]
    return html_page("Replicas for a traffic", body)
