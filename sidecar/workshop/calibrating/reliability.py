"""How far scores are from the shares of relevant documents that they claim. Pure.

The expected calibration error (ECE): documents are put into bins of equal size by score; per bin
the difference between its mean score and its share of relevant documents; the mean of these, by
size. Bins of equal size rather than of equal width, because scores crowd at both ends (Nixon et
al., CVPR Workshops 2019).

Even scores that are right have an error above 0, from the chance in few judgements. So the ECE is
shown beside the one that right scores would have on so many documents.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sidecar.workshop.calibrating.logistic import Relevant
from sidecar.workshop.scored_hits.judged_parts import Floats

BINS = 10
MIN_BIN = 20
"""Documents; with fewer there are fewer bins."""
RESAMPLES, SEED = 200, 11


@dataclass(frozen=True)
class Bin:
    """Documents whose scores are next to each other."""

    count: int
    score: float
    """Mean."""
    relevant: float
    """Share."""
    low: float
    high: float
    """Wilson's 95 % interval of the share."""


def bins(scores: Floats, relevant: Relevant) -> list[Bin]:
    """From the lowest scores to the highest."""
    from scipy.stats import binomtest

    found = []
    for rows in _rows(scores):
        hits, count = int(relevant[rows].sum()), len(rows)
        interval = binomtest(hits, count).proportion_ci(method="wilson")
        score = float(scores[rows].mean())
        found.append(Bin(count, score, hits / count, float(interval.low), float(interval.high)))
    return found


def ece(scores: Floats, relevant: Relevant) -> float:
    """The expected calibration error, in [0, 1]."""
    return _error(scores, relevant.astype(np.float64), _rows(scores))


def chance_ece(scores: Floats) -> float:
    """The mean ECE of such scores if each were exactly the probability that it claims."""
    chance = np.random.default_rng(SEED)
    rows = _rows(scores)
    drawn = ((chance.random(len(scores)) < scores).astype(np.float64) for _ in range(RESAMPLES))
    return float(np.mean([_error(scores, each, rows) for each in drawn]))


def _error(scores: Floats, relevant: Floats, rows: Sequence[np.ndarray]) -> float:
    off = [abs(float(scores[each].sum() - relevant[each].sum())) for each in rows]
    return sum(off) / len(scores)


def _rows(scores: Floats) -> list[np.ndarray]:
    """The documents of each bin."""
    count = max(1, min(BINS, len(scores) // MIN_BIN))
    return np.array_split(np.argsort(scores, kind="stable"), count)
