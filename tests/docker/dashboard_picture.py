"""The dashboard as a picture: `python -m tests.docker.dashboard_picture PROMETHEUS OUT.png`.

Draws the panels of docker/grafana/dashboards/rerank-sidecar.json where the file puts them, from
what a running Prometheus answers to their own queries, without Grafana.
"""

import json
import math
import time
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode
from urllib.request import urlopen

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import typer
from matplotlib.axes import Axes

from tests.docker.test_monitoring import DASHBOARD

COLUMNS, ROW_INCHES, WIDTH_INCHES = 24, 0.32, 15
VARIABLES = {"$__rate_interval": "1m", "$job": ".*", "[1h]": "[10m]"}
PERCENT, SECONDS = "percentunit", "s"
Series = list[tuple[str, list[float], list[float]]]
"""(legend, minutes ago, values)"""


def main(
    prometheus: str,
    out: Path,
    minutes: Annotated[float, typer.Option()] = 10.0,
    end: Annotated[float | None, typer.Option(help="Seconds since 1970; now when absent.")] = None,
) -> None:
    """Draws the minutes before `end`."""
    end = end or time.time()
    panels = json.loads(DASHBOARD.read_text())["panels"]
    rows = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels)
    figure = plt.figure(figsize=(WIDTH_INCHES, rows * ROW_INCHES))
    for panel in panels:
        place = panel["gridPos"]
        if panel["type"] == "row":
            height = 1 - (place["y"] + 0.7) / rows
            figure.text(0.012, height, panel["title"], weight="bold", size=10)
            continue
        left, bottom = place["x"] / COLUMNS, 1 - (place["y"] + place["h"]) / rows
        width, tall = place["w"] / COLUMNS, place["h"] / rows
        axes = figure.add_axes((left + 0.035, bottom + 0.2 * tall, width - 0.05, tall * 0.62))
        axes.set_title(panel["title"], size=9, loc="left")
        series = [
            each for target in panel["targets"] for each in query(prometheus, target, minutes, end)
        ]
        if panel["type"] == "stat":
            draw_stat(axes, panel, series)
        elif panel["type"] == "table":
            draw_table(axes, series)
        else:
            draw_lines(axes, panel, series, minutes)
    figure.savefig(out, dpi=90)


def query(prometheus: str, target: dict[str, Any], minutes: float, end: float) -> Series:
    """What the target's query gave over the minutes before `end`."""
    expression = target["expr"]
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    asked = {"query": expression, "start": end - minutes * 60, "end": end, "step": 5}
    with urlopen(f"{prometheus}/api/v1/query_range?{urlencode(asked)}") as answer:
        results = json.load(answer)["data"]["result"]
    found: Series = []
    for result in results:
        legend = target.get("legendFormat") or json.dumps(result["metric"])
        for label, value in result["metric"].items():
            legend = legend.replace("{{" + label + "}}", value)
        points = [(float(at), float(value)) for at, value in result["values"]]
        found.append((legend, [(at - end) / 60 for at, _ in points], [v for _, v in points]))
    return found


def draw_lines(axes: Axes, panel: dict[str, Any], series: Series, minutes: float) -> None:
    defaults = panel["fieldConfig"]["defaults"]
    scale, unit = {PERCENT: (100, " %"), SECONDS: (1000, " ms")}.get(defaults["unit"], (1, ""))
    for legend, times, values in series:
        axes.plot(times, [value * scale for value in values], lw=1.2, label=legend)
    if "max" in defaults:
        axes.set_ylim(defaults.get("min", 0) * scale, defaults["max"] * scale * 1.04)
    elif "min" in defaults:
        axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}{unit}")
    axes.set_xlim(-minutes, 0)
    axes.set_xlabel("minutes", size=7, labelpad=1)
    axes.tick_params(labelsize=7)
    axes.grid(alpha=0.3)
    if series:
        axes.legend(fontsize=6.5, ncols=3, frameon=False, loc="best")


def draw_stat(axes: Axes, panel: dict[str, Any], series: Series) -> None:
    defaults = panel["fieldConfig"]["defaults"]
    axes.set_axis_off()
    texts = {
        value: shown["text"]
        for mapping in defaults["mappings"]
        for value, shown in mapping["options"].items()
    }
    shown = [(legend, values[-1]) for legend, _, values in series if values]
    for place, (legend, value) in enumerate(shown):
        steps = [s["color"] for s in defaults["thresholds"]["steps"] if value >= (s["value"] or 0)]
        text = texts.get(f"{value:g}", f"{value:.3g}")
        if math.isnan(value):
            text = "–"
        elif defaults["unit"] == PERCENT:
            text = f"{value:.0%}"
        height = 0.85 - place * (0.9 / max(len(shown), 2))
        axes.text(0, height, f"{text}  ", color=steps[-1] if steps else "grey", weight="bold")
        axes.text(0.16, height, legend, size=8)


def draw_table(axes: Axes, series: Series) -> None:
    axes.set_axis_off()
    for place, (legend, _, _) in enumerate(series):
        labels = json.loads(legend)
        kept = {k: labels[k] for k in ("model", "graph", "device", "score_revision", "instance")}
        lines = "\n".join(f"{name}: {value}" for name, value in kept.items())
        axes.text(0.5 * place, 1, lines, size=7, va="top")


if __name__ == "__main__":
    typer.run(main)
