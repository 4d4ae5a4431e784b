"""What the fields say beside the model: one file for each family of signals.

Add one: its class in `profile`, a function (signal, reading) -> a strength per document, and a
case here.
"""

from typing import assert_never

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
from sidecar.signals.citation import citation
from sidecar.signals.constraint import constraint, units
from sidecar.signals.cosine import cosine
from sidecar.signals.decay import decay
from sidecar.signals.first_stage import first_stage
from sidecar.signals.match import match
from sidecar.signals.path import path
from sidecar.signals.saturation import logarithm, saturation
from sidecar.signals.search_reader import Reading
from sidecar.signals.table import table


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
