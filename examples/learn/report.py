"""The loop as one HTML page that loads nothing: the steps, their plots, and the truth."""

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sidecar.workshop.html_page import html_page, html_table, html_text

Draw = Callable[[Axes], None]


@dataclass(frozen=True)
class Claim:
    """What a step found, and the same by the truth."""

    what: str
    truth: float
    estimate: float | None = None
    """None where the step says nothing of it."""
    interval: tuple[float, float] | None = None
    shape: str = "+.3f"

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """What, the estimate, its interval, the truth, and whether the interval holds it."""
        holds = low_high = ""
        if self.interval is not None:
            low, high = self.interval
            low_high = f"{low:{self.shape}} to {high:{self.shape}}"
            holds = "yes" if low <= self.truth <= high else "no"
        estimate = "" if self.estimate is None else f"{self.estimate:{self.shape}}"
        return self.what, estimate, low_high, f"{self.truth:{self.shape}}", holds


@dataclass
class Step:
    """A chapter of the report."""

    title: str
    told: str
    outputs: list[tuple[str, str]] = field(default_factory=list)
    """(command, what it printed)"""
    claims: list[Claim] = field(default_factory=list)
    plots: list[tuple[str, Draw]] = field(default_factory=list)
    """(file name without its ending, what draws it)"""


HEADS = ("", "estimated", "95 % interval", "by the truth", "interval holds it")


def html(title: str, told: str, steps: Sequence[Step]) -> str:
    """The page."""
    parts = [f"<h1>{escape(title)}</h1>", html_text(told), "<h2>How right was it?</h2>"]
    parts.append(_table([claim for step in steps for claim in step.claims]))
    for number, step in enumerate(steps, 1):
        parts += [f"<h2>{number}. {escape(step.title)}</h2>", html_text(step.told)]
        parts += [_image(png(draw), name) for name, draw in step.plots]
        parts += [_table(step.claims)] if step.claims else []
        for command, printed in step.outputs:
            parts.append(
                f"<details><summary><code>{escape(command)}</code></summary>"
                f"<pre>{escape(printed)}</pre></details>"
            )
    return html_page(title, parts)


def save_plots(steps: Sequence[Step], folder: Path) -> None:
    """The plots as files, for pages that show them elsewhere."""
    folder.mkdir(exist_ok=True)
    for step in steps:
        for name, draw in step.plots:
            (folder / f"{name}.png").write_bytes(png(draw))


@cache
def png(draw: Draw) -> bytes:
    """The drawing, which the page and a file have."""
    figure = Figure(figsize=(6.4, 3.0), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    draw(axes)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=110)
    return file.getvalue()


def _image(data: bytes, name: str) -> str:
    return (
        f'<img alt="{escape(name)}" src="data:image/png;base64,{base64.b64encode(data).decode()}">'
    )


def _table(claims: Sequence[Claim]) -> str:
    return html_table(HEADS, [claim.cells for claim in claims])
