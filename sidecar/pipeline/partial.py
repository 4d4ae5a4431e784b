"""Answers at the deadline from what is scored by then (`on_deadline: partial`).

A document counts as scored when all its windows are. Those that are not follow the others in the
order of the first stage; `given_order` says with which scores. Long documents have lost windows
before any document is left out: see `time_budget`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sidecar.pipeline.given_order import behind, given_order, logits_by_place, unscored_part
from sidecar.pipeline.passage_pairs import PassagePair
from sidecar.pipeline.scored_documents import ScoredDocument
from sidecar.pipeline.threshold import threshold_warnings
from sidecar.request import Document, RankRequest, RankResult
from sidecar.runtime.families import Outputs

IGNORED = "on_deadline has no effect here: a search engine keeps its own order when time runs out"
NO_MORE = "no time was left for relevant spans or Shapley values"
"""Warnings."""
RESERVE_SHARE, MAX_RESERVE_S = 0.1, 0.02
"""Of the time for a request: kept to rank and to write the answer. A thousand documents take about
as long as the most."""


class Arrivals:
    """The logits of a request's pairs as workers bring them, by position. Thread-safe."""

    def __init__(self) -> None:
        self._logits: dict[int, float] = {}

    def receive(self, position: int, output: Outputs) -> None:
        """See `scorer.OnOutput`."""
        self._logits[position] = float(output)

    @property
    def logits(self) -> dict[int, float]:
        """Those that are there now."""
        return dict(self._logits)


def scoring_s(allowed_s: float) -> float:
    """The seconds for scoring of a request that must be answered in `allowed_s`."""
    return allowed_s - min(MAX_RESERVE_S, RESERVE_SHARE * allowed_s)


def whole_documents(
    pairs: Sequence[PassagePair], logits: Mapping[int, float]
) -> tuple[list[PassagePair], list[float], tuple[int, ...]]:
    """(pairs of the documents of which every pair has a logit, these logits, the other documents).

    `logits` are by the position of their pair.
    """
    missing = {pair.document for at, pair in enumerate(pairs) if at not in logits}
    kept = [(pair, logits[at]) for at, pair in enumerate(pairs) if pair.document not in missing]
    return [pair for pair, _ in kept], [logit for _, logit in kept], tuple(sorted(missing))


def with_others_behind(
    scored: Sequence[ScoredDocument], documents: Sequence[Document], unscored: Sequence[int]
) -> list[ScoredDocument]:
    """The scored documents, in the order of the request, with the unscored ones put behind them."""
    if not unscored:
        return list(scored)
    others = set(unscored)
    below = behind(each.logit for index, each in enumerate(scored) if index not in others)
    places = logits_by_place([documents[index] for index in unscored], below)
    completed = list(scored)
    for index, logit in zip(unscored, places, strict=True):
        completed[index] = ScoredDocument((unscored_part(logit),), logit, None)
    return completed


def nothing_scored(request: RankRequest, model: str) -> RankResult:
    """The answer when the deadline came before any document was scored."""
    kept = given_order(request, model, threshold_warnings(request, len(request.documents)))
    return replace(kept, coverage=0.0, unscored=tuple(range(len(request.documents))))


def without_more_pairs(request: RankRequest) -> RankRequest:
    """The request without what is asked of the model once its documents are ranked."""
    return replace(request, control=replace(request.control, shapley=0), spans=None)


def partial_warnings(request: RankRequest) -> tuple[str, ...]:
    """What the client of a search-engine route should know, whose answers are never partial."""
    ignored = request.all_or_nothing and request.control.on_deadline == "partial"
    return (IGNORED,) if ignored else ()
