"""KernelFigures of the kernels on the screen."""

from rich.console import Console
from rich.table import Table

from sidecar.workshop.bench.kernels.kernel_benchmark import KernelFigures

MIN_SHARE = 0.005
"""A kind of operator with less of the time at every length goes into the last row."""


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
    table = Table(
        title="Runs of one pair",
        caption="GOPS: 10^9 operations of products a second of CPU time\n"
        "of the bare products: their time by the run's; the rest is all that is not a product by "
        "weights, or slower",
        caption_justify="left",
    )
    for heading in ("tokens", "ms", "GOPS", "bare products, GOPS", "of the bare products"):
        table.add_column(heading, justify="right")
    for one in figures.lengths:
        operations = sum(each.count * each.size.operations for each in one.products)
        seconds = sum(each.count * each.size.operations / each.gops for each in one.products)
        table.add_row(
            str(one.tokens),
            f"{one.milliseconds.median:.2f}",
            f"{one.gops:.0f}",
            f"{operations / seconds:.0f}",
            f"{one.of_bare.median:.0%} ({one.of_bare.low:.0%} to {one.of_bare.high:.0%})",
        )
    return table


def _shares(figures: KernelFigures) -> Table:
    table = Table(title="Share of the time by kind of operator (onnxruntime's profile)")
    table.add_column("")
    for one in figures.lengths:
        table.add_column(f"{one.tokens}", justify="right")
    kinds = {kind: None for one in figures.lengths for kind in one.share}
    shown = [kind for kind in kinds if max(_of(figures, kind)) >= MIN_SHARE]
    for kind in sorted(shown, key=lambda kind: -sum(_of(figures, kind))):
        table.add_row(kind, *(f"{share:.1%}" for share in _of(figures, kind)))
    rest = [1 - sum(one.share.get(kind, 0) for kind in shown) for one in figures.lengths]
    table.add_row("all others", *(f"{max(share, 0):.1%}" for share in rest))
    return table


def _of(figures: KernelFigures, kind: str) -> list[float]:
    return [one.share.get(kind, 0.0) for one in figures.lengths]
