"""`model quantize --to int8`: the integer graph for CPUs and the float graph for everything.

Both read one file of int8 weights. Decided by measuring on the calibration pairs: whether attention
is fused (`fuse.py`) and the last layer left out where nobody reads it (`first_token.py`), whether
activations are smoothed (`smooth.py`), and which products need floats to keep to the budget
(`sensitivity.py`).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import onnx
from onnx import TensorProto

from sidecar.errors import ModelError
from sidecar.runtime.runs import batch
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.model.graphs import FP32, GRAPHS
from sidecar.workshop.model.progress import Advance
from sidecar.workshop.model.quantizing.first_token import first_token_alone
from sidecar.workshop.model.quantizing.fuse import fuse_attention
from sidecar.workshop.model.quantizing.int8_rewrite import (
    EMBEDDINGS,
    Quantizable,
    find_quantizable,
    store_int8,
    with_int8,
)
from sidecar.workshop.model.quantizing.sensitivity import Choice, choose_quantized
from sidecar.workshop.model.quantizing.smooth import smoothing_factors
from sidecar.workshop.model.quantizing.workspace import (
    RANKED_PAIRS,
    QuantizedGraph,
    Workspace,
    measure_difference,
    measure_graph,
    round_significant,
)
from sidecar.workshop.model.runner import encoded
from sidecar.workshop.model.weights import Array, WeightFile, open_graph, write_shared

SAME = 1e-3
"""Fused operators may move a logit by so much, in standard deviations of the fp32 logits, or in
units where they spread less. On a MiniLM they moved one by 2e-6."""

Factors = dict[str, Array]
"""Activation -> the factor of each channel."""


@dataclass(frozen=True)
class Trial:
    """The weights as int8 in one way, and the float graphs that can use them."""

    place: Workspace
    found: Quantizable
    graph: onnx.ModelProto
    alone: onnx.ModelProto
    """The graph for one pair per run; the same object where nothing was fused."""
    stored: dict[str, TensorProto]
    factors: Factors
    known: dict[tuple[frozenset[str], frozenset[str], int], float] = field(default_factory=dict)
    """What was measured, by what was asked: the choice of a trial and the search ask the same."""

    def with_int8(self, chosen: Collection[str], integer: Collection[str]) -> onnx.ModelProto:
        """The graph with the chosen units' weights in int8, those in `integer` as integers."""
        graph = self.alone if integer else self.graph
        return with_int8(graph, self.found, self.stored, chosen, integer)

    def apart(self, chosen: Collection[str], integer: Collection[str], count: int) -> float:
        """Relative difference from the fp32 logits of so many calibration pairs."""
        asked = (frozenset(chosen), frozenset(integer), count)
        if asked not in self.known:
            found = measure_difference(self.place, self.with_int8(chosen, integer), count)
            self.known[asked] = found.relative
        return self.known[asked]


def make_int8(place: Workspace) -> list[QuantizedGraph]:
    """The integer graph for CPUs and the float graph for everything, over one weight file."""
    graph = open_graph(place.trial / place.manifest.graphs[FP32].file)
    found = find_quantizable(graph)
    if not found.units:
        raise ModelError("the fp32 graph has no weight that can be int8: no MatMul by a constant")
    every = [unit.name for unit in found.units]
    products = [name for name in every if name != EMBEDDINGS]
    whole = len(place.calibration.pairs)
    trial = _trial(place, graph, found, every, products)
    shared = not place.search or trial.apart(every, (), whole) <= place.budget
    if shared:  # int8 weights do no harm, so none has to lie there twice
        choice = _choose(
            trial, "products", products, lambda units, count: trial.apart(every, units, count)
        )
    else:  # the float graph is measured too: in the integer one roundings may cancel out
        choice = _choose(
            trial,
            "weights",
            every,
            lambda units, count: max(
                trial.apart(units, units, count), trial.apart(units, (), count)
            ),
        )
    chosen = every if shared else list(choice.quantized)
    graphs = {
        GRAPHS["int8"].file: trial.with_int8(chosen, choice.quantized),
        GRAPHS["float"].file: trial.with_int8(chosen, ()),
    }
    write_shared(graphs, place.trial, place.folder, "weights.int8.bin")
    return _told(trial, choice, products if shared else every, shared=shared)


