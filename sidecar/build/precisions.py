"""The graphs of each precision: made, measured on the calibration pairs, with their tolerances.

Tolerances are measured where they can be. On a CPU only the float operations can differ between
machines: run with and without onnxruntime's fusions they show by how much (in an int8 graph one
that rounds otherwise moves an activation by a whole step, as quantising itself does). A GPU's fp16
is bounded by rounding every fp16 value on the CPU (`half.py`): two runs that round otherwise lie at
most twice that far apart.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sidecar.build.calibration_pairs import CalibrationSet
from sidecar.build.half import half
from sidecar.build.int8 import EMBEDDINGS, quantizable, store_int8, with_int8
from sidecar.build.runner import Floats, Runner, Start, Tick
from sidecar.build.sensitivity import Choice, Difference, Journal, choose, difference
from sidecar.build.weights import WeightFile, open_graph, share
from sidecar.engine.manifest import Graph, Manifest
from sidecar.engine.measured import Quantization
from sidecar.errors import ModelError

FP32 = "fp32"
TOLERANCE = 1e-4
"""Of a score, for every graph but fp16 (design: one number for fp32 and for int8 on a CPU)."""
CANONICAL_TOLERANCE = 0.02
"""Least tolerance of a canonical logit: TF32 products on a GPU moved them by less."""
ROOM = 3.0
"""A tolerance is this many times what was measured on one machine."""
RANKED_PAIRS = 16
"""Pairs with which single units are compared; the chosen graph is measured with all."""


@dataclass(frozen=True)
class Workplace:
    """Where graphs are made, and what they are measured against."""

    folder: Path
    """Gets the graphs."""
    trial: Path
    """Has the fp32 graph and its weights; gets what is only tried."""
    manifest: Manifest
    calibration: CalibrationSet
    reference: Floats
    """The fp32 logits of the calibration pairs."""
    budget: float
    search: bool
    journal: Journal
    start: Start


@dataclass(frozen=True)
class Made:
    """A graph that lies in the folder."""

    name: str
    graph: Graph
    canonical: Floats
    quantization: Quantization


@dataclass(frozen=True)
class Precision:
    names: tuple[str, ...]
    """Of the graphs that `make` makes."""
    make: Callable[[Workplace], list[Made]]


def make_int8(place: Workplace) -> list[Made]:
    """The integer graph for CPUs and the float graph for everything, over one weight file."""
    model = open_graph(place.trial / place.manifest.graphs[FP32].file)
    found = quantizable(model)
    if not found.units:
        raise ModelError("the fp32 graph has no weight that can be int8: no MatMul by a constant")
    with WeightFile.create(place.trial, "trial.bin") as weights:
        stored = store_int8(model, found, place.trial, weights)

    def trial(chosen: Collection[str], integer: Collection[str], count: int) -> Floats:
        graph = with_int8(model, found, stored, chosen, integer)
        (place.trial / "trial.onnx").write_bytes(graph.SerializeToString())
        return _trial(place).logits(place.calibration.some(count))

    every = [unit.name for unit in found.units]
    products = [name for name in every if name != EMBEDDINGS]
    pairs = len(place.calibration.pairs)
    floats = difference(trial(every, (), pairs), place.reference)
    shared = not place.search or floats.relative <= place.budget
    if shared:  # int8 weights do no harm, so none has to lie there twice
        choice = _choose(place, products, lambda units, count: trial(every, units, count))
        chosen = every
    else:
        choice = _choose(place, every, lambda units, count: trial(units, units, count))
        chosen = list(choice.quantized)
    graphs = {
        INT8.file: with_int8(model, found, stored, chosen, choice.quantized),
        FLOAT.file: with_int8(model, found, stored, chosen, ()),
    }
    share(graphs, place.trial, place.folder, "weights.int8.bin")
    kept = tuple(
        weight
        for unit in found.units
        if unit.name in (products if shared else every) and unit.name not in set(choice.quantized)
        for weight in unit.weights
    )
    alone = {name: _short(value) for name, value in choice.alone.items()}
    if shared:
        told: dict[str, object] = {"float_products": kept, "alone": alone}
        return [_made(place, "int8", INT8, told), _made(place, "float", FLOAT, {})]
    return [
        _made(place, "int8", INT8, {"float_weights": kept, "alone": alone}),
        _made(place, "float", FLOAT, {"float_weights": kept}),
    ]


def _choose(
    place: Workplace, units: list[str], trial: Callable[[Collection[str], int], Floats]
) -> Choice:
    """What is to be int8: everything without a search, else what the budget allows."""
    every = len(place.calibration.pairs)
    if not place.search:
        whole = difference(trial(units, every), place.reference)
        return Choice(tuple(units), whole, {})
    ranked = place.calibration.places(RANKED_PAIRS)
    ticks: list[Tick] = []

    def rank(unit: str) -> float:
        if not ticks:
            ticks.append(place.start("int8 weights, one group at a time", len(units)))
        if unit not in place.journal.known:
            found = difference(trial([unit], RANKED_PAIRS), place.reference[ranked])
            place.journal.add(unit, found.relative)
        ticks[0]()
        return place.journal.known[unit]

    return choose(units, place.reference, lambda chosen: trial(chosen, every), place.budget, rank)


def make_fp16(place: Workplace) -> list[Made]:
    """The fp16 graph for CUDA. Raises ModelError when fp16 overflows in this model.

    It is measured twice on the CPU, with every fp16 value rounded and as onnxruntime runs it there;
    the worse of the two counts.
    """
    model = open_graph(place.trial / place.manifest.graphs[FP32].file)
    with WeightFile.create(place.trial, "trial.bin") as weights:
        emulated = half(model, place.trial, weights, emulated=True)
    (place.trial / "trial.onnx").write_bytes(emulated.SerializeToString())
    with WeightFile.create(place.trial, "half.bin") as weights:
        graph = half(model, place.trial, weights)
    share({FP16.file: graph}, place.trial, place.folder, "weights.fp16.bin")
    pairs = place.calibration.pairs
    measured = []
    for runner in (_trial(place), Runner.open(place.folder, place.manifest, FP16)):
        logits = runner.logits(pairs, place.start("fp16 logits", len(pairs)))
        if broken := int((~np.isfinite(logits)).sum()):
            raise ModelError(
                f"fp16 overflows in this model ({broken} of {len(logits)} logits are not finite): "
                "use --to int8, whose float graph runs on a GPU, or the fp32 graph"
            )
        apart = np.abs(runner.scores(logits) - runner.scores(place.reference)).max()
        measured.append((difference(logits, place.reference), float(apart), runner))
    found, apart, runner = max(measured, key=lambda one: one[0].maximum)
    described = FP16.model_copy(
        update={
            "tolerance": _up(max(TOLERANCE, 2 * apart)),
            "canonical_tolerance": _up(max(CANONICAL_TOLERANCE, ROOM * found.maximum)),
        }
    )
    told = _told(place, found, _company(place, runner))
    return [Made("fp16", described, measured[1][2].canonical(), told)]


def _made(place: Workplace, name: str, graph: Graph, told: dict[str, object]) -> Made:
    """The graph with what is measured of it on a CPU."""
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
        update={"canonical_tolerance": _up(max(CANONICAL_TOLERANCE, ROOM * apart))}
    )
    measured = _told(place, found, _company(place, runner)).model_copy(update=told)
    return Made(name, described, canonical, measured)


def _told(place: Workplace, found: Difference, company: float) -> Quantization:
    return Quantization(
        calibration=place.calibration.name,
        pairs=len(place.calibration.pairs),
        max_difference=_short(found.maximum),
        mean_difference=_short(found.mean),
        relative_difference=_short(found.relative),
        company=_short(company),
    )


def _company(place: Workplace, runner: Runner) -> float:
    """Largest difference of a score alone and in one padded run."""
    pairs = runner.encoded(place.calibration.some(RANKED_PAIRS))
    alone, together = runner.scores(runner.alone(pairs)), runner.scores(runner.together(pairs))
    return float(np.abs(alone - together).max())


def _trial(place: Workplace) -> Runner:
    graph = place.manifest.graphs[FP32].model_copy(
        update={"file": "trial.onnx", "session_config": FOLDED}
    )
    return Runner.open(place.trial, place.manifest, graph)


def _short(value: float) -> float:
    """Four significant digits; JSON has no infinity."""
    return float(f"{min(value, 1e9):.4g}")


def _up(value: float) -> float:
    """Two significant digits, rounded up."""
    step = 10.0 ** (np.floor(np.log10(value)) - 1)
    return float(f"{np.ceil(value / step - 1e-9) * step:.2g}")


FOLDED = {"session.disable_quant_qdq": "1"}
"""Int8 weights that are used as floats become so once, at load."""
INT8 = Graph(
    file="model.int8.onnx",
    precision="int8",
    devices=("cpu",),
    runs="single",
    tolerance=TOLERANCE,
    canonical_tolerance=CANONICAL_TOLERANCE,
    session_config=FOLDED,
)
FLOAT = Graph(
    file="model.float.onnx",
    precision="fp32",
    devices=("cpu", "cuda"),
    runs="padded",
    tolerance=TOLERANCE,
    canonical_tolerance=CANONICAL_TOLERANCE,
    session_config=FOLDED,
)
FP16 = Graph(
    file="model.fp16.onnx",
    precision="fp16",
    devices=("cuda",),
    runs="padded",
    tolerance=TOLERANCE,
    canonical_tolerance=CANONICAL_TOLERANCE,
)
MADE_BY = {
    "int8": Precision(("int8", "float"), make_int8),
    "fp16": Precision(("fp16",), make_fp16),
}
