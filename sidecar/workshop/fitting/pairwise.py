"""Regularised logistic regression on pairs of documents: which of the two has the better grade?

    P(i before j) = sigmoid(slope * (logit_i - logit_j))

The loss of a query is the mean over its pairs, in proportion to the difference of their gains, so
that every query counts the same. The given weights are the prior: a weight may cost its distance
from them, (difference / reach)^2 / 2, in the unit of logits. A small reach keeps the profile, a
large one believes the judgements. (RankNet: Burges et al., ICML 2005.)
"""

import numpy as np

from sidecar.workshop.fitting.slopes import Slopes
from sidecar.workshop.fitting.weight_space import WeightSpace, split
from sidecar.workshop.scored_hits.judged_parts import Floats, Indexes, JudgedParts
from sidecar.workshop.scored_hits.ndcg import gains

REACHES = (0.1, 0.4, 1.5)
"""How far weights may go, in logits; cross-validation chooses. Half a logit decides between
equals."""
MAX_PAIRS, MIN_PAIRS = 60_000, 20
"""Of all queries together, and of each: of more a random sample is taken."""
MAX_STEPS = 100
SEED = 5
MIN_SLOPE, MAX_SLOPE = 0.05, 20.0


class PairwiseLogistic:
    """A method of fitting, as `cross_validation` takes it."""

    labels = tuple(f"reach {reach:g}" for reach in REACHES)

    def path(self, parts: JudgedParts, space: WeightSpace) -> list[Floats]:
        """A vector for each reach, from the least to the greatest, each from the one before."""
        loss = _Loss(parts, space)
        vectors, at = [], np.append(space.start, 0.0)
        for reach in REACHES:
            at = loss.minimum(at, reach)
            vectors.append(at[:-1])
        return vectors


class _Loss:
    """The loss and its gradient by (vector, logarithm of the slope)."""

    def __init__(self, parts: JudgedParts, space: WeightSpace) -> None:
        self._slopes, self._space, self._count = Slopes(parts, space), space, parts.pairs
        self._better, self._worse, self._weights = preferences(parts)
        self._fields = len(space.given.fields)
        low = np.append(space.low, np.log(MIN_SLOPE))
        high = np.append(space.high, np.log(MAX_SLOPE))
        self._free = low < high
        self._bounds = list(zip(low[self._free], high[self._free], strict=True))

    def minimum(self, at: Floats, reach: float) -> Floats:
        """Where the loss is least, searched from `at`; within the space to the last digit."""
        from scipy.optimize import minimize

        vector = at.copy()

        def of_free(free: Floats) -> tuple[float, Floats]:
            vector[self._free] = free
            value, gradient = self._value(vector, reach)
            return value, gradient[self._free]

        # Not L-BFGS-B: its BLAS starts threads for matrices of twenty columns, and on two busy
        # cores a fit took five times as long.
        found = minimize(
            of_free,
            at[self._free],
            jac=True,
            method="TNC",
            bounds=self._bounds,
            options={"maxfun": MAX_STEPS, "ftol": 1e-6},
        )
        vector[self._free] = found.x
        vector[:-1] = np.clip(vector[:-1], self._space.low, self._space.high)
        return vector

    def _value(self, at: Floats, reach: float) -> tuple[float, Floats]:
        vector, slope = at[:-1], float(np.exp(at[-1]))
        logits, gradient = self._slopes.at(vector)
        ahead = logits[self._better] - logits[self._worse]
        # ln(1 + e^-x), and its slope -1 / (1 + e^x), without overflow
        margin = slope * ahead
        loss = float((self._weights * np.logaddexp(0.0, -margin)).sum())
        pull: Floats = -self._weights * np.exp(-np.logaddexp(0.0, margin))
        of_logits = np.zeros(self._count)
        of_logits += slope * np.bincount(self._better, pull, self._count)
        of_logits -= slope * np.bincount(self._worse, pull, self._count)
        penalty, of_penalty = self._penalty(vector, reach)
        of_vector = gradient(of_logits) + of_penalty
        return loss + penalty, np.append(of_vector, float((pull * margin).sum()))

    def _penalty(self, vector: Floats, reach: float) -> tuple[float, Floats]:
        """Of field weights, not of their steps; of saturation what it changes at full strength."""
        moved = vector - self._space.start
        steps, cap, signals, saturation = split(moved, self._fields)
        fields = np.cumsum(steps[::-1])[::-1]
        at_full = split(self._space.start, self._fields)[2]
        cost = (
            fields @ fields
            + cap * cap
            + signals @ signals
            + (at_full * saturation) @ (at_full * saturation)
        )
        slope = np.concatenate([np.cumsum(fields), [cap], signals, at_full * at_full * saturation])
        return float(cost) / (2 * reach * reach), slope / (reach * reach)


def preferences(parts: JudgedParts) -> tuple[Indexes, Indexes, Floats]:
    """(better document, worse document, weight) of each pair of a query's documents that differ in
    grade; the weights of a query add up to 1."""
    gain = gains(parts.grades)
    certainty = parts.certainty if len(parts.certainty) else np.ones(parts.pairs)
    chance = np.random.default_rng(SEED)
    most = max(MIN_PAIRS, MAX_PAIRS // max(1, parts.queries))
    none = np.zeros(0, dtype=np.int64)
    better: list[Indexes] = [none]
    worse: list[Indexes] = [none]
    weights: list[Floats] = [np.zeros(0)]
    for start, end in zip(parts.starts, parts.starts[1:], strict=False):
        of_query = gain[start:end]
        first, second = np.nonzero(of_query[:, None] > of_query)
        if not len(first):
            continue
        if len(first) > most:
            chosen = chance.choice(len(first), most, replace=False)
            first, second = first[chosen], second[chosen]
        first, second = first + start, second + start
        weight = (gain[first] - gain[second]) / (1 / certainty[first] + 1 / certainty[second])
        better.append(first)
        worse.append(second)
        weights.append(weight / weight.sum())
    return np.concatenate(better), np.concatenate(worse), np.concatenate(weights)
