"""The plots of a plan."""

from matplotlib.axes import Axes

from sidecar.workshop.planning.planning import Plan
from sidecar.workshop.svg_plot import COLOURS, svg

WIDTH, HEIGHT = 6.4, 3.2


def latency_plot(plan: Plan) -> str:
    """Latencies by the rate, of the replicas of the first row."""

    def draw(axes: Axes) -> None:
        rates = [point.rate for point in plan.curve]
        for place, name in enumerate(("p50", "p95", "p99")):
            values = [1000 * getattr(point.figures, f"{name}_s") for point in plan.curve]
            axes.plot(rates, values, "o-", color=COLOURS[place], markersize=4, label=name)
        axes.axhline(plan.traffic.promise.deadline_ms, color="0.6", linestyle=":", label="deadline")
        axes.axvline(plan.rows[0].rate, color="0.6", linewidth=1, label="busiest hour")
        axes.set_ylim(bottom=0)
        axes.set_xlabel(f"queries per second, {plan.rows[0].replicas:,} replicas")
        axes.set_ylabel("ms")
        axes.legend(frameon=False)

    return svg(draw, WIDTH, HEIGHT)


def refusal_plot(plan: Plan) -> str:
    """Refused and late queries by the rate, of the replicas of the first row."""

    def draw(axes: Axes) -> None:
        rates = [point.rate for point in plan.curve]
        shares = [100 * point.figures.refused for point in plan.curve]
        axes.plot(rates, shares, "o-", color=COLOURS[1], markersize=4)
        axes.axvline(plan.rows[0].rate, color="0.6", linewidth=1)
        axes.set_ylim(bottom=0)
        axes.set_xlabel(f"queries per second, {plan.rows[0].replicas:,} replicas")
        axes.set_ylabel("refused or late, %")

    return svg(draw, WIDTH, HEIGHT)


def replica_plot(plan: Plan) -> str:
    """Replicas by the rate of the busiest hour."""
    rows = sorted(plan.rows, key=lambda row: row.rate)

    def draw(axes: Axes) -> None:
        rates, replicas = [row.rate for row in rows], [row.replicas for row in rows]
        axes.plot(rates, replicas, "o-", color=COLOURS[0], markersize=4)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("queries per second in the busiest hour")
        axes.set_ylabel("replicas")

    return svg(draw, WIDTH, HEIGHT)


def day_plot(plan: Plan) -> str:
    """The day's queries, and the replicas that each hour needs."""

    def draw(axes: Axes) -> None:
        hours = range(len(plan.hours))
        axes.bar(hours, plan.hours, color=COLOURS[0], width=0.9)
        axes.set_xlabel("hour of the day")
        axes.set_ylabel("queries per second")
        axes.set_xticks(range(0, len(plan.hours), 3))
        others = axes.twinx()
        others.step(hours, plan.hourly_replicas, where="mid", color=COLOURS[1])
        others.set_ylim(bottom=0)
        others.set_ylabel("replicas", color=COLOURS[1])

    return svg(draw, WIDTH, HEIGHT)
