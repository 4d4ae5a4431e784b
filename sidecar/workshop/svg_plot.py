"""A plot as SVG for an HTML page, which loads nothing."""

import io
import re
import warnings
from collections.abc import Callable
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

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


def svg(draw: Callable[[Axes], None], width: float, height: float) -> str:
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


def colour(place: int) -> str:
    """Of the curve in that place."""
    return COLOURS[place % len(COLOURS)]
