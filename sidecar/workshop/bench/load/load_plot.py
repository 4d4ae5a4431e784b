"""A load report as a picture: goodput by offered load."""

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sidecar.workshop.bench.load.load_benchmark import PATTERNS, LoadReport


def plot(report: LoadReport, path: Path) -> None:
    """Writes a PNG."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for pattern in PATTERNS:
        steps = [step for step in report.steps if step.pattern == pattern]
        axes.plot(
            [step.load for step in steps],
            [step.goodput for step in steps],
            marker="o",
            label=f"answered in time, {pattern}",
        )
    loads = sorted({step.load for step in report.steps})
    ideal = [min(load, 1.0) * report.capacity for load in loads]
    axes.plot(loads, ideal, linestyle=":", color="grey", label="capacity")
    axes.set_xscale("log", base=2)
    axes.set_xticks(loads, [f"{load:g}" for load in loads])
    axes.set_xlabel("offered load, in multiples of the capacity")
    axes.set_ylabel("documents per second")
    axes.set_ylim(bottom=0)
    axes.legend()
    axes.set_title(f"{report.model}, {report.machine.cores} cores")
    figure.savefig(path, dpi=120)
