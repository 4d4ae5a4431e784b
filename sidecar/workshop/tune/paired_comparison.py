"""Is one faster than the other? Rounds that both ran, compared in pairs. Pure.

The estimate is Hodges and Lehmann's: the median of the means of every two rounds' log ratios. Its
interval is the exact one of Wilcoxon's signed-rank test (Hollander, Wolfe and Chicken,
Nonparametric Statistical Methods, section 3.3). It does not assume normal noise, and a round that
other processes disturbed changes it little.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

SIGNIFICANCE = 0.05
"""Probability of calling any layout faster that is not."""
MIN_GAIN = 1.02
"""Ratio from which a layout replaces the default."""
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


def compare(
    ours: Sequence[float], theirs: Sequence[float], significance: float = SIGNIFICANCE
) -> Gain:
    """The gain of `ours` over `theirs`, rates by round; `significance` is the probability
    of an error on each side of the interval.

    With too few rounds for that significance the bounds are 0 and infinity.
    """
    logs = [math.log(mine / other) for mine, other in zip(ours, theirs, strict=True)]
    means = sorted((first + second) / 2 for first, second in combinations_with_replacement(logs, 2))
    skipped = critical_rank_sum(len(logs), significance)
    low, high = (means[skipped], means[-1 - skipped]) if skipped >= 0 else (-math.inf, math.inf)
    return Gain(math.exp(statistics.median(means)), math.exp(low), math.exp(high))


def critical_rank_sum(rounds: int, significance: float) -> int:
    """The largest w with P(W <= w) <= `significance` under no difference; -1 when there is none.

    W is the sum of the ranks of the rounds that were faster; all 2^rounds sets of ranks are equally
    likely. The interval leaves out w means on each side.
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
        if below > significance * 2**rounds:
            return total - 1
    return len(sets) - 1
