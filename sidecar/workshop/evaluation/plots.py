"""The plots of the report, as SVG that stands in an HTML page and loads nothing."""

import io
import re
import warnings
from collections.abc import Callable
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from sidecar.workshop.evaluation.candidates import shortened
from sidecar.workshop.evaluation.outcome import Evaluation, Ranking

COLOURS = ("#1f6f8b", "#d1603d", "#5b8c5a", "#7b5ea7", "#b5892e", "#4a4e69")
_STYLE: Any = {
    # Texts as shapes: the page needs no font, and no text of a user becomes markup.
    "svg.fonttype": "path",
    "svg.hashsalt": "evaluation",
    "text.parse_math": False,
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def change_plot(evaluation: Evaluation) -> str:
    """The change of each way of ranking with its interval."""
    compared = [ranking for ranking in evaluation.rankings if ranking.comparison is not None]

    def draw(axes: Axes) -> None:
        axes.axvline(0, color="0.6", linewidth=1)
        for place, ranking in enumerate(compared):
            found = ranking.comparison
            assert found is not None
            axes.plot([found.low, found.high], [place, place], color=_colour(place), linewidth=3)
            axes.plot([found.change], [place], "o", color=_colour(place), markersize=7)
        axes.set_yticks(range(len(compared)), [_label(ranking) for ranking in compared])
        axes.set_ylim(len(compared) - 0.5, -0.5)
        axes.set_xlabel(f"change of {evaluation.metric.name}, 95 % interval")

    return _svg(draw, 6.4, 0.9 + 0.42 * len(compared))


def query_plot(evaluation: Evaluation, ranking: Ranking) -> str:
    """Every query's change, sorted."""
    before = next(r for r in evaluation.rankings if r.name == evaluation.baseline)
    metric = evaluation.metric.name
    changes = sorted(ranking.values[metric] - before.values[metric], reverse=True)

    def draw(axes: Axes) -> None:
        places = range(len(changes))
        colours = [COLOURS[0] if change > 0 else COLOURS[1] for change in changes]
        if len(changes) <= 200:
            axes.bar(places, changes, width=1.0, color=colours)
        else:
            axes.fill_between(places, changes, 0, color=COLOURS[0], linewidth=0)
        axes.axhline(0, color="0.6", linewidth=1)
        axes.set_xlabel("queries, the largest gain first")
        axes.set_ylabel(f"change of {metric}")

    return _svg(draw, 6.4, 2.6)


def depth_plot(evaluation: Evaluation) -> str:
    """The change by the number of hits that are reranked."""
    curves = [ranking for ranking in evaluation.rankings if ranking.curve]

    def draw(axes: Axes) -> None:
        axes.axhline(0, color="0.6", linewidth=1)
        for place, ranking in enumerate(curves):
            depths = [point.depth for point in ranking.curve]
            changes = [point.change for point in ranking.curve]
            colour = _colour(place)
            axes.plot(
                depths,
                changes,
                "o-",
                color=colour,
                markersize=4,
                label=_label(ranking),
            )
            lows = [point.low for point in ranking.curve]
            highs = [point.high for point in ranking.curve]
            axes.fill_between(depths, lows, highs, color=colour, alpha=0.15, linewidth=0)
        axes.set_xlabel("hits reranked")
        axes.set_ylabel(f"change of {evaluation.metric.name}")
        axes.legend(frameon=False)

    return _svg(draw, 6.4, 3.2)


def cost_plot(evaluation: Evaluation) -> str | None:
    """Quality beside latency, along the depths; None where no time is known."""
    timed = [ranking for ranking in evaluation.rankings if ranking.cost and ranking.curve]
    if not timed:
        return None
    first = evaluation.rankings[0].mean(evaluation.metric.name)

    def draw(axes: Axes) -> None:
        for place, ranking in enumerate(timed):
            times = [0.0, *(point.ms for point in ranking.curve)]
            means = [first, *(point.mean for point in ranking.curve)]
            label = _label(ranking)
            axes.plot(times, means, "o-", color=_colour(place), markersize=4, label=label)
        axes.set_xlabel("median ms of reranking a query")
        axes.set_ylabel(evaluation.metric.name)
        axes.legend(frameon=False)

    return _svg(draw, 6.4, 3.2)


def _svg(draw: Callable[[Axes], None], width: float, height: float) -> str:
    """The drawing as an <svg> element."""
    file = io.StringIO()
    with matplotlib.rc_context(_STYLE), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name in a script that the font does not have
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure.add_subplot())
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(file, format="svg", metadata=nothing)
    text = file.getvalue()
    text = text[text.index("<svg") :]
    return re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)


def _colour(place: int) -> str:
    return COLOURS[place % len(COLOURS)]


def _label(ranking: Ranking) -> str:
    return shortened(ranking.name, 40)
