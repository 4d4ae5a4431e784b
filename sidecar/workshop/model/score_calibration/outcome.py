"""A calibration of a model, and how right its scores are on held-out queries. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sidecar.calibration import Calibration
from sidecar.workshop.calibrating.cross_calibration import cross_fit
from sidecar.workshop.calibrating.logistic import scores_of
from sidecar.workshop.calibrating.reliability import chance_ece, ece
from sidecar.workshop.model.runner import Floats
from sidecar.workshop.model.score_calibration.judged_pairs import UNRELATED, PairSet, weights

SEED = 31
LOW = 0.05
"""A score below it says that two texts have nothing to do with each other."""


@dataclass(frozen=True)
class SetReliability:
    """Of one set's scores."""

    name: str
    pairs: int
    relevant: float
    """Share."""
    ece: float
    chance: float
    """The ECE that right scores would have on so many pairs."""
    low: float
    """Share of scores below LOW."""


@dataclass(frozen=True)
class Outcome:
    """What was fitted, and its worth by cross-validation over queries."""

    before: Calibration
    after: Calibration
    scores_before: tuple[SetReliability, ...]
    scores_after: tuple[SetReliability, ...]
    measured_before: tuple[SetReliability, ...] = ()
    """Of the sets that nothing is fitted to."""
    measured_after: tuple[SetReliability, ...] = ()

    @staticmethod
    def mean_ece(rows: Sequence[SetReliability]) -> float:
        """Over the judged sets."""
        return float(np.mean([row.ece for row in rows if row.name != UNRELATED]))


def calibrated(
    sets: Sequence[PairSet], measured: Sequence[PairSet], logits: Floats, before: Calibration
) -> Outcome:
    """Of the logits of all sets' pairs, one set after the other: first those to fit to, then those
    that are only measured.

    Raises FittingError when there is nothing to calibrate, or only one query.
    """
    relevant = np.concatenate([each.relevant for each in sets])
    queries = np.concatenate([each.queries for each in sets])
    own, others = logits[: len(relevant)], logits[len(relevant) :]
    fit = cross_fit(own, relevant, queries, weights(sets), SEED)
    return Outcome(
        before,
        fit.calibration,
        reliabilities(sets, scores_of(own, before)),
        reliabilities(sets, fit.held_out(own)),
        reliabilities(measured, scores_of(others, before)),
        reliabilities(measured, scores_of(others, fit.calibration)),
    )


def reliabilities(sets: Sequence[PairSet], scores: Floats) -> tuple[SetReliability, ...]:
    """Of each set, in order; `scores` are those of all sets' pairs."""
    rows, start = [], 0
    for each in sets:
        own = scores[start : start + len(each)]
        start += len(each)
        rows.append(
            SetReliability(
                each.name,
                len(each),
                float(each.relevant.mean()),
                ece(own, each.relevant),
                chance_ece(own),
                float((own < LOW).mean()),
            )
        )
    return tuple(rows)
