"""The order in which documents came, where the model says nothing of them. Pure.

By place, the first stage's best first:

    nothing was scored      logits 0, -0.001, -0.002, ...: scores of 0.5 and just below it, which
                            say neither "relevant" nor "not relevant"
    others were scored      the same steps down from the least of the others, or from what an empty
                            document gets if that is lower
"""

from collections.abc import Iterable, Sequence

import numpy as np

from sidecar.explain import explanation
from sidecar.fusion import rank
from sidecar.fusion.fuse import EMPTY
from sidecar.fusion.parts import Part
from sidecar.pipeline.effect import first_stage_scores
from sidecar.pipeline.threshold import threshold_of
from sidecar.request import Document, RankRequest, RankResult

UNSCORED = "unscored"
STEP = 0.001
"""Of a logit: scores of neighbours differ as they are printed, and a thousand places take 1."""


def first_stage_order(documents: Sequence[Document]) -> list[int]:
    """The indexes, best first: by the documents' `_score` fields if all have one, else as sent."""
    scores = first_stage_scores(documents)
    if scores is None:
        return list(range(len(documents)))
    return [int(index) for index in np.argsort(-scores, kind="stable")]


def logits_by_place(documents: Sequence[Document], below: float = STEP) -> list[float]:
    """A logit for each document, by its place in the first stage's order, lower than `below`."""
    logits = [0.0] * len(documents)
    for place, index in enumerate(first_stage_order(documents)):
        logits[index] = below - (place + 1) * STEP
    return logits


def behind(scored: Iterable[float]) -> float:
    """What the logits of documents that were not scored are below, by those of the others."""
    return min((EMPTY, *scored))


def unscored_part(logit: float) -> Part:
    """What an explanation shows in place of the model's part."""
    return Part(UNSCORED, "model", logit)


def given_order(request: RankRequest, model: str, warnings: tuple[str, ...] = ()) -> RankResult:
    """The documents as they came, none of them scored; `top_n` counts, and `min_score` leaves none
    out: nothing was judged."""
    logits = logits_by_place(request.documents)
    ranked = rank(logits, order=request.order, top_n=request.top_n)
    explanations: tuple[dict[str, object], ...] = ()
    if request.control.explain:
        explanations = tuple(explanation(item, [unscored_part(item.logit)]) for item in ranked)
    return RankResult(
        ranked,
        model,
        tokens=0,
        below_min_score=None if threshold_of(request) is None else 0,
        warnings=warnings,
        explanations=explanations,
    )
