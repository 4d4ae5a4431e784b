"""A calibration, and what it is worth on queries that it was not fitted on. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sidecar.calibration import Calibration
from sidecar.workshop.calibrating.logistic import Relevant, fit_calibration, scores_of
from sidecar.workshop.calibrating.reliability import Group, chance_ece, ece, groups
from sidecar.workshop.scored_hits.folds import draw_folds
from sidecar.workshop.scored_hits.judged_parts import FittingError, Floats, Indexes

SEED = 3
Rows = NDArray[np.bool_]
"""Which pairs a fit may see."""


@dataclass(frozen=True)
class Reliability:
    """How well scores agree with the shares of relevant documents."""

    ece: float
    chance: float
    """The ECE that right scores would have."""
    log_loss: float
    groups: tuple[Group, ...]

    @classmethod
    def of(cls, scores: Floats, relevant: Relevant) -> "Reliability":
        inside = np.clip(scores, 1e-9, 1 - 1e-9)
        losses = -np.where(relevant, np.log(inside), np.log(1 - inside))
        return cls(
            ece(scores, relevant),
            chance_ece(scores),
            float(losses.mean()),
            tuple(groups(scores, relevant)),
        )


@dataclass(frozen=True)
class Calibrated:
    """A calibration of all pairs, and its worth by cross-validation over queries."""

    calibration: Calibration
    before: Reliability
    """Of the scores as they were."""
    after: Reliability
    """Of scores that were calibrated without their query."""
    isotonic: Reliability
    """The same by isotonic regression, which may bend where two numbers cannot: for comparison."""
    folds: tuple[Indexes, ...]


def cross_calibrate(
    logits: Floats,
    relevant: Relevant,
    starts: Indexes,
    weights: Floats,
    before: Floats,
) -> Calibrated:
    """Of pairs, query q's from starts[q] to starts[q + 1]; `before` are their scores as they were.

    Raises FittingError when there is nothing to calibrate, or only one query.
    """
    count = len(starts) - 1
    if count < 2:
        raise FittingError("one query alone cannot show what a calibration is worth on others")
    calibration = fit_calibration(logits, relevant, weights)
    folds = _folds(relevant, starts)
    queries = np.repeat(np.arange(count), np.diff(starts))

    def held_out(fitted: Callable[[Rows], Callable[[Floats], Floats]]) -> Floats:
        scores = np.zeros(len(logits))
        for fold in folds:
            test = np.isin(queries, fold)
            scores[test] = fitted(~test)(logits[test])
        return scores

    after = held_out(lambda rows: _logistic(logits[rows], relevant[rows], weights, rows))
    isotonic = held_out(lambda rows: _isotonic(logits[rows], relevant[rows], weights, rows))
    return Calibrated(
        calibration,
        Reliability.of(before, relevant),
        Reliability.of(after, relevant),
        Reliability.of(isotonic, relevant),
        tuple(folds),
    )


def _folds(relevant: Relevant, starts: Indexes) -> Sequence[Indexes]:
    """Folds of queries without which both kinds of documents are left.

    Raises FittingError when there are none: one query has all of a kind.
    """
    queries = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    for attempt in range(20):
        folds = draw_folds(len(starts) - 1, SEED + attempt)
        if all(len(np.unique(relevant[~np.isin(queries, fold)])) == 2 for fold in folds):
            return folds
    raise FittingError(
        "nearly all relevant documents, or all others, are of one query: more judgements are "
        "needed to calibrate"
    )


def _logistic(
    logits: Floats, relevant: Relevant, weights: Floats, rows: Rows
) -> Callable[[Floats], Floats]:
    found = fit_calibration(logits, relevant, weights[rows] if len(weights) else None)
    return lambda values: scores_of(values, found)


def _isotonic(
    logits: Floats, relevant: Relevant, weights: Floats, rows: Rows
) -> Callable[[Floats], Floats]:
    from scipy.optimize import isotonic_regression

    order = np.argsort(logits, kind="stable")
    weight = weights[rows][order] if len(weights) else None
    fitted = isotonic_regression(relevant[order].astype(np.float64), weights=weight).x
    return lambda values: np.interp(values, logits[order], fitted)
