"""The measured qualities as tables and as a plot."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from factors import GROUPS
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from parts import PROFILE, Parts, RankingTask, title
from rich.console import Console
from rich.table import Table

from sidecar.workshop.model.check.judged_collection import JudgedCollection
from sidecar.workshop.model.check.quality import METRICS, Quality, interval
from sidecar.workshop.model.runner import Floats

RIVALS = ("title", "glued")
LOSSES = 8
"""Number of queries shown."""
NDCG = METRICS[0]


def show(qualities: Mapping[str, Quality], pairs: int, console: Console) -> None:
    """Prints the table of all rows; each ranked `pairs` pairs."""
    table = Table(title=f"{len(qualities[PROFILE].values[NDCG])} queries, {pairs} pairs")
    against = [head for rival in RIVALS for head in (f"against {rival}", "w/t/l")]
    for column, head in enumerate(["", *METRICS, *against]):
        table.add_column(head, justify="right" if column else "left", no_wrap=True)
    for name, quality in qualities.items():
        means = [f"{quality.mean(metric):.3f}" for metric in METRICS]
        cells = [
            cell
            for rival in RIVALS
            for cell in (["", ""] if rival == name else compared(gain(quality, qualities[rival])))
        ]
        table.add_row(name, *means, *cells)
    console.print(table)


def gain(quality: Quality, rival: Quality) -> Floats:
    """The gain in nDCG@10 of each query."""
    return quality.values[NDCG] - rival.values[NDCG]


def compared(gains: Floats) -> list[str]:
    """The mean gain with its interval, then wins, ties and losses, as cells of the table."""
    low, high = interval(gains)
    won, lost = int((gains > 1e-9).sum()), int((gains < -1e-9).sum())
    tally = f"{won}/{len(gains) - won - lost}/{lost}"
    return [f"{gains.mean():+.3f} [{low:+.3f}, {high:+.3f}]", tally]


def show_losses(
    judged: JudgedCollection,
    tasks: Sequence[RankingTask],
    qualities: Mapping[str, Quality],
    profile: Sequence[Parts],
    console: Console,
) -> None:
    """Prints the queries on which the profile loses most to the better rival."""
    rival = np.maximum(*(qualities[name].values[NDCG] for name in RIVALS))
    logits = np.array([sum(parts.values()) for parts in profile])
    by_query = np.split(logits, np.cumsum([len(task.products) for task in tasks])[:-1])
    table = Table(title="where the profile loses most to the better of title and glued")
    for head in ("query", PROFILE, *RIVALS, "first by the profile (grade)"):
        table.add_column(head, no_wrap=True)
    for query in np.argsort(qualities[PROFILE].values[NDCG] - rival, kind="stable")[:LOSSES]:
        first = int(np.argmax(by_query[query]))
        name = title(tasks[query].products[first])[:44]
        grade = [*judged.pools[query].grades.values()][first]
        numbers = [f"{qualities[name].values[NDCG][query]:.2f}" for name in (PROFILE, *RIVALS)]
        table.add_row(tasks[query].query, *numbers, f"{name} ({grade:.0f})")
    console.print(table)


def show_factors(chosen: Sequence[Mapping[str, float]], console: Console) -> None:
    """Prints how the folds agree: a factor that most of them choose is no accident."""
    table = Table(title=f"factors that {len(chosen)} folds chose (1: as shipped)")
    for head in ("on", "median", "chosen"):
        table.add_column(head, no_wrap=True)
    for group in GROUPS:
        values = sorted(factors[group] for factors in chosen)
        counts = ", ".join(f"{value:g} x {values.count(value)}" for value in sorted({*values}))
        table.add_row(group, f"{np.median(values):g}", counts)
    console.print(table)


def plot(qualities: Mapping[str, Quality], path: Path) -> None:
    """Writes a PNG: nDCG@10 of each row on the left, the profile's gain per query on the right."""
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.3))
    _bars(left, qualities)
    _gains(right, qualities)
    figure.savefig(path, format="png", dpi=90, metadata={"Software": None})


def _bars(axes: Axes, qualities: Mapping[str, Quality]) -> None:
    names = list(qualities)[::-1]
    means = np.array([qualities[name].mean(NDCG) for name in names])
    ends = np.array([interval(qualities[name].values[NDCG]) for name in names]).T
    errors = np.abs(ends - means)
    colors = ["#2a6f97" if name.startswith(PROFILE) else "#b8c4cc" for name in names]
    axes.barh(names, means, xerr=errors, color=colors, ecolor="#444", capsize=2)
    axes.set(xlim=(0.6, 1.0), xlabel="nDCG@10, 95 % interval over queries")


def _gains(axes: Axes, qualities: Mapping[str, Quality]) -> None:
    for rival, color in zip(RIVALS, ("#e07a5f", "#2a6f97"), strict=True):
        gains = np.sort(gain(qualities[PROFILE], qualities[rival]))[::-1]
        axes.step(np.arange(len(gains)), gains, where="mid", color=color, label=f"over {rival}")
    axes.axhline(0, color="#444", linewidth=0.8)
    axes.set(xlabel=f"{len(gains)} queries, best first", ylabel="gain of the profile in nDCG@10")
    axes.legend(frameon=False)
