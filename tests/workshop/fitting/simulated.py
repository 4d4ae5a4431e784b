"""Judged pairs of a shop whose users are known: what their grades depend on is set.

A pair has the model's logit, the match of one field and some signals. A user's taste is the model's
logit plus the signals by their true weights, plus noise; the grade is 0 to 3 by taste.
"""

from collections.abc import Sequence

import numpy as np

from sidecar.workshop.fitting.weight_space import WeightSpace
from sidecar.workshop.scored_hits.judged_parts import Floats, JudgedParts
from sidecar.workshop.scored_hits.ndcg import ideal_dcg
from sidecar.workshop.scored_hits.weighted import Weights

DEPTH = 10
DOCUMENTS = 12
NOISE = 1.5


def given_weights(signals: int) -> Weights:
    """What the shop's profile has: signals that count nothing yet."""
    return Weights(np.array([0.1]), 1.0, np.zeros(signals), np.full(signals, 0.5))


def simulated(seed: int, queries: int, true: Sequence[float]) -> JudgedParts:
    """Judged pairs of users who give each signal its true weight; 0 is pure noise."""
    chance = np.random.default_rng(seed)
    pairs = queries * DOCUMENTS
    model = chance.normal(0, 1.5, pairs)
    matches = chance.random((pairs, 1)) * (chance.random((pairs, 1)) < 0.5)
    present = chance.random((pairs, len(true))) < 0.3
    strengths = np.where(present, chance.choice([-1.0, 1.0], present.shape), 0.0)
    taste = model + 0.1 * matches[:, 0] + strengths @ np.array(true)
    taste += chance.normal(0, NOISE, pairs)
    grades = np.clip(np.floor(taste), 0, 3)
    return JudgedParts(
        np.arange(queries + 1) * DOCUMENTS,
        model,
        np.zeros(pairs),
        matches,
        strengths,
        grades,
        _ideal(grades.reshape(queries, DOCUMENTS)),
    )


def space_of(parts: JudgedParts) -> WeightSpace:
    """All weights may move, and no cap."""
    signals = parts.strengths.shape[1]
    return WeightSpace.around(
        given_weights(signals),
        ties=[],
        fields_vary=True,
        signals_vary=np.ones(signals, dtype=np.bool_),
        graded=np.zeros(signals, dtype=np.bool_),
    )


def _ideal(grades: Floats) -> Floats:
    return np.array([ideal_dcg(row, DEPTH) or 1.0 for row in grades])
