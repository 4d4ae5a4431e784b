"""The score of the first stage, where the caller sends it with the document."""

from sidecar.profile import FirstStageSignal
from sidecar.signals.saturation import saturation
from sidecar.signals.search_reader import Reading


def first_stage(signal: FirstStageSignal, reading: Reading) -> list[float]:
    """x / (x + pivot) of each score; 0.0 where none was sent.

    Not min-max over the request, the usual choice: a pair's score must not depend on its company.
    """
    return saturation(signal, reading)
