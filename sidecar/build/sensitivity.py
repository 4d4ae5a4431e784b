"""Which weights may be int8: what quantising them does to the logits is measured, not guessed.

The measure is the mean absolute difference of the calibration pairs' logits in standard deviations
of the fp32 logits. All weights are tried first. Only when that is over the budget each unit is
tried alone, and as few of the worst as will do are multiplied as floats (bisection over their
number, each step measured with all of them in place).
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sidecar.build.runner import Floats

MAX_DIFFERENCE = 0.045
"""The default budget. With every product in integers the shipped model lies 0.058 from fp32 and
keeps 98.0 % of its nDCG@10 on the worst of four collections (docs/quantize.md)."""

Logits = Callable[[Collection[str]], Floats]
"""Logits with these units quantised and no others."""


@dataclass(frozen=True)
class Difference:
    """Of logits from their reference."""

    maximum: float
    mean: float
    relative: float


@dataclass(frozen=True)
class Choice:
    quantized: tuple[str, ...]
    difference: Difference
    alone: dict[str, float]
    """Relative difference of each unit alone, the worst first; empty when no search was needed."""


def difference(logits: Floats, reference: Floats) -> Difference:
    """Infinite where a logit is not finite. A reference without spread counts as spread 1."""
    if not np.isfinite(logits).all():
        return Difference(np.inf, np.inf, np.inf)
    found = np.abs(logits - reference)
    mean = float(found.mean())
    return Difference(float(found.max()), mean, mean / (float(reference.std()) or 1.0))


class Journal:
    """Measured units in a file beside the folder: a search that was broken off goes on."""

    def __init__(self, path: Path, key: str) -> None:
        """`key` names model and calibration set; lines of another key are dropped."""
        self._path, self._key = path, key
        self.known: dict[str, float] = {}
        if path.is_file():
            for line in path.read_text(encoding="utf8").splitlines():
                self._take(line)

    def _take(self, line: str) -> None:
        try:
            row = json.loads(line)
        except ValueError:  # the last line of a process that was killed
            return
        if row["key"] == self._key:
            self.known[row["unit"]] = row["relative"]

    def add(self, unit: str, relative: float) -> None:
        self.known[unit] = relative
        row = {"key": self._key, "unit": unit, "relative": relative}
        with self._path.open("a", encoding="utf8") as file:
            file.write(json.dumps(row) + "\n")

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)


def choose(
    units: Sequence[str],
    reference: Floats,
    logits: Logits,
    budget: float,
    rank: Callable[[str], float],
) -> Choice:
    """The units to quantise so that the relative difference is at most `budget`.

    `rank(unit)` is the relative difference with only that unit quantised.
    """
    whole = difference(logits(units), reference)
    if whole.relative <= budget:
        return Choice(tuple(units), whole, {})
    alone = {unit: rank(unit) for unit in units}
    worst = sorted(units, key=lambda unit: -alone[unit])
    found = {0: whole, len(units): Difference(0.0, 0.0, 0.0)}

    def without(kept: int) -> Difference:
        if kept not in found:
            found[kept] = difference(logits(worst[kept:]), reference)
        return found[kept]

    low, high = 0, len(units)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if without(middle).relative <= budget else (middle, high)
    quantized = tuple(unit for unit in units if unit in set(worst[high:]))
    return Choice(quantized, found[high], {unit: alone[unit] for unit in worst})
