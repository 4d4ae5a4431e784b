"""Fewer windows of long documents when the deadline is near: a coarser answer, not none. Pure.

Whatever suffices stays as it is: a pair is left out only when all pairs together would be scored
after the deadline, by the measured rate and the work that is queued ahead.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from sidecar.pipeline.passage_pairs import PassagePairs
from sidecar.runtime.flows import ANYONE, Flow
from sidecar.runtime.scorer import Load

PLANNED_SHARE = 0.8
"""Of the time that is left: the measured rate is a mean, and windows of one length are not all."""


def within_time(
    pairs: PassagePairs,
    load: Load,
    left_s: float,
    flow: Flow = ANYONE,
    due_s: float | None = None,
) -> PassagePairs:
    """The flow's pairs, or those of fewer windows for each long document if that is too many.

    Every document keeps at least one window, the first; those that fit the model stay whole.
    """
    lengths = [(pair.window_rank, len(pair.input)) for pair in pairs.pairs]
    windows = affordable_rank(lengths, load, left_s, flow, due_s)
    if windows is None:
        return pairs
    shortened = {pair.document for pair in pairs.pairs if pair.window_rank >= windows}
    if not shortened:
        return pairs
    return replace(
        pairs,
        pairs=[pair for pair in pairs.pairs if pair.window_rank < windows],
        truncated=tuple(sorted(shortened.union(pairs.truncated))),
        shortened=tuple(sorted(shortened)),
    )


def affordable_rank(
    lengths: Sequence[tuple[int, int]],
    load: Load,
    left_s: float,
    flow: Flow = ANYONE,
    due_s: float | None = None,
) -> int | None:
    """The rank from which on pairs must be left out to meet the deadline, at least 1; None when all
    can be scored. `lengths` are (rank among its document's pairs, tokens) of each pair.
    """
    rate = load.tokens_per_second
    all_tokens = sum(tokens for _, tokens in lengths)
    ahead_s = load.ahead_s(flow, all_tokens, due_s)
    if not rate or ahead_s + all_tokens / rate <= left_s:
        return None
    budget_tokens = (PLANNED_SHARE * left_s - ahead_s) * rate
    by_rank: Counter[int] = Counter()
    for rank, tokens in lengths:
        by_rank[rank] += tokens
    totals = accumulate(by_rank[rank] for rank in range(max(by_rank, default=0) + 1))
    return max(1, sum(total <= budget_tokens for total in totals))
