"""Where graphs are made, and what is measured of each on the sample pairs.

Tolerances are measured where possible. On a CPU only float operations can differ between machines;
a run with onnxruntime's fusions and one without show by how much. In an int8 graph an activation
that rounds differently moves by a whole step, as quantisation itself moves it.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx

from sidecar.runtime.manifest import Graph, Manifest
from sidecar.runtime.measured import Quantization
from sidecar.workshop.model.graphs import FOLDED, FP32, GRAPHS
from sidecar.workshop.model.measurement_cache import MeasurementCache
from sidecar.workshop.model.progress import BeginStep
from sidecar.workshop.model.quantization_sample import QuantizationSample
from sidecar.workshop.model.quantizing.sensitivity import Difference, difference
from sidecar.workshop.model.runner import Floats, Runner

TOLERANCE_FACTOR = 3.0
"""A tolerance is this many times what was measured on one machine."""
RANKING_PAIRS = 16
"""Pairs on which single groups of weights are compared; the final graph is measured on all."""


@dataclass(frozen=True)
class Workspace:
    """Where graphs are made, and what they are measured against."""

    folder: Path
    """Receives the finished graphs."""
    trial: Path
    """Holds the fp32 graph with its weights, and graphs that are only tried."""
    manifest: Manifest
    sample: QuantizationSample
    reference: Floats
    """The fp32 logits [pairs] of the sample."""
    budget: float
    search: bool
    cache: MeasurementCache
    key: str
    """Of everything that a measured difference depends on."""
    begin_step: BeginStep


@dataclass(frozen=True)
class QuantizedGraph:
    """A finished graph, with what the manifest says of it."""

    name: str
    graph: Graph
    canonical: Floats
    """Logits [8] of the canonical pairs."""
    quantization: Quantization


def measure_difference(workspace: Workspace, graph: onnx.ModelProto, pair_count: int) -> Difference:
    """How far the graph's logits of `pair_count` sample pairs are from the fp32 graph's."""
    (workspace.trial / "trial.onnx").write_bytes(graph.SerializeToString())
    logits = open_trial(workspace).logits(workspace.sample.subset(pair_count))
    return difference(logits, workspace.reference[workspace.sample.subset_indices(pair_count)])


def measure_graph(workspace: Workspace, name: str, decisions: dict[str, object]) -> QuantizedGraph:
    """The graph of that name, which lies in the folder, measured on a CPU.

    `decisions` are further fields of its Quantization.
    """
    graph = GRAPHS[name]
    runner = Runner.open(workspace.folder, workspace.manifest, graph)
    pairs = workspace.sample.pairs
    logits = runner.logits(pairs, workspace.begin_step(f"{name} logits", len(pairs)))
    from_fp32 = difference(logits, workspace.reference)
    canonical = runner.canonical()
    unfused = Runner.unoptimised(workspace.folder, workspace.manifest, graph).canonical()
    rounding = float(np.abs(unfused - canonical).max())
    if graph.precision == "int8":  # a different rounding moves activations by whole steps
        rounding = max(rounding, from_fp32.mean)
    floor = workspace.manifest.graphs[FP32].canonical_tolerance
    tolerance = round_up(max(floor, TOLERANCE_FACTOR * rounding))
    described = graph.model_copy(update={"canonical_tolerance": tolerance})
    company = company_difference(workspace, runner)
    quantization = describe_quantization(workspace, from_fp32, company).model_copy(update=decisions)
    return QuantizedGraph(name, described, canonical, quantization)


def describe_quantization(
    workspace: Workspace, from_fp32: Difference, company: float
) -> Quantization:
    """What the manifest says of a graph's logits."""
    return Quantization(
        calibration=workspace.sample.name,
        pairs=len(workspace.sample.pairs),
        max_difference=round_significant(from_fp32.maximum),
        mean_difference=round_significant(from_fp32.mean),
        relative_difference=round_significant(from_fp32.relative),
        company=round_significant(company),
    )


def company_difference(workspace: Workspace, runner: Runner) -> float:
    """Largest difference of a score between the pair alone and one padded run of all pairs."""
    pairs = runner.encoded(workspace.sample.subset(RANKING_PAIRS))
    alone, together = runner.scores(runner.alone(pairs)), runner.scores(runner.together(pairs))
    return float(np.abs(alone - together).max())


def open_trial(workspace: Workspace) -> Runner:
    """The graph that was last written to `trial.onnx`."""
    graph = workspace.manifest.graphs[FP32].model_copy(
        update={"file": "trial.onnx", "session_config": FOLDED}
    )
    return Runner.open(workspace.trial, workspace.manifest, graph)


def round_significant(value: float) -> float:
    """Four significant digits, and at most 1e9: JSON has no infinity."""
    return float(f"{min(value, 1e9):.4g}")


def round_up(value: float) -> float:
    """Two significant digits, rounded up."""
    step = 10.0 ** (np.floor(np.log10(value)) - 1)
    return float(f"{np.ceil(value / step - 1e-9) * step:.2g}")
