"""What the fields say beside the model: one file for each family of signals.

Add one: its class in `profile`, a function (signal, reading) -> a strength per document, and a
case here.
"""

from typing import assert_never

from sidecar.fusion.signals.citation import citation
from sidecar.fusion.signals.constraint import constraint, units
from sidecar.fusion.signals.decay import decay
from sidecar.fusion.signals.first_stage import first_stage
from sidecar.fusion.signals.match import match
from sidecar.fusion.signals.numeric import logarithm, saturation
from sidecar.fusion.signals.path import path
from sidecar.fusion.signals.reading import Reading
from sidecar.fusion.signals.table import table
from sidecar.fusion.signals.vector import cosine
from sidecar.profile import (
    CitationSignal,
    ConstraintSignal,
    CosineSignal,
    DecaySignal,
    FirstStageSignal,
    LogSignal,
    MatchSignal,
    PathSignal,
    SaturationSignal,
    Signal,
    TableSignal,
    UnitsSignal,
)
from sidecar.search import Search


def strengths(signal: Signal, search: Search, reading: Reading | None = None) -> list[float]:
    """The signal's strength for each document, in [-1, 1]; 0.0 where a field is missing or
    unreadable. `reading` shares what other signals of the search have read."""
    reading = reading or Reading(search)
    match signal:
        case MatchSignal():
            return match(signal, reading)
        case UnitsSignal():
            return units(signal, reading)
        case ConstraintSignal():
            return constraint(signal, reading)
        case DecaySignal():
            return decay(signal, reading)
        case SaturationSignal():
            return saturation(signal, reading)
        case LogSignal():
            return logarithm(signal, reading)
        case PathSignal():
            return path(signal, reading)
        case TableSignal():
            return table(signal, reading)
        case CitationSignal():
            return citation(signal, reading)
        case CosineSignal():
            return cosine(signal, reading)
        case FirstStageSignal():
            return first_stage(signal, reading)
        case _:
            assert_never(signal)
