"""How often each position is examined, as a file: what weights pairs by inverse propensity.

{"model": "pbm", "examination": [{"position": 1, "examination": 1.0, "shown": 980, "clicked": 210}]}
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sidecar.workshop.clicks.impressions import Floats, Impressions
from sidecar.workshop.clicks.ubi import ClicksError


@dataclass(frozen=True)
class PositionFigures:
    """One position: its examination, and the counts that it rests on."""

    position: int
    examination: float
    shown: int
    clicked: int


def figures_by_position(impressions: Impressions, examination: Floats) -> list[PositionFigures]:
    """A line for each position that was shown."""
    shown = np.bincount(impressions.position)
    clicked = np.bincount(impressions.position[impressions.clicked], minlength=len(shown))
    return [
        PositionFigures(at, float(examination[at - 1]), int(shown[at]), int(clicked[at]))
        for at in range(1, min(len(shown), len(examination) + 1))
        if shown[at]
    ]


def examination_text(model: str, figures: Sequence[PositionFigures]) -> str:
    """The file's text."""
    lines = [
        json.dumps({**vars(each), "examination": round(each.examination, 6)}) for each in figures
    ]
    rows = ",\n  ".join(lines)
    return f'{{"model": {json.dumps(model)}, "examination": [\n  {rows}\n]}}\n'


def read_examination(file: Path) -> Floats:
    """The examination by position from 1, without a gap. Raises ClicksError."""
    try:
        rows = json.loads(file.read_text(encoding="utf-8-sig"))["examination"]
        given = {int(row["position"]): float(row["examination"]) for row in rows}
    except OSError as fault:
        raise ClicksError(f"{file} cannot be read: {fault.strerror}") from None
    except (ValueError, TypeError, KeyError) as fault:
        raise ClicksError(
            f'{file} is not {{"examination": [{{"position", "examination"}}]}}: {fault!r}'
        ) from None
    values = np.array([given.get(at, -1.0) for at in range(1, max(given, default=0) + 1)])
    if not len(values) or not ((values > 0) & (values <= 1)).all():
        raise ClicksError(f"{file}: each position from 1 has an examination above 0, at most 1")
    return values
