"""The plots of the report."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from report import Draw
from truth import Estimates

from sidecar.workshop.experiments.sequential import sign_interval
from sidecar.workshop.svg_plot import COLOURS

BLUE, RED = COLOURS[:2]
GREY = "0.6"


def bars(values: Mapping[str, tuple[float, float]], label: str) -> Draw:
    """Two bars for each name: what was estimated, and the truth."""

    def draw(axes: Axes) -> None:
        places = np.arange(len(values))
        for shift, colour, name in ((-0.2, BLUE, "measured"), (0.2, GREY, "by the truth")):
            heights = [pair[shift > 0] for pair in values.values()]
            axes.bar(places + shift, heights, 0.4, color=colour, label=name)
        axes.set_xticks(places, list(values))
        axes.set_ylabel(label)
        axes.legend(frameon=False)

    return draw


def scatter(found: Estimates) -> Draw:
    """Estimated relevance beside the true one."""

    def draw(axes: Axes) -> None:
        axes.plot([0, 0.7], [0, 0.7], color=GREY, linewidth=1)
        axes.scatter(found.truth, found.relevance, s=9, alpha=0.4, color=BLUE, linewidths=0)
        axes.set_xlabel("true chance of a click when examined")
        axes.set_ylabel("estimated from clicks")

    return draw


def examination(found: Sequence[float], truth: Sequence[float]) -> Draw:
    """How often each position is looked at."""

    def draw(axes: Axes) -> None:
        places = range(1, len(truth) + 1)
        axes.plot(places, truth, "o-", color=GREY, label="the truth")
        axes.plot(places[: len(found)], found[: len(truth)], "o-", color=BLUE, label="estimated")
        axes.set_xlabel("position")
        axes.set_ylabel("examined")
        axes.legend(frameon=False)

    return draw


def change(names: Sequence[str], found: Sequence[tuple[float, float, float]], label: str) -> Draw:
    """(estimate, low, high) of each, as points with their intervals."""

    def draw(axes: Axes) -> None:
        axes.axvline(0, color=GREY, linewidth=1)
        for place, (estimate, low, high) in enumerate(found):
            axes.plot([low, high], [place, place], color=BLUE, linewidth=3)
            axes.plot([estimate], [place], "o", color=BLUE)
        axes.set_yticks(range(len(names)), list(names))
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xlabel(label)

    return draw


def preference(days: Sequence[tuple[int, int]], truth: float) -> Draw:
    """(wins, losses) up to each day: the share of wins with its interval, day by day."""

    def draw(axes: Axes) -> None:
        at = range(1, len(days) + 1)
        shares = [won / max(1, won + lost) for won, lost in days]
        lows, highs = zip(*(sign_interval(won, lost, 0.05) for won, lost in days), strict=True)
        axes.fill_between(at, lows, highs, color=BLUE, alpha=0.2, linewidth=0)
        axes.plot(at, shares, "o-", color=BLUE, label="won by the new order")
        axes.axhline(truth, color=RED, linewidth=1, linestyle="--", label="the truth")
        axes.axhline(0.5, color=GREY, linewidth=1)
        axes.set_ylim(0.25, 0.85)
        axes.set_xlabel("day of the second week")
        axes.set_ylabel("share of decided searches")
        axes.legend(frameon=False, loc="lower right")

    return draw
