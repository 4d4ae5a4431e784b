"""Where graphs are made, and what is measured of each on the calibration pairs.

Tolerances are measured where they can be. On a CPU only the float operations can differ between
machines: run with and without onnxruntime's fusions they show by how much (in an int8 graph one
that rounds otherwise moves an activation by a whole step, as quantising itself does).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx

from sidecar.runtime.manifest import Graph, Manifest
from sidecar.runtime.measured import Quantization
from sidecar.workshop.model.graphs import CANONICAL_TOLERANCE, FOLDED, FP32, GRAPHS
from sidecar.workshop.model.measurement_cache import MeasurementCache
from sidecar.workshop.model.progress import BeginStep
from sidecar.workshop.model.quantization_sample import QuantizationSample
from sidecar.workshop.model.quantizing.sensitivity import Difference, difference
from sidecar.workshop.model.runner import Floats, Runner

TOLERANCE_FACTOR = 3.0
"""A tolerance is this many times what was measured on one machine."""
RANKED_PAIRS = 16
"""Pairs with which single units are compared; the chosen graph is measured with all."""


@dataclass(frozen=True)
class Workspace:
    """Where graphs are made, and what they are measured against."""

    folder: Path
    """Gets the graphs."""
    trial: Path
    """Has the fp32 graph and its weights; gets what is only tried."""
    manifest: Manifest
    calibration: QuantizationSample
    reference: Floats
    """The fp32 logits of the calibration pairs."""
    budget: float
    search: bool
    journal: MeasurementCache
    key: str
    """Of everything that a measured difference depends on."""
    start: BeginStep


@dataclass(frozen=True)
class QuantizedGraph:
    """A graph that lies in the folder."""

    name: str
    graph: Graph
    canonical: Floats
    quantization: Quantization


def measure_difference(place: Workspace, graph: onnx.ModelProto, count: int) -> Difference:
    """What the graph's logits of so many calibration pairs differ by from the fp32 graph's."""
    (place.trial / "trial.onnx").write_bytes(graph.SerializeToString())
    logits = open_trial(place).logits(place.calibration.some(count))
    return difference(logits, place.reference[place.calibration.places(count)])


def measure_graph(place: Workspace, name: str, told: dict[str, object]) -> QuantizedGraph:
    """The graph of that name, which lies in the folder, with what is measured of it on a CPU;
    `told` is said of it besides."""
    graph = GRAPHS[name]
    runner = Runner.open(place.folder, place.manifest, graph)
    pairs = place.calibration.pairs
    logits = runner.logits(pairs, place.start(f"{name} logits", len(pairs)))
    found = difference(logits, place.reference)
    canonical = runner.canonical()
    other = Runner.unoptimised(place.folder, place.manifest, graph).canonical()
    apart = float(np.abs(other - canonical).max())
    if graph.precision == "int8":  # another rounding moves activations by whole steps
        apart = max(apart, found.mean)
    described = graph.model_copy(
        update={"canonical_tolerance": round_up(max(CANONICAL_TOLERANCE, TOLERANCE_FACTOR * apart))}
    )
    quantization = describe_quantization(
        place, found, company_difference(place, runner)
    ).model_copy(update=told)
    return QuantizedGraph(name, described, canonical, quantization)


def describe_quantization(
    place: Workspace, found: Difference, company_difference: float
) -> Quantization:
    """What the manifest tells of a graph's logits."""
    return Quantization(
        calibration=place.calibration.name,
        pairs=len(place.calibration.pairs),
        max_difference=round_significant(found.maximum),
        mean_difference=round_significant(found.mean),
        relative_difference=round_significant(found.relative),
        company=round_significant(company_difference),
    )


def company_difference(place: Workspace, runner: Runner) -> float:
    """Largest difference of a score alone and in one padded run."""
    pairs = runner.encoded(place.calibration.some(RANKED_PAIRS))
    alone, together = runner.scores(runner.alone(pairs)), runner.scores(runner.together(pairs))
    return float(np.abs(alone - together).max())


def open_trial(place: Workspace) -> Runner:
    """The graph that was written last to `trial.onnx`."""
    graph = place.manifest.graphs[FP32].model_copy(
        update={"file": "trial.onnx", "session_config": FOLDED}
    )
    return Runner.open(place.trial, place.manifest, graph)


def round_significant(value: float) -> float:
    """Four significant digits; JSON has no infinity."""
    return float(f"{min(value, 1e9):.4g}")


def round_up(value: float) -> float:
    """Two significant digits, rounded up."""
    step = 10.0 ** (np.floor(np.log10(value)) - 1)
    return float(f"{np.ceil(value / step - 1e-9) * step:.2g}")
