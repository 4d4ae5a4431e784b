"""A load report on the screen."""

from rich.console import Console
from rich.table import Table

from sidecar.workshop.bench.load.bounds import Bound
from sidecar.workshop.bench.load.load_benchmark import LoadReport
from sidecar.workshop.bench.load.node_figures import NodeFigures
from sidecar.workshop.bench.load.outcomes import LatencyFigures
from sidecar.workshop.figure_table import figure_table

WAITING = (
    "The generator had no privilege to go before the service (CAP_SYS_NICE): where cores are busy, "
    "latencies hold its own waits for one."
)


def show(report: LoadReport, console: Console | None = None) -> None:
    """Prints the report, each promise with whether it was kept."""
    console = console or Console()
    machine = report.machine
    console.print(
        f"{report.date}: {machine.cpu}, {machine.cores} cores ({machine.extensions}), "
        f"{machine.onnxruntime}; model {report.model}; seed {report.seed}"
    )
    console.print(
        f"Capacity {report.capacity:.0f} documents/s; steps of {report.seconds:g} s; latencies "
        "count from the planned moment"
    )
    if machine.warning:
        console.print(f"[yellow]{machine.warning}[/]")
    if report.node is not None:
        console.print(_node(report.node))
    if not report.steps:
        return
    if not all(step.generator_first for step in report.steps):
        console.print(WAITING)
    console.print(_steps(report))
    for name, figures in (("batch work at 2", report.batch), ("a greedy key at 4", report.greedy)):
        if figures is not None:
            console.print(_compared(name, figures))
    console.print(_bounds(report.bounds))


def _node(node: NodeFigures) -> Table:
    title = (
        f"Pairs by length, {node.workers} workers on {node.cores} cores; a request beside its "
        f"pairs {1000 * node.request_s:.1f} ms"
    )
    table = figure_table(title, ("ms of a worker", "alone, ms", "known, ms"))
    for each in node.lengths:
        figures = (each.pair_s, each.alone_s, each.cached_s)
        table.add_row(f"{each.tokens} tokens", *(f"{1000 * seconds:.2f}" for seconds in figures))
    return table


def _steps(report: LoadReport) -> Table:
    columns = (
        *("offered", "goodput", "in time", "429", "late", "failed"),
        *("p99 / deadline", "429 p99 ms", "sent late ms", "generator"),
    )
    table = figure_table("Documents/s by load, in multiples of the capacity", columns)
    for step in report.steps:
        table.add_row(
            f"{step.load:g}, {step.pattern}",
            f"{step.offered:.0f}",
            f"{step.goodput:.0f}",
            *(str(count) for count in (step.answered, step.refused, step.late, step.failed)),
            f"{step.admitted_p99:.2f}",
            "" if step.refusal_ms is None else f"{step.refusal_ms:.1f}",
            f"{step.generator_lag_ms:.1f}",
            f"{step.generator_share:.1%}",
        )
    return table


def _compared(name: str, figures: LatencyFigures) -> Table:
    title = f"Pages of 20 documents beside {name} ({figures.others:.0f} documents/s of it in time)"
    table = figure_table(title, ("mean ms", "p99 ms", "requests", "unanswered"))
    table.add_row("alone", f"{figures.alone_mean:.0f}", f"{figures.alone_p99:.0f}", "", "")
    table.add_row(
        "beside it",
        f"{figures.beside_mean:.0f}",
        f"{figures.beside_p99:.0f}",
        str(figures.requests),
        str(figures.unanswered),
    )
    return table


def _bounds(bounds: tuple[Bound, ...]) -> Table:
    table = figure_table("Promises", ("bound", "worst", "where", ""))
    for bound in bounds:
        sign = "≥" if bound.at_least else "≤"
        table.add_row(
            bound.promise,
            f"{sign} {bound.bound:g}",
            f"{bound.worst:.2f}",
            bound.where,
            "[green]kept[/]" if bound.kept else "[red]broken[/]",
        )
    return table
