"""The plots of the report."""

from matplotlib.axes import Axes

from sidecar.workshop.evaluation.candidates import shortened
from sidecar.workshop.evaluation.outcome import Evaluation, Ranking
from sidecar.workshop.svg_plot import COLOURS, colour, svg


def change_plot(evaluation: Evaluation) -> str:
    """The change of each way of ranking with its interval."""
    compared = [ranking for ranking in evaluation.rankings if ranking.comparison is not None]

    def draw(axes: Axes) -> None:
        axes.axvline(0, color="0.6", linewidth=1)
        for place, ranking in enumerate(compared):
            found = ranking.comparison
            assert found is not None
            axes.plot([found.low, found.high], [place, place], color=colour(place), linewidth=3)
            axes.plot([found.change], [place], "o", color=colour(place), markersize=7)
        axes.set_yticks(range(len(compared)), [_label(ranking) for ranking in compared])
        axes.set_ylim(len(compared) - 0.5, -0.5)
        axes.set_xlabel(f"change of {evaluation.metric.name}, 95 % interval")

    return svg(draw, 6.4, 0.9 + 0.42 * len(compared))


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

    return svg(draw, 6.4, 2.6)


def depth_plot(evaluation: Evaluation) -> str:
    """The change by the number of hits that are reranked."""
    curves = [ranking for ranking in evaluation.rankings if ranking.curve]

    def draw(axes: Axes) -> None:
        axes.axhline(0, color="0.6", linewidth=1)
        for place, ranking in enumerate(curves):
            depths = [point.depth for point in ranking.curve]
            changes = [point.change for point in ranking.curve]
            of_curve = colour(place)
            axes.plot(
                depths,
                changes,
                "o-",
                color=of_curve,
                markersize=4,
                label=_label(ranking),
            )
            lows = [point.low for point in ranking.curve]
            highs = [point.high for point in ranking.curve]
            axes.fill_between(depths, lows, highs, color=of_curve, alpha=0.15, linewidth=0)
        axes.set_xlabel("hits reranked")
        axes.set_ylabel(f"change of {evaluation.metric.name}")
        axes.legend(frameon=False)

    return svg(draw, 6.4, 3.2)


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
            axes.plot(times, means, "o-", color=colour(place), markersize=4, label=label)
        axes.set_xlabel("median ms of reranking a query")
        axes.set_ylabel(evaluation.metric.name)
        axes.legend(frameon=False)

    return svg(draw, 6.4, 3.2)


def _label(ranking: Ranking) -> str:
    return shortened(ranking.name, 40)
