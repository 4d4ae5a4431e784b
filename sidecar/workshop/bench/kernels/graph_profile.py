"""What onnxruntime's profile says about one graph. Pure.

The events of a profile are the nodes as they ran, after onnxruntime's own fusions, each with its
time in microseconds and the shapes of its inputs and outputs.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Event = Mapping[str, Any]

MATMULS = frozenset(
    "MatMul FusedMatMul Gemm MatMulInteger MatMulIntegerToFloat DynamicQuantizeMatMul".split()
)
ATTENTION = "MultiHeadAttention"
OF_ACTIVATIONS = " (attention)"
"""Suffix of the name of a product of two activations."""


@dataclass(frozen=True, slots=True)
class MatmulSize:
    """A product by constant weights: [rows, inner] by [inner, columns]."""

    rows: int
    inner: int
    columns: int

    @property
    def operations(self) -> int:
        """Multiplications and additions."""
        return 2 * self.rows * self.inner * self.columns


@dataclass(frozen=True, slots=True)
class GraphProfile:
    """One run of a graph."""

    microseconds: Mapping[str, float]
    """By kind of operator, the largest first."""
    products: Mapping[MatmulSize, int]
    """Number of products by constant weights, by size."""
    attention: int
    """Operations of products of two activations."""

    @property
    def operations(self) -> int:
        """Multiplications and additions of all matrix products."""
        by_weights = sum(size.operations * count for size, count in self.products.items())
        return by_weights + self.attention


def read_profile(events: Iterable[Event]) -> GraphProfile:
    """The profile of one run, from the events of several runs of the same arrays.

    A node's time is the shortest of its runs: the profile measures wall time, and other processes
    interrupt most runs of a long node.
    """
    times: dict[str, list[float]] = defaultdict(list)
    nodes: dict[str, Event] = {}
    for event in events:
        if event.get("cat") == "Node" and "op_name" in event.get("args", {}):
            times[event["name"]].append(event["dur"])
            nodes[event["name"]] = event["args"]
    microseconds: dict[str, float] = defaultdict(float)
    products: Counter[MatmulSize] = Counter()
    attention = 0
    for name, node in nodes.items():
        size, operations = _matmul(node)
        if size is not None:
            products[size] += 1
        attention += operations
        operator = node["op_name"]
        of_activations = operations and operator != ATTENTION
        microseconds[f"{operator}{OF_ACTIVATIONS}" if of_activations else operator] += min(
            times[name]
        )
    ordered = dict(sorted(microseconds.items(), key=lambda item: -item[1]))
    return GraphProfile(ordered, products, attention)


def _matmul(node: Event) -> tuple[MatmulSize | None, int]:
    """(size of a product by weights, else None; operations of a product of activations, else 0)."""
    operator = node["op_name"]
    inputs = [next(iter(shape.values())) for shape in node["input_type_shape"]]
    if operator == ATTENTION:
        query, key = inputs[0], inputs[1]
        return None, 4 * query[0] * query[1] * key[1] * query[2]
    if operator not in MATMULS or not inputs[0]:
        return None, 0
    output = next(iter(node["output_type_shape"][0].values()))
    inner, columns, elements = inputs[0][-1], output[-1], math.prod(output)
    if len(inputs[0]) > 3:  # split by attention head, as weights never are
        return None, 2 * elements * inner
    return MatmulSize(elements // columns, inner, columns), 0
