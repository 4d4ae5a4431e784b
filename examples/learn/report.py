"""The loop as one HTML page that loads nothing: the steps, their plots, and the truth."""

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

Draw = Callable[[Axes], None]
CSS = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 56rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.7rem; } h2 { font-size: 1.25rem; margin-top: 2.4rem; }
table { border-collapse: collapse; margin: .8rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .7rem; border-bottom: 1px solid #ddd; text-align: left; }
pre { background: #f6f6f4; padding: .8rem; overflow-x: auto; font-size: 12px; line-height: 1.35; }
img { max-width: 100%; height: auto; } summary { cursor: pointer; color: #1f6f8b; }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


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
    parts = [f"<h1>{escape(title)}</h1>", f"<p>{escape(told)}</p>", "<h2>How right was it?</h2>"]
    parts.append(_table([claim for step in steps for claim in step.claims]))
    for number, step in enumerate(steps, 1):
        parts += [f"<h2>{number}. {escape(step.title)}</h2>", f"<p>{escape(step.told)}</p>"]
        parts += [_image(png(draw), name) for name, draw in step.plots]
        parts += [_table(step.claims)] if step.claims else []
        for command, printed in step.outputs:
            parts.append(
                f"<details><summary><code>{escape(command)}</code></summary>"
                f"<pre>{escape(printed)}</pre></details>"
            )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        f'</title><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<style>{CSS}</style></head>\n<body>\n" + "\n".join(parts) + "\n</body></html>\n"
    )


def save_plots(steps: Sequence[Step], folder: Path) -> None:
    """The plots as files, for pages that show them elsewhere."""
    folder.mkdir(exist_ok=True)
    for step in steps:
        for name, draw in step.plots:
            (folder / f"{name}.png").write_bytes(png(draw))


def png(draw: Draw) -> bytes:
    """The drawing."""
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
    rows = [HEADS, *(claim.cells for claim in claims)]
    tags = ["th", *["td"] * len(claims)]
    lines = (
        "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row) + "</tr>"
        for tag, row in zip(tags, rows, strict=True)
    )
    return f"<table>{''.join(lines)}</table>"
