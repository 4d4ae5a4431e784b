"""Fewer windows of long documents when the deadline is near: a coarser answer, not none. Pure.

Whatever suffices stays as it is: a pair is left out only when all pairs together would be scored
after the deadline, by the measured rate and the work that is queued ahead.
"""

from collections import Counter
from dataclasses import replace
from itertools import accumulate

from sidecar.pipeline.passage_pairs import PassagePairs
from sidecar.runtime.scorer import Load

PLANNED_SHARE = 0.8
"""Of the time that is left: the measured rate is a mean, and windows of one length are not all."""


def within_time(pairs: PassagePairs, load: Load, left_s: float) -> PassagePairs:
    """The pairs, or those of fewer windows for each long document if that is too many.

    Every document keeps at least one window, the first; those that fit the model stay whole.
    """
    rate = load.tokens_per_second
    tokens = sum(len(pair.input) for pair in pairs.pairs)
    if not rate or load.wait_s + tokens / rate <= left_s:
        return pairs
    windows = _windows(pairs, (PLANNED_SHARE * left_s - load.wait_s) * rate)
    shortened = {pair.document for pair in pairs.pairs if pair.window_rank >= windows}
    if not shortened:
        return pairs
    return replace(
        pairs,
        pairs=[pair for pair in pairs.pairs if pair.window_rank < windows],
        truncated=tuple(sorted(shortened.union(pairs.truncated))),
        shortened=tuple(sorted(shortened)),
    )


def _windows(pairs: PassagePairs, budget_tokens: float) -> int:
    """The most windows per document whose pairs, with all others, are within the budget; at least
    1."""
    by_rank: Counter[int] = Counter()
    for pair in pairs.pairs:
        by_rank[pair.window_rank] += len(pair.input)
    totals = accumulate(by_rank[rank] for rank in range(max(by_rank) + 1))
    return max(1, sum(total <= budget_tokens for total in totals))
