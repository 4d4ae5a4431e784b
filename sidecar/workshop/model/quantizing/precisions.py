"""The graphs of each precision, and how they are made.

A GPU's fp16 is bounded by rounding every fp16 value on the CPU (`half.py`): two runs that round
otherwise lie at most twice that far apart.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sidecar.errors import ModelError
from sidecar.workshop.model.graphs import CANONICAL_TOLERANCE, FP32, GRAPHS, TOLERANCE
from sidecar.workshop.model.quantizing.half import half
from sidecar.workshop.model.quantizing.integers import make_int8
from sidecar.workshop.model.quantizing.sensitivity import difference
from sidecar.workshop.model.quantizing.workplace import (
    ROOM,
    Made,
    Workplace,
    company,
    open_trial,
    rounded_up,
    told_of,
)
from sidecar.workshop.model.runner import Runner
from sidecar.workshop.model.weights import WeightFile, open_graph, share


def make_fp16(place: Workplace) -> list[Made]:
    """The fp16 graph for CUDA. Raises ModelError when fp16 overflows in this model.

    It is measured twice on the CPU, with every fp16 value rounded and as onnxruntime runs it there;
    the worse of the two counts.
    """
    fp16 = GRAPHS["fp16"]
    model = open_graph(place.trial / place.manifest.graphs[FP32].file)
    with WeightFile.create(place.trial, "trial.bin") as weights:
        emulated = half(model, place.trial, weights, emulated=True)
    (place.trial / "trial.onnx").write_bytes(emulated.SerializeToString())
    with WeightFile.create(place.trial, "half.bin") as weights:
        graph = half(model, place.trial, weights)
    share({fp16.file: graph}, place.trial, place.folder, "weights.fp16.bin")
    pairs = place.calibration.pairs
    measured = []
    for runner in (open_trial(place), Runner.open(place.folder, place.manifest, fp16)):
        logits = runner.logits(pairs, place.start("fp16 logits", len(pairs)))
        if broken := int((~np.isfinite(logits)).sum()):
            raise ModelError(
                f"fp16 overflows in this model ({broken} of {len(logits)} logits are not finite): "
                "use --to int8, whose float graph runs on a GPU, or the fp32 graph"
            )
        apart = np.abs(runner.scores(logits) - runner.scores(place.reference)).max()
        measured.append((difference(logits, place.reference), float(apart), runner))
    found, apart, runner = max(measured, key=lambda one: one[0].maximum)
    described = fp16.model_copy(
        update={
            "tolerance": rounded_up(max(TOLERANCE, 2 * apart)),
            "canonical_tolerance": rounded_up(max(CANONICAL_TOLERANCE, ROOM * found.maximum)),
        }
    )
    told = told_of(place, found, company(place, runner))
    return [Made("fp16", described, measured[1][2].canonical(), told)]


@dataclass(frozen=True)
class Precision:
    names: tuple[str, ...]
    """Of the graphs that `make` makes."""
    make: Callable[[Workplace], list[Made]]


MADE_BY = {
    "int8": Precision(("int8", "float"), make_int8),
    "fp16": Precision(("fp16",), make_fp16),
}
