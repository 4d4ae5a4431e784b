"""A comparison as tables: Markdown for a page, the same on the screen. Pure except for `show`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rich.console import Console

from sidecar.workshop.bench.compare.accuracy import Accuracy
from sidecar.workshop.bench.compare.figures import Comparison, ContenderFigures, Row
from sidecar.workshop.bench.spread import Spread
from sidecar.workshop.figure_table import figure_table

UNKNOWN = ""
"""A cell without a value."""
ACCURACY_COLUMNS = ("max error", "mean error", "max / std", "mean / std", "Kendall")


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table whose first column holds names."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def to_markdown(comparison: Comparison) -> str:
    """A section of a page: machine and model, tables, target, and why contenders failed."""
    parts = _setup_lines(comparison)
    for table in tables(comparison):
        lines = [table.header, tuple("---" for _ in table.header), *table.rows]
        rows = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        parts.append(f"**{table.title}**\n\n{rows}")
    parts.append("\n".join(f"- {line}" for line in _notes(comparison)))
    return "\n\n".join(parts) + "\n"


def show(comparison: Comparison, console: Console | None = None) -> None:
    """Prints what `to_markdown` returns, as tables for a terminal."""
    console = console or Console()
    for line in _setup_lines(comparison):
        console.print(line, markup=False)
    for table in tables(comparison):
        screen = figure_table(table.title, table.header[1:], names=table.header[0])
        for row in table.rows:
            screen.add_row(row[0].strip("*"), *row[1:])
        console.print(screen)
    for line in _notes(comparison):
        console.print(line, markup=False)


def tables(comparison: Comparison) -> list[TextTable]:
    """Speed, ratios, request times, CPU time, cost (if a price is known), and the contenders."""
    unit = comparison.unit
    by_workload = [
        _by_workload(comparison, f"{unit.capitalize()}/s, median over rounds", _rate),
        _by_workload(comparison, f"Our {unit}/s over HTTP / its, median over rounds", _ratio),
        _by_workload(comparison, "Request, p50 / p95 / p99 in ms", _times),
        _by_workload(comparison, f"CPU seconds per 1,000 {unit}", _cpu),
    ]
    if comparison.price_per_hour is not None:
        price = f"{comparison.price_per_hour:g} an hour"
        by_workload.append(
            _by_workload(comparison, f"Cost of a million {unit} at {price}", _cost),
        )
    return [*by_workload, _contenders(comparison.rows)]


def _by_workload(
    comparison: Comparison, title: str, cell: Callable[[ContenderFigures], str]
) -> TextTable:
    def cells(row: Row) -> tuple[str, ...]:
        by_workload = (row.workloads.get(key) for key in comparison.titles)
        return (
            _name(row),
            *(UNKNOWN if figures is None else cell(figures) for figures in by_workload),
        )

    header = ("", *comparison.titles.values())
    return TextTable(title, header, tuple(map(cells, comparison.rows)))


def _contenders(rows: Iterable[Row]) -> TextTable:
    header = ("", "batch size", "peak MB", *ACCURACY_COLUMNS)
    title = "Settings, memory, and error against torch fp32"
    return TextTable(title, header, tuple(map(_contender_cells, rows)))


def _contender_cells(row: Row) -> tuple[str, ...]:
    return (
        _name(row),
        UNKNOWN if row.batch_size is None else str(row.batch_size),
        UNKNOWN if row.peak_mb is None else f"{row.peak_mb:.0f}",
        *_accuracy_cells(row.accuracy),
    )


def _accuracy_cells(accuracy: Accuracy | None) -> tuple[str, ...]:
    if accuracy is None:
        return (UNKNOWN,) * len(ACCURACY_COLUMNS)
    return (
        f"{accuracy.max_difference:.2g}",
        f"{accuracy.mean_difference:.2g}",
        f"{accuracy.max_relative:.2g}",
        f"{accuracy.mean_relative:.2g}",
        f"{accuracy.kendall:.3f}" + (f", {accuracy.clipped} cut" if accuracy.clipped else ""),
    )


def _name(row: Row) -> str:
    name = f"{row.title} (failed)" if row.failed else row.title
    return f"**{name}**" if row.ours else name


def _rate(figures: ContenderFigures) -> str:
    return f"{figures.pairs_per_second.median:.1f}"


def _ratio(figures: ContenderFigures) -> str:
    return UNKNOWN if figures.ratio is None else _spread(figures.ratio)


def _times(figures: ContenderFigures) -> str:
    return " / ".join(map(_milliseconds, figures.request_ms.values()))


def _cpu(figures: ContenderFigures) -> str:
    return UNKNOWN if figures.cpu_s_per_1000 is None else f"{figures.cpu_s_per_1000:.2f}"


def _cost(figures: ContenderFigures) -> str:
    return UNKNOWN if figures.cost_per_million is None else f"{figures.cost_per_million:.3f}"


def _spread(values: Spread) -> str:
    return f"{values.median:.2f} ({values.low:.2f} to {values.high:.2f})"


def _milliseconds(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _setup_lines(comparison: Comparison) -> list[str]:
    machine = comparison.machine
    lines = [
        f"{comparison.date}: {machine.cpu}, {machine.cores} cores ({machine.extensions}), "
        f"{machine.cores} threads for each, {machine.onnxruntime}, Python {machine.python}. "
        f"Model: {comparison.model}."
    ]
    if comparison.sidecar:
        settings = ", ".join(f"{name}={value}" for name, value in comparison.sidecar.items())
        lines.append(f"Ours with {settings}.")
    if machine.warning:
        lines.append(machine.warning)
    return lines


def _notes(comparison: Comparison) -> list[str]:
    lines = []
    if (target := comparison.target) is None:
        lines.append("Target: not measured (no peer on the lognormal mix).")
    else:
        verdict = "met" if target.met else "missed"
        lines.append(
            f"Over HTTP on the lognormal mix / the strongest peer ({target.peer}): "
            f"{_spread(target.ratio)}; target {target.least:g}, {verdict}; "
            f"stretch target {target.wished:g}."
        )
    lines += [f"{row.title} failed: {row.failed}" for row in comparison.rows if row.failed]
    return [*lines, *filter(None, (_details(row, comparison.unit) for row in comparison.rows))]


def _details(row: Row, unit: str) -> str:
    """The contender's versions, and the rates of the batch sizes that were tried."""
    versions = ", ".join(f"{name} {version}" for name, version in row.versions.items())
    rates = ", ".join(f"{size}: {rate:.1f}" for size, rate in row.tried.items())
    details = [versions, f"{unit}/s by batch size {rates}" if rates else ""]
    text = "; ".join(filter(None, details))
    return f"{row.title}: {text}." if text else ""
