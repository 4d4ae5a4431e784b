"""The model's logits, given back to the documents that they belong to. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sidecar.engine.units import Evidence, Unit, Units
from sidecar.explain import explanation
from sidecar.fusion.fuse import Calibration, fused, model_parts
from sidecar.fusion.parts import Part
from sidecar.model import Ranked
from sidecar.profile import LongDocuments


@dataclass(frozen=True, slots=True)
class Verdict:
    """A document's parts and their sum, with the window that spoke for it, if it was long."""

    parts: tuple[Part, ...]
    logit: float
    evidence: Evidence | None


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
    windows = [(unit.evidence, logit) for unit, logit in scored if unit.alone is None]
    alone = {unit.alone[0]: (unit.alone[1], logit) for unit, logit in scored if unit.alone}
    parts = [*model_parts([logit for _, logit in windows], alone, long, calibration), *others]
    best: tuple[Evidence | None, float] = (None, 0.0)
    if windows:  # the one that the aggregate listens to most
        first = long.aggregate == "first"
        best = windows[0] if first else max(windows, key=lambda window: window[1])
    return Verdict(tuple(parts), fused(parts), best[0])


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
