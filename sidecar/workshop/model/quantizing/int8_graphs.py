"""`model quantize --to int8`: the integer graph for CPUs and the float graph for everything else.

Both read one file of int8 weights. Measurements on the sample pairs decide whether attention is
fused (`fuse.py`), whether the last layer is reduced to the head's token (`first_token.py`), whether
activations are smoothed (`smooth.py`), and which products must be floats to keep within the error
budget (`sensitivity.py`).
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
    RANKING_PAIRS,
    QuantizedGraph,
    Workspace,
    measure_difference,
    measure_graph,
    round_significant,
)
from sidecar.workshop.model.runner import encoded
from sidecar.workshop.model.weights import Array, WeightFile, open_graph, write_shared

MAX_FUSION_DIFFERENCE = 1e-3
"""Fused operators may move a logit by this much, in standard deviations of the fp32 logits, or in
logits where their deviation is below 1. On a MiniLM they moved one by 2e-6."""

Factors = dict[str, Array]
"""Activation -> the factor of each channel."""


@dataclass(frozen=True)
class Candidate:
    """The weights as int8, smoothed or not, and the float graphs that can use them."""

    workspace: Workspace
    quantizable: Quantizable
    graph: onnx.ModelProto
    single_graph: onnx.ModelProto
    """The graph for one pair per run; the same object where nothing was fused."""
    tensors: dict[str, TensorProto]
    """What `store_int8` wrote."""
    factors: Factors
    measured: dict[tuple[frozenset[str], frozenset[str], int], float] = field(default_factory=dict)
    """Differences by `difference`'s arguments: choosing a candidate and the search share some."""

    @property
    def all_groups(self) -> list[str]:
        """Names of every group of weights that can be int8."""
        return [group.name for group in self.quantizable.groups]

    @property
    def products(self) -> list[str]:
        """Names of the groups that are multiplied, not looked up."""
        return [name for name in self.all_groups if name != EMBEDDINGS]

    def with_int8(self, quantized: Collection[str], integer: Collection[str]) -> onnx.ModelProto:
        """The graph with these groups in int8, those in `integer` multiplied as integers."""
        graph = self.single_graph if integer else self.graph
        return with_int8(graph, self.quantizable, self.tensors, quantized, integer)

    def difference(
        self, quantized: Collection[str], integer: Collection[str], pair_count: int
    ) -> float:
        """Relative difference from the fp32 logits, on `pair_count` sample pairs."""
        key = (frozenset(quantized), frozenset(integer), pair_count)
        if key not in self.measured:
            graph = self.with_int8(quantized, integer)
            self.measured[key] = measure_difference(self.workspace, graph, pair_count).relative
        return self.measured[key]


def make_int8(workspace: Workspace) -> list[QuantizedGraph]:
    """The integer graph for CPUs and the float graph for everything else, over one weight file.

    Raises ModelError when the fp32 graph has no weight that can be int8.
    """
    graph = open_graph(workspace.trial / workspace.manifest.graphs[FP32].file)
    quantizable = find_quantizable(graph)
    if not quantizable.groups:
        raise ModelError("the fp32 graph has no weight that can be int8: no MatMul by a constant")
    pair_count = len(workspace.sample.pairs)
    candidate = _choose_candidate(workspace, graph, quantizable)
    all_groups = candidate.all_groups
    weights_fit = (
        not workspace.search or candidate.difference(all_groups, (), pair_count) <= workspace.budget
    )
    if weights_fit:  # int8 weights keep the budget: only products may have to be floats
        choice = _search(
            candidate,
            "products",
            candidate.products,
            lambda groups, count: candidate.difference(all_groups, groups, count),
        )
    else:  # the float graph is measured too: in the integer one rounding errors may cancel out
        choice = _search(
            candidate,
            "weights",
            all_groups,
            lambda groups, count: max(
                candidate.difference(groups, groups, count), candidate.difference(groups, (), count)
            ),
        )
    quantized = all_groups if weights_fit else list(choice.quantized)
    graphs = {
        GRAPHS["int8"].file: candidate.with_int8(quantized, choice.quantized),
        GRAPHS["float"].file: candidate.with_int8(quantized, ()),
    }
    write_shared(graphs, workspace.trial, workspace.folder, "weights.int8.bin")
    return _measure(candidate, choice, weights_fit=weights_fit)


