"""Reranks the first hits alone: the others follow in the first stage's order. Pure but for the
ranking that it is given; `given_order` says with which scores they follow."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from sidecar.calibration import sigmoid
from sidecar.explain import explanation
from sidecar.pipeline.given_order import STEP, behind, first_stage_order, unscored_part
from sidecar.pipeline.threshold import threshold_of
from sidecar.request import Ranked, RankRequest, RankResult

Rank = Callable[[RankRequest], Awaitable[RankResult]]


async def rank_first(request: RankRequest, depth: int, rank: Rank) -> RankResult:
    """What `rank` makes of the `depth` documents that the first stage has best, and the others
    behind them. With a `min_score` the others are left out, because they have no score."""
    order = first_stage_order(request.documents)
    if len(order) <= depth:
        return await rank(request)
    head, tail = sorted(order[:depth]), order[depth:]
    documents = tuple(request.documents[index] for index in head)
    found = await rank(replace(request, documents=documents, order="score", top_n=None))
    left_out = 0
    if threshold_of(request) is not None and found.degraded is None:
        tail, left_out = [], len(tail)
    return _whole(request, found, head, tail, left_out)


def _whole(
    request: RankRequest, found: RankResult, head: Sequence[int], tail: Sequence[int], left_out: int
) -> RankResult:
    """The result for the whole request, whose indexes are those of the request."""

    def indexes(of_head: Sequence[int]) -> tuple[int, ...]:
        return tuple(head[index] for index in of_head)

    below = behind(item.logit for item in found.ranked)
    places = [(index, below - place * STEP) for place, index in enumerate(tail, 1)]
    others = [Ranked(index, logit, sigmoid(logit)) for index, logit in places]
    ranked = [replace(item, index=head[item.index]) for item in found.ranked] + others
    explained: dict[int, Mapping[str, object]] = {
        item.index: explanation(item, [unscored_part(item.logit)]) for item in others
    }
    for item, entry in zip(found.ranked, found.explanations, strict=False):
        explained[head[item.index]] = {**entry, "index": head[item.index]}
    if request.order == "input":
        ranked.sort(key=lambda item: item.index)
    ranked = ranked[: request.top_n or None]
    below_min_score = found.below_min_score
    return replace(
        found,
        ranked=tuple(ranked),
        below_min_score=None if below_min_score is None else below_min_score + left_out,
        truncated=indexes(found.truncated),
        shortened=indexes(found.shortened),
        without_fields=indexes(found.without_fields),
        broken=indexes(found.broken),
        unread=indexes(found.unread),
        unscored=indexes(found.unscored),
        explanations=tuple(explained[item.index] for item in ranked) if found.explanations else (),
        spans={head[index]: spans for index, spans in found.spans.items()},
    )
