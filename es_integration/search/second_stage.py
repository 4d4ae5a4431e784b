"""The hits of the window in a new order: that of one ranking, or of several arms, interleaved."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from es_integration.cluster.procedure import Body, Procedure
from es_integration.search.options import Rerank
from es_integration.search.page import checked_ranking
from es_integration.sidecar_client import Ranking
from mappings.experiments import team_draft


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of reranking the hits."""

    rerank: Rerank
    arm: str = ""
    """Its name in an experiment."""
    label: str | None = None
    """`EXPERIMENT/ARM`, for the sidecar's metrics."""
    off: bool = False
    """The first stage's order."""


@dataclass(frozen=True, slots=True)
class Interleaved:
    """The window's hits by index, as they are shown."""

    order: tuple[int, ...]
    teams: tuple[str, ...]
    """The arm that added each."""
    scores: tuple[float | None, ...]
    """As the hit's own arm scored it; None where that has no score for it."""


@dataclass(frozen=True, slots=True)
class SecondStage:
    """What became of the reranking."""

    shown: Ranking | Interleaved
    """A ranking without scores: the first stage's order is kept."""
    seconds: float = 0.0
    failed: Mapping[str, str] = field(default_factory=dict)
    """Arm -> what failed, or was not the model's answer."""


def rerank_hits(
    text: str,
    hits: Sequence[Body],
    documents: Sequence[Body],
    variants: Sequence[Variant],
    seed: bytes = b"",
) -> Procedure[SecondStage]:
    """The hits of the widest window, reranked by each variant in its own window.

    Several are interleaved, by `seed`; if one of them fails, nothing is reranked: a list of the
    others would be credited to them. At least one variant is not off.
    """
    asked = [variant for variant in variants if not variant.off]
    started = time.monotonic()
    rankings = yield from _rankings(text, hits, documents, asked)
    seconds = time.monotonic() - started
    failed = {
        variant.arm: why
        for variant, ranking in zip(asked, rankings, strict=True)
        if (why := _failure(ranking)) is not None
    }
    kept = next((ranking for ranking in rankings if ranking.scores is None), None)
    if kept is not None:
        return SecondStage(kept, seconds, failed)
    if len(variants) == 1:
        return SecondStage(rankings[0], seconds, failed)
    scores = {
        variant.arm: dict(zip(ranking.order, ranking.scores or (), strict=True))
        for variant, ranking in zip(asked, rankings, strict=True)
    }
    draft = team_draft(
        {each.arm: _whole_order(scores.get(each.arm, {}), each, len(hits)) for each in variants},
        seed,
    )
    scored = (scores.get(team, {}).get(hit) for hit, team in zip(*draft, strict=True))
    return SecondStage(Interleaved(draft.order, draft.teams, tuple(scored)), seconds, failed)


def _rankings(
    text: str, hits: Sequence[Body], documents: Sequence[Body], asked: Sequence[Variant]
) -> Procedure[list[Ranking]]:
    calls = [(documents[: variant.rerank.window], _options(variant, hits)) for variant in asked]
    if len(calls) == 1:
        ((first, options),) = calls
        ranking = yield lambda clients: clients.sidecar.rerank_or_keep(text, first, **options)
        found = [ranking]
    else:
        found = yield lambda clients: clients.sidecar.rerank_or_keep_each(text, calls)
    return [
        checked_ranking(ranking, len(sent), min_score=variant.rerank.min_score)
        for ranking, (sent, _), variant in zip(found, calls, asked, strict=True)
    ]


def _options(variant: Variant, hits: Sequence[Body]) -> dict[str, Any]:
    rerank = variant.rerank
    options = rerank.request_options()
    if rerank.send_ids:
        options["document_ids"] = [hit["_id"] for hit in hits[: rerank.window]]
    if variant.label is not None:
        options["arm"] = variant.label
    return options


def _whole_order(scores: Mapping[int, float], variant: Variant, hits: int) -> list[int]:
    """The arm's order of all hits: what it has scored, then the rest as the first stage has it.
    With a least score the rest is left out, because it has none."""
    if variant.off:
        return list(range(hits))
    behind = range(variant.rerank.window, hits) if variant.rerank.min_score is None else ()
    return [*scores, *behind]


def _failure(ranking: Ranking) -> str | None:
    """Why a ranking is not all the model's; None where it is."""
    if ranking.scores is None:
        return ranking.reason or "no reason given"
    if ranking.degraded is not None:
        return f"degraded: {ranking.degraded}"
    if ranking.coverage is not None and ranking.coverage < 1:
        return f"partial: {ranking.coverage:.2g} of the hits"
    return None