def _told(trial: Trial, choice: Choice, tried: list[str], *, shared: bool) -> list[QuantizedGraph]:
    """Both graphs, with what was decided."""
    left = set(tried) - set(choice.quantized)
    kept = tuple(w for unit in trial.found.units if unit.name in left for w in unit.weights)
    smoothed = tuple(
        weight
        for unit in trial.found.units
        if unit.activation in trial.factors and (shared or unit.name not in left)
        for weight in unit.weights
    )
    told: dict[str, object] = {"smoothed": smoothed}
    if not shared:
        told["float_weights"] = kept
    ranked = {name: round_significant(value) for name, value in choice.alone.items()}
    integer = told | {"alone": ranked} | ({"float_products": kept} if shared else {})
    return [measure_graph(trial.place, "int8", integer), measure_graph(trial.place, "float", told)]


def _trial(
    place: Workspace,
    graph: onnx.ModelProto,
    found: Quantizable,
    every: list[str],
    products: list[str],
) -> Trial:
    """The weights as int8, with smoothed activations where that brings both graphs' logits nearer
    to those of fp32."""
    alone = _fused(place, graph)
    factors = _factors(place, graph, found)
    trials = []
    for name, given in {"plain.bin": Factors(), "smooth.bin": factors}.items():
        with WeightFile.create(place.trial, name) as weights:
            stored = store_int8(graph, found, place.trial, weights, given)
        trials.append(Trial(place, found, graph, alone, stored, given))
        if not factors:
            return trials[0]
    whole = len(place.calibration.pairs)
    return min(
        trials, key=lambda one: max(one.apart(every, products, whole), one.apart(every, (), whole))
    )


def _fused(place: Workspace, graph: onnx.ModelProto) -> onnx.ModelProto:
    """The graph for one pair per run: as much of it fused and left out as keeps the logits."""
    fused = fuse_attention(graph, place.trial, place.manifest.max_tokens)
    if fused is None:
        return graph
    spread = float(place.reference.std())
    for one in (first_token_alone(fused), fused):
        if one is not None:
            moved = measure_difference(place, one, len(place.calibration.pairs))
            if moved.maximum <= SAME * max(spread, 1.0):
                return one
    return graph


def _factors(place: Workspace, graph: onnx.ModelProto, found: Quantizable) -> Factors:
    tokenizer = PairTokenizer.open(place.trial, place.manifest)
    pairs = encoded(tokenizer, place.calibration.pairs)
    batches = (batch([pair], place.manifest.padding, tokenizer.pad_id) for pair in pairs)
    return smoothing_factors(graph, found, place.trial, batches)


def _choose(
    trial: Trial,
    kind: str,
    units: list[str],
    apart: Callable[[Collection[str], int], float],
) -> Choice:
    """What is to be int8: everything without a search, else what the budget allows.

    `apart(units, count)` is the relative difference on so many pairs; `kind` names it.
    """
    place = trial.place
    if not place.search:
        return Choice(tuple(units), {})
    ticks: list[Advance] = []
    key = f"{place.key} {'smooth ' if trial.factors else ''}{kind}"

    def rank(unit: str) -> float:
        if not ticks:
            ticks.append(place.start("int8 weights, one group at a time", len(units)))
        found: float = place.journal.get_or_measure(
            f"{key} {unit}", lambda: apart([unit], RANKED_PAIRS)
        )
        ticks[0]()
        return found

    every = len(place.calibration.pairs)
    return choose_quantized(units, lambda chosen: apart(chosen, every), place.budget, rank)
