"""The model's logits, given back to the documents that they belong to. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sidecar.calibration import Calibration
from sidecar.explain import explanation
from sidecar.fusion.diversity import Pick
from sidecar.fusion.fuse import calibrated, fused, model_parts
from sidecar.fusion.parts import Part
from sidecar.fusion.rank import check_finite
from sidecar.pipeline.passage_pairs import Evidence, PassagePair
from sidecar.request import Ranked
from sidecar.search import Constraint
from sidecar.text.long_documents import LongDocuments

_NONE = Calibration()
_NO_PICKS: Mapping[int, Pick] = {}


@dataclass(frozen=True, slots=True)
class ScoredDocument:
    """A document's parts and their sum, with the pair that its passage's score comes from: the best
    window of a long one, None for an empty document."""

    parts: tuple[Part, ...]
    logit: float
    best_pair: PassagePair | None

    @property
    def evidence(self) -> Evidence | None:
        """Where the best window lies; None for a document that was not windowed."""
        return self.best_pair.evidence if self.best_pair else None


def scored_documents(
    pairs: Sequence[PassagePair],
    logits: Sequence[float],
    parts: Sequence[Sequence[Part]],
    long: LongDocuments,
    calibration: Calibration,
    own: Calibration = _NONE,
) -> list[ScoredDocument]:
    """One per document; `logits` are the pairs', `parts` each document's beside the model's.

    `calibration` is the model's; `own` is the profile's, of the sum of all parts.

    Raises NonFiniteScore when a logit is NaN or infinite.
    """
    check_finite(logits)
    of_document: list[list[tuple[PassagePair, float]]] = [[] for _ in parts]
    for pair, logit in zip(pairs, logits, strict=True):
        of_document[pair.document].append((pair, logit))
    own_or_none = None if own == _NONE else own
    return [
        _scored_document(scored, others, long, calibration, own_or_none)
        for scored, others in zip(of_document, parts, strict=True)
    ]


def _scored_document(
    scored: Sequence[tuple[PassagePair, float]],
    others: Sequence[Part],
    long: LongDocuments,
    calibration: Calibration,
    own: Calibration | None,
) -> ScoredDocument:
    windows = [(pair, logit) for pair, logit in scored if not pair.alone]
    alone = {pair.alone[0]: (pair.alone[1], logit) for pair, logit in scored if pair.alone}
    parts = [*model_parts([logit for _, logit in windows], alone, long, calibration), *others]
    if own is not None:
        parts = calibrated(parts, own)
    best: PassagePair | None = None
    if len(windows) == 1 or (windows and long.aggregate == "first"):
        best, _ = windows[0]
    elif windows:  # the one that weighs most in the aggregate
        best, _ = max(windows, key=lambda window: window[1])
    return ScoredDocument(tuple(parts), fused(parts), best)


def explanations(
    ranked: Sequence[Ranked],
    documents: Sequence[ScoredDocument],
    truncated: Sequence[int],
    shapley: Mapping[int, Mapping[str, float]],
    constraints: Sequence[Constraint] = (),
    picks: Mapping[int, Pick] = _NO_PICKS,
) -> tuple[dict[str, object], ...]:
    """One entry per result, in the results' order."""
    cut = set(truncated)
    return tuple(
        explanation(
            item,
            documents[item.index].parts,
            truncated=item.index in cut,
            evidence=documents[item.index].evidence,
            shapley=shapley.get(item.index),
            constraints=constraints,
            pick=picks.get(item.index),
        )
        for item in ranked
    )
