"""The model's logits, given back to the documents that they belong to. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sidecar.calibration import Calibration
from sidecar.explain import explanation
from sidecar.fusion.fuse import fused, model_parts
from sidecar.fusion.parts import Part
from sidecar.pipeline.passage_pairs import Evidence, Unit, Units
from sidecar.request import Ranked
from sidecar.text.long_documents import LongDocuments


@dataclass(frozen=True, slots=True)
class Verdict:
    """A document's parts and their sum, with the unit that spoke for its passage: the best window
    of a long one, None where nothing stands in it."""

    parts: tuple[Part, ...]
    logit: float
    spoke: Unit | None

    @property
    def evidence(self) -> Evidence | None:
        """Where the best window lies; None for a document that was not windowed."""
        return self.spoke.evidence if self.spoke else None


def verdicts(
    units: Units,
    logits: Sequence[float],
    parts: Sequence[Sequence[Part]],
    long: LongDocuments,
    calibration: Calibration,
) -> list[Verdict]:
    """One per document; `logits` are the units', `parts` each document's beside the model's."""
    of_document: list[list[tuple[Unit, float]]] = [[] for _ in parts]
    for unit, logit in zip(units.units, logits, strict=True):
        of_document[unit.document].append((unit, logit))
    return [
        _verdict(scored, others, long, calibration)
        for scored, others in zip(of_document, parts, strict=True)
    ]


def _verdict(
    scored: Sequence[tuple[Unit, float]],
    others: Sequence[Part],
    long: LongDocuments,
    calibration: Calibration,
) -> Verdict:
    windows = [(unit, logit) for unit, logit in scored if unit.alone is None]
    alone = {unit.alone[0]: (unit.alone[1], logit) for unit, logit in scored if unit.alone}
    parts = [*model_parts([logit for _, logit in windows], alone, long, calibration), *others]
    best: Unit | None = None
    if windows:  # the one that the aggregate listens to most
        first = long.aggregate == "first"
        best, _ = windows[0] if first else max(windows, key=lambda window: window[1])
    return Verdict(tuple(parts), fused(parts), best)


def explanations(
    ranked: Sequence[Ranked],
    found: Sequence[Verdict],
    truncated: Sequence[int],
    shapley: Mapping[int, Mapping[str, float]],
) -> tuple[dict[str, object], ...]:
    """One entry per result, in the results' order."""
    cut = set(truncated)
    return tuple(
        explanation(
            item,
            found[item.index].parts,
            truncated=item.index in cut,
            evidence=found[item.index].evidence,
            shapley=shapley.get(item.index),
        )
        for item in ranked
    )
