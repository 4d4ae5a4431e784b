"""The figures of the kernels on the screen."""

from rich.console import Console
from rich.table import Table

from sidecar.workshop.bench.kernels.kernel_benchmark import KernelFigures, LengthFigures
from sidecar.workshop.figure_table import figure_table

MIN_SHARE = 0.005
"""Operators below this share of the time at every length are summed in the last row."""


def show(figures: KernelFigures, console: Console | None = None) -> None:
    """Prints both tables."""
    console = console or Console()
    machine = figures.machine
    console.print(
        f"{machine.cpu} ({machine.extensions}), {machine.onnxruntime}; model "
        f"{figures.model}, graph {figures.graph}; one core, {figures.repeats} rounds"
    )
    console.print(_rates(figures))
    console.print(_shares(figures))


def _rates(figures: KernelFigures) -> Table:
    table = figure_table(
        "Runs of one pair",
        ("tokens", "ms", "GOPS", "bare products, GOPS", "of the bare products"),
        names=None,
        caption="GOPS: 10^9 operations of matrix products per second of CPU time\n"
        "of the bare products: their time divided by the run's; the rest of the run is no product\n"
        "by weights, or is slower than a bare one",
    )
    for length in figures.lengths:
        table.add_row(
            str(length.tokens),
            f"{length.milliseconds.median:.2f}",
            f"{length.gops:.0f}",
            f"{_bare_gops(length):.0f}",
            f"{length.of_bare.median:.0%} ({length.of_bare.low:.0%} to {length.of_bare.high:.0%})",
        )
    return table


def _bare_gops(length: LengthFigures) -> float:
    """10^9 operations a second of all bare products of the length together."""
    operations = [product.count * product.size.operations for product in length.products]
    seconds = [
        count / product.gops for count, product in zip(operations, length.products, strict=True)
    ]
    return sum(operations) / sum(seconds)


def _shares(figures: KernelFigures) -> Table:
    table = figure_table(
        "Share of the time by kind of operator (onnxruntime's profile)",
        [str(length.tokens) for length in figures.lengths],
    )
    operators = {operator: None for length in figures.lengths for operator in length.share}
    shares = {
        operator: [length.share.get(operator, 0.0) for length in figures.lengths]
        for operator in operators
    }
    rows = {operator: row for operator, row in shares.items() if max(row) >= MIN_SHARE}
    for operator, row in sorted(rows.items(), key=lambda item: -sum(item[1])):
        table.add_row(operator, *(f"{share:.1%}" for share in row))
    totals = [sum(column) for column in zip(*rows.values(), strict=True)]
    table.add_row("all others", *(f"{max(1 - total, 0):.1%}" for total in totals))
    return table
