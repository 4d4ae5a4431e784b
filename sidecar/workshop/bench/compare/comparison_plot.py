"""The plot of a comparison: the rate of each contender, one panel per workload. Extra `bench`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sidecar.workshop.bench.compare.figures import Comparison

OURS, PEERS = "#d1495b", "#7d8ca3"
COLUMNS = 3
DPI = 110


@dataclass(frozen=True, slots=True)
class Panel:
    """One workload: its bars from the top. Contenders that did not finish it are left out."""

    title: str
    names: tuple[str, ...]
    medians: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    ours: tuple[bool, ...]


def panels(comparison: Comparison) -> list[Panel]:
    """The panels, the fastest contender of each first. Pure."""
    drawn = []
    for key, title in comparison.titles.items():
        rows = [
            (row, row.workloads[key].pairs_per_second)
            for row in comparison.rows
            if key in row.workloads
        ]
        rows.sort(key=lambda row: -row[1].median)
        drawn.append(
            Panel(
                title,
                tuple(row.title for row, _ in rows),
                tuple(rates.median for _, rates in rows),
                tuple(rates.low for _, rates in rows),
                tuple(rates.high for _, rates in rows),
                tuple(row.ours for row, _ in rows),
            )
        )
    return drawn


def draw(comparison: Comparison, path: Path) -> None:
    """Writes a PNG: bars to the median, a line from the slowest round to the fastest."""
    drawn = panels(comparison)
    columns = min(COLUMNS, len(drawn))
    lines = -(-len(drawn) // columns)
    bars = max(len(panel.names) for panel in drawn)
    figure = Figure(figsize=(5.2 * columns, (0.9 + 0.28 * bars) * lines), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(lines, columns, squeeze=False).ravel()
    for axes, panel in zip(grid, drawn, strict=False):
        _bars(axes, panel, comparison.unit)
    for axes in grid[len(drawn) :]:
        axes.set_axis_off()
    machine = comparison.machine
    figure.suptitle(f"{machine.cpu}, {machine.cores} cores, {comparison.date}", fontsize=10)
    figure.savefig(path, format="png", dpi=DPI, metadata={"Software": None})


def _bars(axes: Axes, panel: Panel, unit: str) -> None:
    positions = range(len(panel.names))
    errors: Sequence[Sequence[float]] = (
        [median - low for median, low in zip(panel.medians, panel.lows, strict=True)],
        [high - median for median, high in zip(panel.medians, panel.highs, strict=True)],
    )
    colours = [OURS if ours else PEERS for ours in panel.ours]
    axes.barh(positions, panel.medians, xerr=errors, color=colours, error_kw={"linewidth": 0.8})
    axes.set_yticks(positions, panel.names, fontsize=8)
    axes.invert_yaxis()
    axes.set_title(panel.title, fontsize=9)
    axes.set_xlabel(f"{unit}/s", fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
