"""A document's logit from the model's logits and the other parts. Pure.

model    the passage's calibrated logit, or that of its windows' aggregate; with fields that are
         scored alone the weighted mean of them all, in which the passage weighs 1
others   fields, signals, rules: see `parts`; hooks add theirs in the pipeline
fused    the sum of all parts; score = sigmoid(fused)

A profile may have a calibration of its own, which holds for the sum: `calibrated` shares it out.
"""

import math
from collections.abc import Mapping, Sequence

from sidecar.calibration import Calibration
from sidecar.fusion.parts import Part
from sidecar.text.long_documents import LongDocuments, aggregate

PASSAGE = "passage"
EMPTY = -8.0
"""The model's part of an empty document, a score of 0.0003. A model takes an empty passage for one
that says nothing against the query, so hits that lack the field would climb."""


def model_parts(
    windows: Sequence[float],
    alone: Mapping[str, tuple[float, float]],
    long: LongDocuments,
    calibration: Calibration,
) -> list[Part]:
    """The parts of kind "model": one for the passage, one per field that is scored alone.

    `windows` are the logits of the passage's windows in the order of the text: one for a document
    that fits, none for an empty passage. `alone` maps a field to (weight, logit). An empty document
    is not shown to the model and gets EMPTY.
    """
    if not windows and not alone:
        return [Part(PASSAGE, "model", EMPTY)]
    if not alone:  # nearly all documents: by their weights it takes three times as long
        return [Part(PASSAGE, "model", calibration.calibrated(aggregate(windows, long)))]
    weighted = dict(alone)
    if windows:
        weighted[PASSAGE] = (1.0, aggregate(windows, long))
    calibrated = {
        name: (weight, calibration.calibrated(logit)) for name, (weight, logit) in weighted.items()
    }
    return [Part(name, "model", value) for name, value in shares(calibrated).items()]


def shares(weighted: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    """What each (weight, logit) adds to their weighted mean: w * l / sum of w.

    Fields that a document lacks are not among them, so the others' weights are renormalised.
    Raises ZeroDivisionError when no weight is above 0.
    """
    total = math.fsum(weight for weight, _ in weighted.values())
    return {name: weight * logit / total for name, (weight, logit) in weighted.items()}


def calibrated(parts: Sequence[Part], own: Calibration) -> list[Part]:
    """The parts of which the sum is calibrated, the model's first: each divided by the temperature,
    the bias taken off the first. So documents keep their order, empty ones among them."""
    first, *others = [part._replace(value=part.value / own.temperature) for part in parts]
    return [first._replace(value=first.value - own.bias / own.temperature), *others]


def fused(parts: Sequence[Part]) -> float:
    """The sum of the parts."""
    return math.fsum(part.value for part in parts)
