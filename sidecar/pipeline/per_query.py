"""Pairs with a query each: one ranking per distinct query, and one result of them all."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from sidecar.calibration import sigmoid
from sidecar.explain import explanation
from sidecar.pipeline.given_order import STEP, behind, unscored_part
from sidecar.request import Ranked, RankRequest, RankResult, RelevantSpan

Indexes = tuple[int, ...]
"""Of a part's documents in the whole request."""


def by_query(request: RankRequest) -> dict[Indexes, RankRequest]:
    """The parts of a request with `queries`: the documents of each distinct query."""
    groups: dict[str, list[int]] = {}
    for index, query in enumerate(request.queries):
        groups.setdefault(query, []).append(index)
    return {tuple(indexes): _of(request, query, indexes) for query, indexes in groups.items()}


async def rank_parts(
    parts: Mapping[Indexes, RankRequest], rank: Callable[[RankRequest], Awaitable[RankResult]]
) -> RankResult:
    """The result of the whole request, in input order.

    Raises what `rank` raises for the first part that fails; the others are then cancelled.
    """
    tasks = [asyncio.ensure_future(rank(part)) for part in parts.values()]
    try:
        results = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
    return _together(list(parts), results)


def _of(request: RankRequest, query: str, indexes: Sequence[int]) -> RankRequest:
    documents = tuple(request.documents[index] for index in indexes)
    return replace(request, query=query, queries=(), documents=documents, order="input", top_n=None)


def _together(groups: Sequence[Indexes], results: Sequence[RankResult]) -> RankResult:
    """One result, its indexes those of the whole request; times are the slowest ranking's."""

    def indexes(of: Callable[[RankResult], Indexes]) -> Indexes:
        parts = zip(groups, results, strict=True)
        return tuple(sorted(group[index] for group, result in parts for index in of(result)))

    unscored = indexes(lambda result: result.unscored)
    ranked: list[Ranked] = []
    explained: dict[int, Mapping[str, object]] = {}
    spans: dict[int, tuple[RelevantSpan, ...]] = {}
    for group, result in zip(groups, results, strict=True):
        ranked += [replace(item, index=group[item.index]) for item in result.ranked]
        spans |= {group[index]: found for index, found in result.spans.items()}
        for item, entry in zip(result.ranked, result.explanations, strict=False):
            index = group[item.index]
            explained[index] = {**entry, "index": index}
    moved = {item.index: item for item in _behind_all(ranked, unscored)}
    ranked = [moved.get(item.index, item) for item in ranked]
    for index in moved.keys() & explained.keys():
        explained[index] = explanation(moved[index], [unscored_part(moved[index].logit)])
    slowest = max(results, key=lambda result: result.timings.infer)
    return replace(
        slowest,
        ranked=tuple(sorted(ranked, key=lambda item: item.index)),
        tokens=sum(result.tokens for result in results),
        cached=sum(result.cached for result in results),
        truncated=indexes(lambda result: result.truncated),
        truncated_queries=sum(result.truncated_queries for result in results),
        shortened=indexes(lambda result: result.shortened),
        without_fields=indexes(lambda result: result.without_fields),
        broken=indexes(lambda result: result.broken),
        unread=indexes(lambda result: result.unread),
        query_unread=any(result.query_unread for result in results),
        below_min_score=_below_min_score(results),
        coverage=_coverage(groups, results),
        unscored=unscored,
        warnings=tuple(dict.fromkeys(each for result in results for each in result.warnings)),
        explanations=tuple(explained[index] for index in sorted(explained)),
        spans=spans,
        pair_logits=[logit for result in results for logit in result.pair_logits],
        effect=None,  # documents of different queries have no first-stage order
    )


def _behind_all(ranked: Sequence[Ranked], unscored: Indexes) -> list[Ranked]:
    """The documents that were not scored, put behind those of every query that were; none where
    nothing was. A ranking of its own has put them behind its own documents alone."""
    others = set(unscored)
    scored = [item.logit for item in ranked if item.index not in others]
    if not others or not scored:
        return []
    below = behind(scored)
    logits = [(index, below - place * STEP) for place, index in enumerate(unscored, 1)]
    return [Ranked(index, logit, sigmoid(logit)) for index, logit in logits]


def _coverage(groups: Sequence[Indexes], results: Sequence[RankResult]) -> float | None:
    """A blank query's ranking has none, and lacks nothing."""
    if all(result.coverage is None for result in results):
        return None
    scored = sum(
        len(group) - len(result.unscored) for group, result in zip(groups, results, strict=True)
    )
    return scored / sum(map(len, groups))


def _below_min_score(results: Sequence[RankResult]) -> int | None:
    counts = [each for result in results if (each := result.below_min_score) is not None]
    return sum(counts) if counts else None
