"""The dynamic Bayesian click model (DBN): users go down the list until a click satisfied them.

    E_1 = 1                                          the first document is examined
    C_k = 1  when  E_k = 1 and A_k = 1               P(A_k = 1) = attractiveness of the document
    S_k = 1  only  when C_k = 1                      P(S_k = 1 | C_k = 1) = its satisfaction
    E_k = 0 or S_k = 1  ->  E_k+1 = 0                and else P(E_k+1 = 1) = persistence

Chapelle and Zhang, "A dynamic Bayesian network click model for web search ranking", WWW 2009. A
document's relevance is attractiveness * satisfaction. What lies above the last click was examined
for certain, and every click but the last left the user unsatisfied; the E step needs only the tail.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sidecar.workshop.clicks.fixed_point import LEAST, MOST, fixed_point
from sidecar.workshop.clicks.impressions import Bools, Floats, Lists

BLOCK_CELLS = 2_000_000
"""Most cells of the lists that are worked on at a time: what it bounds is memory."""


@dataclass(frozen=True)
class DynamicBayesian:
    """A fitted model."""

    attractiveness: Floats
    """(pairs)"""
    satisfaction: Floats
    """(pairs): given a click."""
    persistence: float
    """The chance that a user who is not satisfied goes on to the next document."""
    examination: Floats
    """The mean by rank in the list, over the lists that reach it."""
    attractiveness_size: Floats
    """(pairs): how many certain examinations would tell as much about the attractiveness."""
    satisfaction_size: Floats
    """(pairs): how many clicks of which the satisfaction is known would tell as much."""
    attractiveness_mean: float
    satisfaction_mean: float
    converged: bool


@dataclass(frozen=True)
class _Expected:
    """What the E step expects, summed over the lists."""

    examined: Floats
    clicked: Floats
    satisfied: Floats
    went_on: float
    could_go_on: float


def fit_dynamic_bayesian(
    lists: Lists, *, prior_size: float, persistence: float | None = None
) -> DynamicBayesian:
    """The model that EM finds from the lists.

    Each pair gets `prior_size` imagined examinations and clicks with the mean rates. `persistence`,
    where given, is known and stays as it is.
    """
    n = lists.pairs
    first = 0.9 if persistence is None else persistence

    def step(all_three: Floats) -> Floats:
        attractive, satisfying, gamma = np.split(all_three, [n, 2 * n])
        found = _expect(lists, attractive, satisfying, float(gamma[0]))
        attractive = _rates(found.clicked, found.examined, prior_size)
        satisfying = _rates(found.satisfied, found.clicked, prior_size)
        free = _ratio(found.went_on, found.could_go_on)
        return np.concatenate([attractive, satisfying, [free if persistence is None else first]])

    found = fixed_point(step, np.concatenate([np.full(2 * n, 0.5), [first]]))
    attractive, satisfying, gamma = np.split(found.value, [n, 2 * n])
    last = _expect(lists, attractive, satisfying, float(gamma[0]))
    return DynamicBayesian(
        attractive,
        satisfying,
        float(gamma[0]),
        *_what_it_knows(lists, attractive, satisfying, float(gamma[0])),
        _ratio(last.clicked.sum(), last.examined.sum()),
        _ratio(last.satisfied.sum(), last.clicked.sum()),
        found.converged,
    )


def _rates(successes: Floats, trials: Floats, prior_size: float) -> Floats:
    """The rate of each pair, its prior's mean being the rate of all."""
    mean = _ratio(successes.sum(), trials.sum())
    rate = (successes + mean * prior_size) / np.maximum(trials + prior_size, LEAST)
    return np.asarray(np.clip(rate, LEAST, MOST))


def _ratio(part: float, whole: float) -> float:
    return float(np.clip(part / whole, LEAST, MOST)) if whole > 0 else 0.5


def _expect(lists: Lists, attractive: Floats, satisfying: Floats, gamma: float) -> _Expected:
    examined, clicked, satisfied = (np.zeros(lists.pairs) for _ in range(3))
    went_on = could_go_on = 0.0
    for block in _blocks(lists):
        walk = _Walk(block, attractive, satisfying, gamma)
        real, times = block.pair >= 0, block.times[:, None]
        for total, value in (
            (examined, walk.examined),
            (clicked, block.clicked),
            (satisfied, walk.satisfied),
        ):
            total += np.bincount(block.pair[real], (value * times)[real], lists.pairs)
        reached = walk.examined[:, 1:]
        went_on += float((reached * times).sum())
        free = walk.examined[:, :-1] - walk.satisfied[:, :-1]
        could_go_on += float((free * times)[real[:, 1:]].sum())
    return _Expected(examined, clicked, satisfied, went_on, could_go_on)


