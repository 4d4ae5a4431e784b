"""A calibration, and what it is worth on queries that it was not fitted on. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sidecar.calibration import Calibration
from sidecar.workshop.calibrating.logistic import Relevant, fit_calibration, scores_of
from sidecar.workshop.calibrating.reliability import Bin, bins, chance_ece, ece
from sidecar.workshop.scored_hits.folds import draw_folds
from sidecar.workshop.scored_hits.judged_parts import FittingError, Floats, Indexes

SEED = 3
Rows = NDArray[np.bool_]
"""[pairs]: which of them."""


@dataclass(frozen=True)
class Reliability:
    """How well scores agree with the shares of relevant documents."""

    ece: float
    chance: float
    """The ECE that right scores would have."""
    log_loss: float
    bins: tuple[Bin, ...]

    @classmethod
    def of(cls, scores: Floats, relevant: Relevant) -> "Reliability":
        inside = np.clip(scores, 1e-9, 1 - 1e-9)
        losses = -np.where(relevant, np.log(inside), np.log(1 - inside))
        return cls(
            ece(scores, relevant),
            chance_ece(scores),
            float(losses.mean()),
            tuple(bins(scores, relevant)),
        )


@dataclass(frozen=True)
class Fold:
    """Some queries, and a calibration that was fitted without them."""

    pairs: Rows
    """Those of its queries."""
    calibration: Calibration
    """Of all other pairs."""


@dataclass(frozen=True)
class CrossFit:
    """A calibration of all pairs, and one without each fold of queries."""

    calibration: Calibration
    folds: tuple[Fold, ...]

    def held_out(self, logits: Floats) -> Floats:
        """The score of each pair by the calibration that was fitted without its query."""
        scores = np.zeros(len(logits))
        for fold in self.folds:
            scores[fold.pairs] = scores_of(logits[fold.pairs], fold.calibration)
        return scores


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
    folds: tuple[Fold, ...]


def cross_calibrate(
    logits: Floats,
    relevant: Relevant,
    starts: Indexes,
    weights: Floats,
    before: Floats,
) -> Calibrated:
    """Of pairs, query q's from starts[q] to starts[q + 1]; `before` are their scores as they were.

    Raises FittingError as `cross_fit`.
    """
    queries = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    fit = cross_fit(logits, relevant, queries, weights, SEED)
    isotonic = np.zeros(len(logits))
    for fold in fit.folds:
        isotonic[fold.pairs] = _isotonic(logits, relevant, weights, fold)
    return Calibrated(
        fit.calibration,
        Reliability.of(before, relevant),
        Reliability.of(fit.held_out(logits), relevant),
        Reliability.of(isotonic, relevant),
        fit.folds,
    )


def cross_fit(
    logits: Floats, relevant: Relevant, queries: Indexes, weights: Floats, seed: int
) -> CrossFit:
    """Of pairs, each with the number of its query, from 0 on; without weights all count the same.

    Raises FittingError when there is nothing to calibrate, or only one query.
    """
    count = int(queries.max()) + 1
    if count < 2:
        raise FittingError("one query alone cannot show what a calibration is worth on others")
    calibration = fit_calibration(logits, relevant, weights)
    folds = []
    for pairs in _folds(relevant, queries, count, seed):
        others = weights[~pairs] if len(weights) else weights
        folds.append(Fold(pairs, fit_calibration(logits[~pairs], relevant[~pairs], others)))
    return CrossFit(calibration, tuple(folds))


def _folds(relevant: Relevant, queries: Indexes, count: int, seed: int) -> list[Rows]:
    """The pairs of each fold of queries, without which both kinds of documents are left.

    Raises FittingError when there are no such folds: one query has all of a kind.
    """
    for attempt in range(20):
        folds = [np.isin(queries, fold) for fold in draw_folds(count, seed + attempt)]
        if all(len(np.unique(relevant[~pairs])) == 2 for pairs in folds):
            return folds
    raise FittingError(
        "nearly all relevant documents, or all others, are of one query: more judgements are "
        "needed to calibrate"
    )


def _isotonic(logits: Floats, relevant: Relevant, weights: Floats, fold: Fold) -> Floats:
    """Scores of the fold's pairs, fitted on all others."""
    from scipy.optimize import isotonic_regression

    others = np.flatnonzero(~fold.pairs)
    others = others[np.argsort(logits[others], kind="stable")]
    weight = weights[others] if len(weights) else None
    fitted = isotonic_regression(relevant[others].astype(np.float64), weights=weight).x
    scores: Floats = np.interp(logits[fold.pairs], logits[others], fitted)
    return scores
