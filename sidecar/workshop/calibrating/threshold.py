"""The score from which on documents are relevant as often as is wanted. Pure.

Calibrated scores are probabilities, so the precision above a threshold is the mean of the scores
above it; the threshold is the lowest for which that is the precision wanted. (The lowest for which
the judged documents have that precision would be a lucky one: on simulated queries its precision
varied half as much again.) What it promises is measured on queries that had no part in it: for each
fold of queries a calibration and a threshold of the others, with intervals by the bootstrap over
queries.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidecar.workshop.calibrating.cross_calibration import Calibrated
from sidecar.workshop.calibrating.logistic import Relevant, scores_of
from sidecar.workshop.scored_hits.judged_parts import Floats, Indexes

DECIMALS = 4
MIN_DOCUMENTS = 10
"""That must reach a threshold: fewer have the precision wanted by chance."""
RESAMPLES, SEED = 2000, 23
Interval = tuple[float, float]


@dataclass(frozen=True)
class Threshold:
    """A `min_score`, and what such a threshold gave on queries that had no part in it."""

    score: float
    wanted: float
    precision: float
    precision_interval: Interval
    recall: float
    """Share of the relevant judged documents that reach it."""
    recall_interval: Interval


def lowest_threshold(scores: Floats, wanted: float) -> float | None:
    """Of calibrated scores; rounded where that lets no other document in. None when no threshold
    that enough documents reach promises the precision."""
    ranked = np.sort(scores)[::-1]
    counts = np.arange(1, len(ranked) + 1)
    last = np.append(ranked[1:] < ranked[:-1], True)  # where a score ends
    promised = np.cumsum(ranked) / counts >= wanted
    enough = np.flatnonzero(last & promised & (counts >= MIN_DOCUMENTS))
    return _rounded_between(ranked, int(enough[-1])) if len(enough) else None


def measured_threshold(
    logits: Floats,
    relevant: Relevant,
    starts: Indexes,
    found: Calibrated,
    wanted: float,
) -> Threshold | None:
    """The calibration's threshold for the precision, with what such a threshold gave on each fold
    of queries. None when there is none, for all queries or without some fold.

    The arrays are those of the pairs that it was fitted on, query q's from starts[q] to
    starts[q + 1].
    """
    chosen = lowest_threshold(scores_of(logits, found.calibration), wanted)
    if chosen is None:
        return None
    count = len(starts) - 1
    queries = np.repeat(np.arange(count), np.diff(starts))
    kept = np.zeros(len(logits), dtype=np.bool_)
    for fold in found.folds:
        scores = scores_of(logits, fold.calibration)
        of_others = lowest_threshold(scores[~fold.pairs], wanted)
        if of_others is None:
            return None
        kept[fold.pairs] = scores[fold.pairs] >= of_others
    right = np.bincount(queries, kept & relevant, count)
    shown = np.bincount(queries, kept, count)
    wanted_ones = np.bincount(queries, relevant, count)
    return Threshold(
        chosen,
        wanted,
        _quotient(right.sum(), shown.sum()),
        _interval(right, shown),
        _quotient(right.sum(), wanted_ones.sum()),
        _interval(right, wanted_ones),
    )


def _rounded_between(ranked: Floats, place: int) -> float:
    """The score at the place, rounded down where that lets no other document in; else as it is."""
    score = float(ranked[place])
    below = float(ranked[place + 1]) if place + 1 < len(ranked) else -1.0
    found = math.floor(score * 10**DECIMALS) / 10**DECIMALS
    return found if found > below else score


def _interval(parts: NDArray[Any], wholes: NDArray[Any]) -> Interval:
    """95 % of a quotient of sums over queries."""
    chance = np.random.default_rng(SEED)
    picks = chance.integers(0, len(parts), (RESAMPLES, len(parts)))
    totals = wholes[picks].sum(axis=1)
    found = parts[picks].sum(axis=1)[totals > 0] / totals[totals > 0]
    low, high = np.quantile(found, [0.025, 0.975]) if len(found) else (0.0, 1.0)
    return float(low), float(high)


def _quotient(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def threshold_lines(found: Threshold | None, wanted: float) -> list[str]:
    """What the threshold is, and what it gave on queries that had no part in it."""
    if found is None:
        return [f"no threshold gives a precision of {wanted:g} by these judgements"]
    return [
        f"min_score {found.score:.10g}: held out, precision {found.precision:.3f} "
        f"{interval_text(found.precision_interval, 3)}, "
        f"recall {found.recall:.3f} {interval_text(found.recall_interval, 3)}"
    ]


def interval_text(interval: Interval, digits: int) -> str:
    """[0.81, 0.94]"""
    low, high = interval
    return f"[{low:.{digits}f}, {high:.{digits}f}]"