def _what_it_knows(
    lists: Lists, attractive: Floats, satisfying: Floats, gamma: float
) -> tuple[Floats, Floats, Floats]:
    """The mean examination by rank, and the effective sizes of both rates, by pair."""
    width = lists.pair.shape[1]
    examined, reached = np.zeros(width), np.zeros(width)
    looked, judged = np.zeros(lists.pairs), np.zeros(lists.pairs)
    for block in _blocks(lists):
        walk = _Walk(block, attractive, satisfying, gamma)
        real, times = block.pair >= 0, block.times[:, None]
        examined += (walk.examined * times).sum(axis=0)
        reached += (real * times).sum(axis=0)
        looked += np.bincount(block.pair[real], (walk.looked * times)[real], lists.pairs)
        judged += np.bincount(block.pair[real], (walk.judged * times)[real], lists.pairs)
    return examined / np.maximum(reached, LEAST), looked, judged


def _blocks(lists: Lists) -> list[Lists]:
    rows = max(1, BLOCK_CELLS // max(1, lists.pair.shape[1]))
    return [
        Lists(lists.pair[i:j], lists.clicked[i:j], lists.times[i:j], lists.pairs)
        for i, j in ((at, at + rows) for at in range(0, len(lists.times), rows))
    ]


class _Walk:
    """The probabilities along each list, given its clicks; arrays are (lists, longest)."""

    def __init__(self, lists: Lists, attractive: Floats, satisfying: Floats, gamma: float) -> None:
        real, clicked = lists.pair >= 0, lists.clicked
        index = np.where(real, lists.pair, 0)
        a = np.where(real, attractive[index], 0.0)
        s = np.where(clicked, satisfying[index], 0.0)
        last = _last_click(clicked)
        quiet = _quiet_below(a, real, gamma)
        unsatisfied = 1 - gamma + gamma * quiet[:, 1:]
        self.judged = np.where(clicked, s * (1 - unsatisfied) / (s + (1 - s) * unsatisfied), 0.0)
        """What a click tells of the satisfaction, as a share of knowing it. With t the chance
        that an unsatisfied user clicks nothing below, s (1 - t) / (s + (1 - s) t)."""
        at_last = np.arange(a.shape[1]) == last[:, None]
        self.satisfied = np.where(at_last, s / np.maximum(s + (1 - s) * unsatisfied, LEAST), 0.0)
        """P(satisfied | all clicks of the list)"""
        self.examined, self.looked = _down(a, s, clicked, real, last, quiet, gamma)
        """P(examined | all clicks of the list), and what an impression tells of the attractiveness,
        as a share of a certain examination: given only the clicks above it."""


def _last_click(clicked: Bools) -> NDArray[np.intp]:
    """The rank of the last click from 0, -1 without one."""
    width = clicked.shape[1]
    return np.where(clicked.any(axis=1), width - 1 - np.argmax(clicked[:, ::-1], axis=1), -1)


def _quiet_below(a: Floats, real: Bools, gamma: float) -> Floats:
    """P(no click at this rank and below | it is examined); one column more than the lists."""
    quiet = np.ones((a.shape[0], a.shape[1] + 1))
    for k in range(a.shape[1] - 1, -1, -1):
        below = (1 - a[:, k]) * (1 - gamma + gamma * quiet[:, k + 1])
        quiet[:, k] = np.where(real[:, k], below, 1.0)
    return quiet


def _down(
    a: Floats,
    s: Floats,
    clicked: Bools,
    real: Bools,
    last: NDArray[np.intp],
    quiet: Floats,
    gamma: float,
) -> tuple[Floats, Floats]:
    """From the top: examination given all clicks, and its share of information given those above.

    Below the last click, going on from an examined rank k-1 has the chance gamma, times the chance
    of what was seen then (no click) over that of all that may have happened.
    """
    examined, looked = np.zeros_like(a), np.zeros_like(a)
    so_far = np.ones(a.shape[0])  # P(examined | clicks above)
    for k in range(a.shape[1]):
        if k:
            stayed = np.where(clicked[:, k - 1], 1 - s[:, k - 1], looked[:, k - 1])
            so_far = gamma * stayed
            free = np.where(clicked[:, k - 1], (1 - s[:, k - 1]), 1.0)
            going = gamma * quiet[:, k]
            ended = np.where(clicked[:, k - 1], s[:, k - 1], 0.0) + free * (1 - gamma)
            posterior = examined[:, k - 1] * free * going / (ended + free * going)
        else:
            posterior = so_far
        examined[:, k] = np.where(k <= last, 1.0, posterior) * real[:, k]
        looked[:, k] = so_far * (1 - a[:, k]) / (1 - a[:, k] * so_far) * real[:, k]
    return examined, looked
