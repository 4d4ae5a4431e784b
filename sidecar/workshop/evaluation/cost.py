"""Latency and price of reranking. Pure.

The price is that of a machine which does nothing else, with one request at a time.
"""

from dataclasses import dataclass

import numpy as np

from sidecar.workshop.evaluation.orders import Floats

_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What reranking the hits of a query takes."""

    median_ms: float
    p95_ms: float
    pairs_per_second: float
    per_1000_queries: float | None
    """In the currency of the price per hour; None without one."""


def cost(seconds: Floats, hits: Floats, price_per_hour: float | None) -> Cost | None:
    """From seconds and hits [queries]; None where nothing was scored."""
    timed = seconds[hits > 0]
    if not len(timed) or not seconds.sum():
        return None
    per_query = float(seconds.sum()) / len(seconds)
    return Cost(
        median_ms=float(np.median(timed)) * 1e3,
        p95_ms=float(np.percentile(timed, 95)) * 1e3,
        pairs_per_second=float(hits.sum() / seconds.sum()),
        per_1000_queries=None
        if price_per_hour is None
        else price_per_hour * per_query * 1000 / _HOUR_S,
    )
