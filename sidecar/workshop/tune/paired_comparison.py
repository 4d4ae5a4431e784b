"""Is one faster than the other? Rounds that both ran, compared in pairs. Pure.

The estimate is Hodges and Lehmann's: the median of the means of every two rounds' logarithms of
the ratio. Its interval is the exact one of Wilcoxon's signed-rank test (Hollander, Wolfe and
Chicken, Nonparametric Statistical Methods, section 3.3): it asks for no normal noise, and a round
in which the machine was busy with something else moves it little.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

SIGNIFICANCE = 0.05
"""Of calling any layout faster that is not."""
MIN_GAIN = 1.02
"""Least ratio for which the default is left."""
MIN_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Gain:
    """Pairs/s as a ratio to another's: the estimate, and the bounds of its interval."""

    ratio: float
    low: float
    high: float

    @property
    def worthwhile(self) -> bool:
        """Whether it is faster beyond the noise, and by enough to matter."""
        return self.low > 1 and self.ratio >= MIN_GAIN


def compare(ours: Sequence[float], theirs: Sequence[float], chance: float = SIGNIFICANCE) -> Gain:
    """`ours` against `theirs`, rates by round; `chance` is that of an error on either side.

    With too few rounds for the chance the bounds are 0 and infinity.
    """
    logs = [math.log(mine / other) for mine, other in zip(ours, theirs, strict=True)]
    means = sorted((one + two) / 2 for one, two in combinations_with_replacement(logs, 2))
    skipped = critical_rank_sum(len(logs), chance)
    low, high = (means[skipped], means[-1 - skipped]) if skipped >= 0 else (-math.inf, math.inf)
    return Gain(*(math.exp(each) for each in (statistics.median(means), low, high)))


def critical_rank_sum(rounds: int, chance: float) -> int:
    """The largest w with P(W <= w) <= chance when there is no difference; -1 when there is none.

    W is the sum of the ranks of the rounds that were faster: each of the 2^rounds sets of ranks is
    as likely as the next. So many means lie outside of the interval on each side.
    """
    sets = [1]  # sets[w]: sets of the ranks so far whose sum is w
    for rank in range(1, rounds + 1):
        longer = [*sets, *([0] * rank)]
        for total, count in enumerate(sets):
            longer[total + rank] += count
        sets = longer
    below = 0
    for total, count in enumerate(sets):
        below += count
        if below > chance * 2**rounds:
            return total - 1
    return len(sets) - 1
