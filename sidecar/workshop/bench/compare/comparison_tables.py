"""A comparison as tables: Markdown for a page, the same on the screen. Pure but for `show`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table as Screen

from sidecar.workshop.bench.compare.figures import Comparison, Row, WorkloadFigures
from sidecar.workshop.bench.report import Spread

NONE = ""
"""In a cell of which nothing is known."""


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def to_markdown(comparison: Comparison) -> str:
    """The whole page section: machine, tables, target, and who failed by what."""
    parts = [*_setting(comparison)]
    for table in tables(comparison):
        lines = [table.header, tuple("---" for _ in table.header), *table.rows]
        rows = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        parts.append(f"**{table.title}**\n\n{rows}")
    parts.append("\n".join(f"- {line}" for line in _notes(comparison)))
    return "\n\n".join(parts) + "\n"


def show(comparison: Comparison, console: Console | None = None) -> None:
    """Prints the same."""
    console = console or Console()
    for line in _setting(comparison):
        console.print(line, markup=False)
    for table in tables(comparison):
        screen = Screen(title=table.title, title_justify="left")
        for place, heading in enumerate(table.header):
            screen.add_column(heading, justify="right" if place else "left")
        for row in table.rows:
            screen.add_row(row[0].strip("*"), *row[1:])
        console.print(screen)
    for line in _notes(comparison):
        console.print(line, markup=False)


def tables(comparison: Comparison) -> list[Table]:
    """Speed, ratios, request times, CPU time, cost where a price is known, and the contenders."""
    found = [
        _by_workload(comparison, "Pairs/s, median over rounds", _rate),
        _by_workload(comparison, "Our pairs/s over HTTP / its, median over rounds", _ratio),
        _by_workload(comparison, "Request, p50 / p95 / p99 in ms", _times),
        _by_workload(comparison, "CPU seconds per 1,000 pairs", _cpu),
    ]
    if comparison.price_per_hour is not None:
        price = f"{comparison.price_per_hour:g} an hour"
        found.append(_by_workload(comparison, f"Cost of a million pairs at {price}", _cost))
    return [*found, _contenders(comparison.rows)]


def _by_workload(
    comparison: Comparison, title: str, cell: Callable[[WorkloadFigures], str]
) -> Table:
    def row(of: Row) -> tuple[str, ...]:
        found = (of.workloads.get(key) for key in comparison.titles)
        return (_name(of), *(NONE if figures is None else cell(figures) for figures in found))

    return Table(title, ("", *comparison.titles.values()), tuple(map(row, comparison.rows)))


def _contenders(rows: Iterable[Row]) -> Table:
    header = (
        *("", "batch size", "peak MB", "max error", "mean error", "max / std", "mean / std"),
        "Kendall",
    )
    return Table("Settings, memory, and error against torch fp32", header, tuple(map(_about, rows)))


def _about(row: Row) -> tuple[str, ...]:
    errors = [NONE] * 5
    if (found := row.accuracy) is not None:
        values = (found.max_difference, found.mean_difference)
        errors = [*(f"{value:.2g}" for value in values)]
        errors += [f"{found.max_relative:.2g}", f"{found.mean_relative:.2g}"]
        errors.append(f"{found.kendall:.3f}" + (f", {found.clipped} cut" if found.clipped else ""))
    return (
        _name(row),
        NONE if row.batch_size is None else str(row.batch_size),
        NONE if row.peak_mb is None else f"{row.peak_mb:.0f}",
        *errors,
    )


def _name(row: Row) -> str:
    shown = f"{row.title} (failed)" if row.failed else row.title
    return f"**{shown}**" if row.ours else shown


def _rate(figures: WorkloadFigures) -> str:
    return f"{figures.pairs_per_second.median:.1f}"


def _ratio(figures: WorkloadFigures) -> str:
    return NONE if figures.ratio is None else _spread(figures.ratio)


def _times(figures: WorkloadFigures) -> str:
    return " / ".join(_short(value) for value in figures.request_ms.values())


def _cpu(figures: WorkloadFigures) -> str:
    return NONE if figures.cpu_s_per_1000 is None else f"{figures.cpu_s_per_1000:.2f}"


def _cost(figures: WorkloadFigures) -> str:
    return NONE if figures.cost_per_million is None else f"{figures.cost_per_million:.3f}"


def _spread(values: Spread) -> str:
    return f"{values.median:.2f} ({values.low:.2f} to {values.high:.2f})"


def _short(milliseconds: float) -> str:
    return f"{milliseconds:,.0f}" if milliseconds >= 100 else f"{milliseconds:.1f}"


def _setting(comparison: Comparison) -> list[str]:
    machine = comparison.machine
    lines = [
        f"{comparison.date}: {machine.cpu}, {machine.cores} cores ({machine.extensions}), "
        f"{machine.cores} threads for each, {machine.onnxruntime}, Python {machine.python}. "
        f"Model: {comparison.model}."
    ]
    if comparison.sidecar:
        given = ", ".join(f"{name}={value}" for name, value in comparison.sidecar.items())
        lines.append(f"Ours with {given}.")
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
            f"wished {target.wished:g}."
        )
    lines += [f"{row.title} failed: {row.failed}" for row in comparison.rows if row.failed]
    return [*lines, *filter(None, map(_how, comparison.rows))]


def _how(row: Row) -> str:
    """Its versions, and what the search for a batch size found."""
    versions = ", ".join(f"{name} {version}" for name, version in row.versions.items())
    rates = ", ".join(f"{size}: {rate:.1f}" for size, rate in row.tried.items())
    found = [versions, f"pairs/s by batch size {rates}" if rates else ""]
    known = "; ".join(filter(None, found))
    return f"{row.title}: {known}." if known else ""
