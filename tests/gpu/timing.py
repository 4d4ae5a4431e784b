"""Seconds of repeated rounds, and the figures from them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sidecar.workshop.bench.spread import percentiles
from tests.gpu.record import Figures
from tests.gpu.shapes import Shape

PEAK_TFLOPS = {"NVIDIA H200": 989.5, "NVIDIA H100": 989.5}
"""Dense fp16 peak of the SXM parts by their datasheets, by the start of the device's name."""


@dataclass(frozen=True)
class Effort:
    """How long a measurement goes on."""

    warm_up: int = 3
    rounds: int = 15
    seconds: float = 1.5
    """It ends after so many rounds and so long, and at 10 times as long at the latest."""


def timed(score: Callable[[], object], effort: Effort) -> list[float]:
    """Seconds of each round; the call returns when its numbers are in this process."""
    for _ in range(effort.warm_up):
        score()
    began, seconds = time.perf_counter(), []
    while True:
        start = time.perf_counter()
        score()
        end = time.perf_counter()
        seconds.append(end - start)
        spent = end - began
        if (
            spent >= effort.seconds and len(seconds) >= effort.rounds
        ) or spent > 10 * effort.seconds:
            return seconds


def figures(
    seconds: Sequence[float], shape: Shape, lengths: Sequence[int], peak_tflops: float | None
) -> Figures:
    """Pairs a second by the median round, percentiles in ms, and the share of the peak.

    MFU: the model's operations on unpadded pairs, over the median time, over the dense fp16 peak.
    """
    median = float(np.median(seconds))
    measured: Figures = {
        "pairs_s": round(len(lengths) / median, 1),
        **percentiles_ms(seconds),
        "rounds": len(seconds),
        "tflops": round(shape.flops(lengths) / median / 1e12, 3),
    }
    if peak_tflops:
        measured["mfu"] = round(shape.flops(lengths) / median / 1e12 / peak_tflops, 4)
    return measured


def percentiles_ms(seconds: Sequence[float]) -> Figures:
    """p50, p95 and p99 in milliseconds."""
    in_ms = percentiles([value * 1000 for value in seconds])
    return {f"{name}_ms": round(value, 3) for name, value in in_ms.items()}


def peak_of(name: str) -> float | None:
    """The dense fp16 peak of a device, None when it is not known here."""
    return next((peak for start, peak in PEAK_TFLOPS.items() if name.startswith(start)), None)
