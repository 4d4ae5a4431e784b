"""The comparison's plot: pairs/s of each contender, a panel a workload. Extra `bench`."""

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
    """One workload: bars from the top, those that did not finish it left out."""

    title: str
    names: tuple[str, ...]
    medians: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    ours: tuple[bool, ...]


def panels(comparison: Comparison) -> list[Panel]:
    """What is drawn, the fastest of each workload first. Pure."""
    found = []
    for key, title in comparison.titles.items():
        rows = [
            (row, row.workloads[key].pairs_per_second)
            for row in comparison.rows
            if key in row.workloads
        ]
        rows.sort(key=lambda each: -each[1].median)
        found.append(
            Panel(
                title,
                tuple(row.title for row, _ in rows),
                tuple(rate.median for _, rate in rows),
                tuple(rate.low for _, rate in rows),
                tuple(rate.high for _, rate in rows),
                tuple(row.ours for row, _ in rows),
            )
        )
    return found


def draw(comparison: Comparison, path: Path) -> None:
    """Writes a PNG: bars to the median, a line from the slowest round to the fastest."""
    shown = panels(comparison)
    columns = min(COLUMNS, len(shown))
    lines = -(-len(shown) // columns)
    bars = max(len(panel.names) for panel in shown)
    figure = Figure(figsize=(5.2 * columns, (0.9 + 0.28 * bars) * lines), layout="constrained")
    FigureCanvasAgg(figure)
    places = figure.subplots(lines, columns, squeeze=False).ravel()
    for axes, panel in zip(places, shown, strict=False):
        _bars(axes, panel)
    for axes in places[len(shown) :]:
        axes.set_axis_off()
    machine = comparison.machine
    figure.suptitle(f"{machine.cpu}, {machine.cores} cores, {comparison.date}", fontsize=10)
    figure.savefig(path, format="png", dpi=DPI, metadata={"Software": None})


def _bars(axes: Axes, panel: Panel) -> None:
    at = range(len(panel.names))
    errors: Sequence[Sequence[float]] = (
        [median - low for median, low in zip(panel.medians, panel.lows, strict=True)],
        [high - median for median, high in zip(panel.medians, panel.highs, strict=True)],
    )
    colours = [OURS if ours else PEERS for ours in panel.ours]
    axes.barh(at, panel.medians, xerr=errors, color=colours, error_kw={"linewidth": 0.8})
    axes.set_yticks(at, panel.names, fontsize=8)
    axes.invert_yaxis()
    axes.set_title(panel.title, fontsize=9)
    axes.set_xlabel("pairs/s", fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
