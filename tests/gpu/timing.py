"""Seconds of repeated rounds, and what they say."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

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
    began, found = time.perf_counter(), []
    while True:
        start = time.perf_counter()
        score()
        end = time.perf_counter()
        found.append(end - start)
        spent = end - began
        if (spent >= effort.seconds and len(found) >= effort.rounds) or spent > 10 * effort.seconds:
            return found


def figures(
    seconds: Sequence[float], shape: Shape, lengths: Sequence[int], peak_tflops: float | None
) -> Figures:
    """Pairs a second by the median round, percentiles in ms, and the share of the peak.

    MFU: the model's operations on unpadded pairs, over the median time, over the dense fp16 peak.
    """
    median = float(np.median(seconds))
    found: Figures = {
        "pairs_s": round(len(lengths) / median, 1),
        **percentiles_ms(seconds),
        "rounds": len(seconds),
        "tflops": round(shape.flops(lengths) / median / 1e12, 3),
    }
    if peak_tflops:
        found["mfu"] = round(shape.flops(lengths) / median / 1e12 / peak_tflops, 4)
    return found


def percentiles_ms(seconds: Sequence[float]) -> Figures:
    """p50, p95 and p99 in milliseconds."""
    marks = np.percentile(np.array(seconds) * 1000, [50, 95, 99])
    return {f"p{n}_ms": round(float(mark), 3) for n, mark in zip((50, 95, 99), marks, strict=True)}


def peak_of(name: str) -> float | None:
    """The dense fp16 peak of a device, None when it is not known here."""
    return next((peak for start, peak in PEAK_TFLOPS.items() if name.startswith(start)), None)