def _measure(candidate: Candidate, choice: Choice, *, weights_fit: bool) -> list[QuantizedGraph]:
    """Both graphs measured, with what was decided for the manifest."""
    tried = candidate.products if weights_fit else candidate.all_groups
    excluded = set(tried) - set(choice.quantized)
    groups = candidate.quantizable.groups
    excluded_weights = tuple(
        weight for group in groups if group.name in excluded for weight in group.weights
    )
    smoothed = tuple(
        weight
        for group in groups
        if group.activation in candidate.factors and (weights_fit or group.name not in excluded)
        for weight in group.weights
    )
    of_both: dict[str, object] = {"smoothed": smoothed}
    if not weights_fit:
        of_both["float_weights"] = excluded_weights
    ranked = {name: round_significant(value) for name, value in choice.ranked.items()}
    of_integer = of_both | {"alone": ranked}
    if weights_fit:
        of_integer["float_products"] = excluded_weights
    return [
        measure_graph(candidate.workspace, "int8", of_integer),
        measure_graph(candidate.workspace, "float", of_both),
    ]


def _choose_candidate(
    workspace: Workspace, graph: onnx.ModelProto, quantizable: Quantizable
) -> Candidate:
    """The int8 weights, with smoothed activations if that brings both graphs closer to fp32."""
    single_graph = _fuse(workspace, graph)
    smoothing = _smoothing_factors(workspace, graph, quantizable)
    candidates = []
    for name, factors in {"plain.bin": Factors(), "smooth.bin": smoothing}.items():
        with WeightFile.create(workspace.trial, name) as weights:
            tensors = store_int8(graph, quantizable, workspace.trial, weights, factors)
        candidates.append(Candidate(workspace, quantizable, graph, single_graph, tensors, factors))
        if not smoothing:
            return candidates[0]
    pair_count = len(workspace.sample.pairs)

    def worse_of_both_graphs(candidate: Candidate) -> float:
        all_groups, products = candidate.all_groups, candidate.products
        return max(
            candidate.difference(all_groups, products, pair_count),
            candidate.difference(all_groups, (), pair_count),
        )

    return min(candidates, key=worse_of_both_graphs)


def _fuse(workspace: Workspace, graph: onnx.ModelProto) -> onnx.ModelProto:
    """The graph for one pair per run: fused and reduced as far as the logits stay the same."""
    fused = fuse_attention(graph, workspace.trial, workspace.manifest.max_tokens)
    if fused is None:
        return graph
    deviation = float(workspace.reference.std())
    for rewritten in (first_token_alone(fused), fused):
        if rewritten is not None:
            moved = measure_difference(workspace, rewritten, len(workspace.sample.pairs))
            if moved.maximum <= MAX_FUSION_DIFFERENCE * max(deviation, 1.0):
                return rewritten
    return graph


def _smoothing_factors(
    workspace: Workspace, graph: onnx.ModelProto, quantizable: Quantizable
) -> Factors:
    tokenizer = PairTokenizer.open(workspace.trial, workspace.manifest)
    pairs = encoded(workspace.manifest, tokenizer, workspace.sample.pairs)
    batches = (batch([pair], workspace.manifest.padding, tokenizer.pad_id) for pair in pairs)
    return smoothing_factors(graph, quantizable, workspace.trial, batches)


def _search(
    candidate: Candidate,
    kind: str,
    groups: list[str],
    difference: Callable[[Collection[str], int], float],
) -> Choice:
    """The groups to quantise: all of them without a search, else as many as the budget allows.

    `difference(groups, pair_count)` is the relative difference with these quantised; `kind` names
    what is searched in the cache's keys.
    """
    workspace = candidate.workspace
    if not workspace.search:
        return Choice(tuple(groups), {})
    step: list[Advance] = []
    key = f"{workspace.key} {'smooth ' if candidate.factors else ''}{kind}"

    def difference_alone(group: str) -> float:
        if not step:  # not before: often no search is needed
            step.append(workspace.begin_step("int8 weights, one group at a time", len(groups)))
        value: float = workspace.cache.get_or_measure(
            f"{key} {group}", lambda: difference([group], RANKING_PAIRS)
        )
        step[0]()
        return value

    pair_count = len(workspace.sample.pairs)
    return choose_quantized(
        groups,
        lambda quantized: difference(quantized, pair_count),
        workspace.budget,
        difference_alone,
    )
