"""What fitting gains on queries that it has not seen: nested cross-validation over queries.

    outer fold   its queries measure what was chosen and fitted without them
    inner fold   one of the other folds: its queries choose how far weights may go

A fit without the folds i and j serves twice: as an inner fit for i, measured on j, and for j,
measured on i. So k folds take k (k - 1) / 2 inner fits and k outer ones. Staying with the given
weights is always among the choices. With few queries a single draw of folds decides much: they are
drawn twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

import numpy as np

from sidecar.workshop.fitting.held_out_lift import Draw, lift_interval
from sidecar.workshop.fitting.weight_space import WeightSpace
from sidecar.workshop.scored_hits.folds import FOLDS, draw_folds
from sidecar.workshop.scored_hits.judged_parts import Floats, Indexes, JudgedParts
from sidecar.workshop.scored_hits.ndcg import Ranking
from sidecar.workshop.scored_hits.weighted import logits

SEED = 0
"""Of the folds."""
MANY = 200
"""Queries from which one draw of folds is enough."""
GIVEN = "the given weights"


class Method(Protocol):
    """A way to fit, with several settings from the most careful to the boldest."""

    @property
    def labels(self) -> Sequence[str]:
        """What each setting is called."""

    def path(self, parts: JudgedParts, space: WeightSpace) -> list[Floats]:
        """A vector for each setting, fitted on the parts."""


@dataclass(frozen=True)
class CrossValidated:
    """Fitting, measured on queries that it did not see; and the fit on all of them."""

    before: Floats
    """[queries]: nDCG with the given weights."""
    after: Floats
    """[queries]: nDCG with weights that were chosen and fitted without the query; mean over the
    repeats."""
    held_out_logits: Floats
    """[pairs]: of the first repeat."""
    chosen: tuple[str, ...]
    """The setting that each outer fold chose, GIVEN among them."""
    measured: tuple[Floats, ...]
    """The vector that each outer fold measured."""
    setting: str
    """The one that all queries choose."""
    vector: Floats
    """Fitted with it on all queries."""
    draws: tuple[Draw, ...]
    """What each draw of folds measured."""

    @property
    def lift(self) -> Floats:
        """[queries]"""
        return self.after - self.before

    @property
    def lift_interval(self) -> tuple[float, float]:
        """95 % interval of the mean lift over queries."""
        return lift_interval(self.draws)


def cross_validate(
    parts: JudgedParts,
    space: WeightSpace,
    method: Method,
    depth: int,
    advance: Callable[[], object] = lambda: None,
) -> CrossValidated:
    """The method's fit, and its held-out nDCG@depth. `advance` is called after each of `fit_count`
    fits."""
    settings = (GIVEN, *method.labels)
    before = Ranking(parts, depth).ndcg(logits(parts, space.given))
    after = np.zeros(parts.queries)
    by_setting = np.zeros((len(settings), parts.queries))
    held_out, chosen, used = np.zeros(parts.pairs), [], []
    repeats = _repeats(parts.queries)
    everything = np.ones((1, parts.queries))
    draws = []
    for repeat in range(repeats):
        folds = draw_folds(parts.queries, SEED + repeat)
        trials = _Trials(parts, space, method, depth, folds, advance)
        vectors, draw = trials.measured(before)
        draws.append(draw)
        by_setting += draw.outer
        for fold, of_fold, best in zip(folds, vectors, draw.choices(everything)[0], strict=True):
            chosen.append(settings[best])
            used.append(of_fold[best])
            after[fold] += draw.outer[best, fold] / repeats
            if repeat == 0:
                rows = np.isin(np.repeat(np.arange(parts.queries), parts.sizes), fold)
                held_out[rows] = logits(parts.of_queries(fold), space.weights(of_fold[best]))
    best = int(by_setting.mean(axis=1).argmax())
    vector = space.start if best == 0 else method.path(parts, space)[best - 1]
    advance()
    return CrossValidated(
        before,
        after,
        held_out,
        tuple(chosen),
        tuple(used),
        settings[best],
        vector,
        tuple(draws),
    )


def fit_count(queries: int) -> int:
    """How many fits `cross_validate` makes."""
    k = min(FOLDS, queries)
    return _repeats(queries) * (k * (k - 1) // 2 + k) + 1


def _repeats(queries: int) -> int:
    return 1 if queries >= MANY else 2


@dataclass(frozen=True)
class _Trials:
    """The fits of one draw of folds."""

    parts: JudgedParts
    space: WeightSpace
    method: Method
    depth: int
    folds: Sequence[Indexes]
    advance: Callable[[], object]

    def measured(self, before: Floats) -> tuple[list[list[Floats]], Draw]:
        """(the vector of each setting, fitted without each fold; what all fits measured)"""
        count = len(self.folds)
        shape = (1 + len(self.method.labels), self.parts.queries)
        inner, outer = np.zeros((count, *shape)), np.zeros(shape)
        for one, other in combinations(range(count), 2):
            vectors = self._fitted_without(one, other)
            for held, measured in ((one, other), (other, one)):
                found = self._measured(vectors, measured, before)
                inner[held][:, self.folds[measured]] = found
        fitted = [self._fitted_without(place) for place in range(count)]
        for place, vectors in enumerate(fitted):
            outer[:, self.folds[place]] = self._measured(vectors, place, before)
        return fitted, Draw(self.folds, inner, outer)

    def _fitted_without(self, *places: int) -> list[Floats]:
        training = [fold for place, fold in enumerate(self.folds) if place not in places]
        path = self.method.path(
            self.parts.of_queries(np.sort(np.concatenate(training))), self.space
        )
        self.advance()
        return [self.space.start, *path]

    def _measured(self, vectors: Sequence[Floats], place: int, before: Floats) -> Floats:
        fold = self.folds[place]
        held_out = self.parts.of_queries(fold)
        ranking = Ranking(held_out, self.depth)
        scores = (logits(held_out, self.space.weights(vector)) for vector in vectors[1:])
        return np.stack([before[fold], *map(ranking.ndcg, scores)])
