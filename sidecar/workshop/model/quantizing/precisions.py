"""The graphs of each precision, and how they are made.

No GPU is needed: fp16's error is bounded by rounding every fp16 value on the CPU
(`fp16_rewrite.py`). Two runs that round differently are at most twice that far apart.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sidecar.errors import ModelError
from sidecar.workshop.model.graphs import CANONICAL_TOLERANCE, FP32, GRAPHS, TOLERANCE
from sidecar.workshop.model.quantizing.fp16_rewrite import to_fp16
from sidecar.workshop.model.quantizing.int8_graphs import make_int8
from sidecar.workshop.model.quantizing.sensitivity import difference
from sidecar.workshop.model.quantizing.workspace import (
    TOLERANCE_FACTOR,
    QuantizedGraph,
    Workspace,
    company_difference,
    describe_quantization,
    open_trial,
    round_up,
)
from sidecar.workshop.model.runner import Runner
from sidecar.workshop.model.weights import WeightFile, open_graph, write_shared


def make_fp16(place: Workspace) -> list[QuantizedGraph]:
    """The fp16 graph for CUDA. Raises ModelError when fp16 overflows in this model.

    It is measured twice on the CPU, with every fp16 value rounded and as onnxruntime runs it there;
    the worse of the two counts.
    """
    fp16 = GRAPHS["fp16"]
    model = open_graph(place.trial / place.manifest.graphs[FP32].file)
    with WeightFile.create(place.trial, "trial.bin") as weights:
        emulated = to_fp16(model, place.trial, weights, emulated=True)
    (place.trial / "trial.onnx").write_bytes(emulated.SerializeToString())
    with WeightFile.create(place.trial, "half.bin") as weights:
        graph = to_fp16(model, place.trial, weights)
    write_shared({fp16.file: graph}, place.trial, place.folder, "weights.fp16.bin")
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
            "tolerance": round_up(max(TOLERANCE, 2 * apart)),
            "canonical_tolerance": round_up(
                max(CANONICAL_TOLERANCE, TOLERANCE_FACTOR * found.maximum)
            ),
        }
    )
    told = describe_quantization(place, found, company_difference(place, runner))
    return [QuantizedGraph("fp16", described, measured[1][2].canonical(), told)]


@dataclass(frozen=True)
class Precision:
    names: tuple[str, ...]
    """Of the graphs that `make` makes."""
    make: Callable[[Workspace], list[QuantizedGraph]]


PRECISIONS = {
    "int8": Precision(("int8", "float"), make_int8),
    "fp16": Precision(("fp16",), make_fp16),
}
