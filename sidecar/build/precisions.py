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
from sidecar.build.graphs import CANONICAL_TOLERANCE, FOLDED, FP32, GRAPHS, TOLERANCE
from sidecar.build.half import half
from sidecar.build.int8 import EMBEDDINGS, quantizable, store_int8, with_int8
from sidecar.build.journal import Journal
from sidecar.build.runner import Floats, Runner, Start, Tick
from sidecar.build.sensitivity import Choice, Difference, choose, difference
from sidecar.build.weights import WeightFile, open_graph, share
from sidecar.engine.manifest import Graph, Manifest
from sidecar.engine.measured import Quantization
from sidecar.errors import ModelError

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
    key: str
    """Of everything that a measured difference depends on."""
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

    def apart(chosen: Collection[str], integer: Collection[str], count: int) -> float:
        graph = with_int8(model, found, stored, chosen, integer)
        (place.trial / "trial.onnx").write_bytes(graph.SerializeToString())
        logits = _trial(place).logits(place.calibration.some(count))
        return difference(logits, place.reference[place.calibration.places(count)]).relative

    every = [unit.name for unit in found.units]
    products = [name for name in every if name != EMBEDDINGS]
    shared = not place.search or apart(every, (), len(place.calibration.pairs)) <= place.budget
    if shared:  # int8 weights do no harm, so none has to lie there twice
        choice = _choose(
            place, "products", products, lambda units, count: apart(every, units, count)
        )
        chosen = every
    else:  # the float graph is measured too: in the integer one roundings may cancel out
        choice = _choose(
            place,
            "weights",
            every,
            lambda units, count: max(apart(units, units, count), apart(units, (), count)),
        )
        chosen = list(choice.quantized)
    graphs = {
        GRAPHS["int8"].file: with_int8(model, found, stored, chosen, choice.quantized),
        GRAPHS["float"].file: with_int8(model, found, stored, chosen, ()),
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
        return [_made(place, "int8", told), _made(place, "float", {})]
    return [
        _made(place, "int8", {"float_weights": kept, "alone": alone}),
        _made(place, "float", {"float_weights": kept}),
    ]


def _choose(
    place: Workplace,
    kind: str,
    units: list[str],
    apart: Callable[[Collection[str], int], float],
) -> Choice:
    """What is to be int8: everything without a search, else what the budget allows.

    `apart(units, count)` is the relative difference on so many pairs; `kind` names it.
    """
    if not place.search:
        return Choice(tuple(units), {})
    ticks: list[Tick] = []

    def rank(unit: str) -> float:
        if not ticks:
            ticks.append(place.start("int8 weights, one group at a time", len(units)))
        key = f"{place.key} {kind} {unit}"
        found: float = place.journal.once(key, lambda: apart([unit], RANKED_PAIRS))
        ticks[0]()
        return found

    every = len(place.calibration.pairs)
    return choose(units, lambda chosen: apart(chosen, every), place.budget, rank)


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
    for runner in (_trial(place), Runner.open(place.folder, place.manifest, fp16)):
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
            "tolerance": _up(max(TOLERANCE, 2 * apart)),
            "canonical_tolerance": _up(max(CANONICAL_TOLERANCE, ROOM * found.maximum)),
        }
    )
    told = _told(place, found, _company(place, runner))
    return [Made("fp16", described, measured[1][2].canonical(), told)]


def _made(place: Workplace, name: str, told: dict[str, object]) -> Made:
    """The graph with what is measured of it on a CPU."""
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


MADE_BY = {
    "int8": Precision(("int8", "float"), make_int8),
    "fp16": Precision(("fp16",), make_fp16),
}
