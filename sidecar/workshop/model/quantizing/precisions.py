"""The precisions that `model quantize --to` can make; here also how the fp16 graph is made.

No GPU is needed: fp16's error is bounded by rounding every fp16 value on the CPU
(`fp16_rewrite.py`). Two runs that round differently are at most twice that far apart.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sidecar.errors import ModelError
from sidecar.workshop.model.graphs import FP32, GRAPHS, TOLERANCE
from sidecar.workshop.model.quantizing.fp16_rewrite import to_fp16
from sidecar.workshop.model.quantizing.int8_graphs import make_int8
from sidecar.workshop.model.quantizing.sensitivity import Difference, difference
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


def make_fp16(workspace: Workspace) -> list[QuantizedGraph]:
    """The fp16 graph for CUDA. Raises ModelError when fp16 overflows in this model.

    It is measured twice on the CPU, with every fp16 value rounded and as onnxruntime runs it there;
    the worse of the two counts.
    """
    fp16 = GRAPHS["fp16"]
    model = open_graph(workspace.trial / workspace.manifest.graphs[FP32].file)
    with WeightFile.create(workspace.trial, "trial.bin") as weights:
        emulated = to_fp16(model, workspace.trial, weights, emulated=True)
    (workspace.trial / "trial.onnx").write_bytes(emulated.SerializeToString())
    with WeightFile.create(workspace.trial, "half.bin") as weights:
        graph = to_fp16(model, workspace.trial, weights)
    write_shared({fp16.file: graph}, workspace.trial, workspace.folder, "weights.fp16.bin")
    as_run = Runner.open(workspace.folder, workspace.manifest, fp16)
    rounded = open_trial(workspace)
    measured = [(*_measure(workspace, runner), runner) for runner in (rounded, as_run)]
    logits, score_difference, runner = max(measured, key=lambda result: result[0].maximum)
    floor = workspace.manifest.graphs[FP32].canonical_tolerance
    canonical_tolerance = max(floor, TOLERANCE_FACTOR * logits.maximum)
    described = fp16.model_copy(
        update={
            "tolerance": round_up(max(TOLERANCE, 2 * score_difference)),
            "canonical_tolerance": round_up(canonical_tolerance),
        }
    )
    quantization = describe_quantization(workspace, logits, company_difference(workspace, runner))
    return [QuantizedGraph("fp16", described, as_run.canonical(), quantization)]


def _measure(workspace: Workspace, runner: Runner) -> tuple[Difference, float]:
    """(the logits' difference from fp32, the largest difference of a score).

    Raises ModelError when a logit is not finite.
    """
    pairs = workspace.sample.pairs
    logits = runner.logits(pairs, workspace.begin_step("fp16 logits", len(pairs)))
    if not_finite := int((~np.isfinite(logits)).sum()):
        raise ModelError(
            f"fp16 overflows in this model ({not_finite} of {len(logits)} logits are not finite): "
            "use --to int8, whose float graph runs on a GPU, or the fp32 graph"
        )
    scores = np.abs(runner.scores(logits) - runner.scores(workspace.reference))
    return difference(logits, workspace.reference), float(scores.max())


@dataclass(frozen=True)
class Precision:
    """What one `--to` makes."""

    graphs: tuple[str, ...]
    """The names of the graphs that `make` returns."""
    make: Callable[[Workspace], list[QuantizedGraph]]


PRECISIONS = {
    "int8": Precision(("int8", "float"), make_int8),
    "fp16": Precision(("fp16",), make_fp16),
}
