"""Numbers that count the more the higher they are, and ever less so: popularity, citations."""

import math
from collections.abc import Callable

from sidecar.profile import FirstStageSignal, LogSignal, SaturationSignal
from sidecar.signals.search_reader import Reading
from sidecar.text.values import number


def saturation(signal: SaturationSignal | FirstStageSignal, reading: Reading) -> list[float]:
    """x / (x + pivot), as Elasticsearch's rank_feature has it: 1/2 at the pivot, below 1 always."""
    return _of_numbers(signal.field, reading, lambda x: 1 / (1 + signal.pivot / x))


def logarithm(signal: LogSignal, reading: Reading) -> list[float]:
    """ln(1 + x) / ln(1 + ceiling), at most 1."""
    top = math.log1p(signal.ceiling)
    return _of_numbers(signal.field, reading, lambda x: min(1.0, math.log1p(x) / top))


def _of_numbers(field: str, reading: Reading, strength: Callable[[float], float]) -> list[float]:
    """The strength of each number above 0; 0.0 for others and where there is none."""
    numbers = (None if value is None else number(value) for value in reading.values(field))
    return [strength(x) if x is not None and x > 0 else 0.0 for x in numbers]
