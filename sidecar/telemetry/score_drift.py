"""Whether a model's logits are still distributed as they were: the population stability index.

PSI = sum over groups of (live share - reference share) * ln(live share / reference share). Below
0.1 little has changed, above 0.25 much: the rule of thumb of credit scoring, where it is from.
Groups are tenths of the reference, so each counts as much whatever the logits' scale is. Pure.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

REQUESTS = 1000
"""Of which a reference is learned, and over which live shares fade: each request weighs 1 - 1/1000
of the one after it. Chance alone then gives an index of about 9 * (1/1000 + 1/2000) = 0.014."""
LIMIT = 12.0
STEP = 0.25
"""Logits are counted in bins of STEP between -LIMIT and LIMIT, scores of 6e-6 and 1 - 6e-6."""
_BINS = round(2 * LIMIT / STEP)
_TENTHS = 10
_LEAST_SHARE = 1e-4
"""Taken for the share of an empty group, which has no logarithm."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A distribution of calibrated logits."""

    edges: tuple[float, ...]
    """Ascending; what is between two of them is a group."""
    shares: tuple[float, ...]
    """Of the groups, one more than edges."""


class ScoreDrift:
    """The live distribution of one model's logits, and its distance from a reference."""

    def __init__(self, reference: Reference | None = None) -> None:
        """Without a reference the first REQUESTS requests become it."""
        self.reference = reference
        """None while it is being learned."""
        self._requests = 0
        self._live = np.zeros(_BINS)

    def observe(self, logits: ArrayLike) -> None:
        """Counts the calibrated logits of one request; each request weighs the same, whatever its
        number of documents."""
        shares = histogram(logits)
        if shares is None:
            return
        self._requests += 1
        self._live += (shares - self._live) / min(self._requests, REQUESTS)
        if self.reference is None and self._requests == REQUESTS:
            self.reference = tenths(self._live)
            self._requests, self._live = 0, np.zeros(_BINS)

    def index(self) -> float:
        """The population stability index; NaN before REQUESTS requests have been compared."""
        reference = self.reference
        if reference is None or self._requests < REQUESTS:
            return math.nan
        return stability_index(_grouped(self._live, reference.edges), reference.shares)


def histogram(logits: ArrayLike) -> Floats | None:
    """The share of the logits in each bin, those beyond LIMIT in the outermost; None without any
    that is finite."""
    values = np.asarray(logits, np.float64)
    places = (np.clip(values[np.isfinite(values)], -LIMIT, LIMIT) + LIMIT) / STEP
    if not len(places):
        return None
    bins = np.minimum(places.astype(np.intp), _BINS - 1)
    return np.bincount(bins, minlength=_BINS) / len(bins)


def tenths(shares: Floats) -> Reference:
    """The distribution in at most ten groups of about equal shares: fewer, where a bin alone holds
    more than a tenth."""
    reached = np.cumsum(shares)[:-1] / shares.sum()
    ends = np.unique(np.searchsorted(reached, np.arange(1, _TENTHS) / _TENTHS - 1e-9))
    edges = tuple(float(edge) for edge in STEP * (ends[ends < _BINS - 1] + 1) - LIMIT)
    return Reference(edges, tuple(map(float, _grouped(shares, edges))))


def stability_index(live: Sequence[float] | Floats, reference: Sequence[float] | Floats) -> float:
    """The population stability index of two distributions over the same groups."""
    p = np.maximum(np.asarray(live), _LEAST_SHARE)
    q = np.maximum(np.asarray(reference), _LEAST_SHARE)
    return float(((p - q) * np.log(p / q)).sum())


def _grouped(shares: Floats, edges: Sequence[float]) -> Floats:
    """The shares of the groups between the edges; a bin that an edge cuts goes by its middle."""
    middles = -LIMIT + STEP * (np.arange(_BINS) + 0.5)
    groups = np.searchsorted(np.asarray(edges), middles)
    grouped: Floats = np.bincount(groups, weights=shares, minlength=len(edges) + 1) / shares.sum()
    return grouped
