"""Simulated users of an experiment, with known truth: how often each searches, and clicks."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Users:
    """Users that differ: some search once, some fifty times, each with a rate of clicks."""

    count: int
    rate: float = 0.4
    """The mean share of searches with a click."""
    spread: float = 8.0
    """Of the rates of users: a beta distribution worth so many searches."""
    history: float = 0.0
    """The mean number of a user's searches before the experiment."""

    def searches(self, lift: float, seed: int) -> "Stream":
        """Searches in the order of time; in arm 1 a click is more likely by the share `lift`."""
        draw = np.random.default_rng(seed)
        rates = draw.beta(self.rate * self.spread, (1 - self.rate) * self.spread, self.count)
        activity = draw.lognormal(0.5, 1.0, self.count)
        arms = draw.integers(0, 2, self.count)
        users = draw.choice(self.count, 4 * self.count, p=activity / activity.sum())
        chance = np.minimum(1, rates[users] * (1 + lift * arms[users]))
        clicked = draw.random(len(users)) < chance
        before = draw.poisson(self.history, self.count)
        return Stream(users, arms, clicked, before, draw.binomial(before, rates))


@dataclass(frozen=True)
class Stream:
    """What happened, search by search."""

    users: NDArray[np.intp]
    arms: NDArray[np.intp]
    """Of each user."""
    clicked: NDArray[np.bool_]
    before: NDArray[np.intp]
    """Searches of each user before the experiment, and those of them with a click."""
    clicked_before: NDArray[np.intp]

    def looks(self, every: int) -> Iterator[tuple[Floats, Floats]]:
        """(the control's table of units, the arm's) after each `every` searches: columns as in
        `lift.UnitTable`."""
        count = len(self.arms)
        sums = np.zeros((count, 4))
        sums[:, 2], sums[:, 3] = self.clicked_before, self.before
        for start in range(0, len(self.users), every):
            users = self.users[start : start + every]
            np.add.at(sums[:, 0], users, self.clicked[start : start + every])
            np.add.at(sums[:, 1], users, 1)
            seen = sums[:, 1] > 0
            yield sums[seen & (self.arms == 0)], sums[seen & (self.arms == 1)]
