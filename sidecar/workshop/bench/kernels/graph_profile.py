"""What onnxruntime's profile says of one graph. Pure.

The events of a profile are the nodes as they ran, after onnxruntime's own fusions, each with its
time in microseconds and the shapes of what it read and wrote.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Event = Mapping[str, Any]

PRODUCTS = frozenset(
    "MatMul FusedMatMul Gemm MatMulInteger MatMulIntegerToFloat DynamicQuantizeMatMul".split()
)
ATTENTION = "MultiHeadAttention"
OF_ACTIVATIONS = " (attention)"
"""Behind the name of a product of two activations."""


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
    """How many products by constant weights there are of each size."""
    attention: int
    """Operations of products of two activations."""

    @property
    def operations(self) -> int:
        """Of all products; everything else is not counted."""
        weights = sum(size.operations * count for size, count in self.products.items())
        return weights + self.attention


def read_profile(events: Iterable[Event]) -> GraphProfile:
    """The profile of one run, from the events of several runs of the same arrays.

    A node's time is the shortest that it took: the profile goes by the clock, and other work on
    the machine interrupts most runs of a long node.
    """
    times: dict[str, list[float]] = defaultdict(list)
    nodes: dict[str, Event] = {}
    for event in events:
        if event.get("cat") == "Node" and "op_name" in event.get("args", {}):
            times[event["name"]].append(event["dur"])
            nodes[event["name"]] = event["args"]
    spent: dict[str, float] = defaultdict(float)
    products: Counter[MatmulSize] = Counter()
    attention = 0
    for name, node in nodes.items():
        size, inside = _product(node)
        if size is not None:
            products[size] += 1
        attention += inside
        kind = node["op_name"]
        apart = inside and kind != ATTENTION
        spent[f"{kind}{OF_ACTIVATIONS}" if apart else kind] += min(times[name])
    ordered = dict(sorted(spent.items(), key=lambda item: -item[1]))
    return GraphProfile(ordered, products, attention)


def _product(node: Event) -> tuple[MatmulSize | None, int]:
    """(its size, if it is a product by weights; operations, if it is one of two activations)."""
    kind = node["op_name"]
    read = [next(iter(each.values())) for each in node["input_type_shape"]]
    if kind == ATTENTION:
        query, key = read[0], read[1]
        return None, 4 * query[0] * query[1] * key[1] * query[2]
    if kind not in PRODUCTS or not read[0]:
        return None, 0
    written = next(iter(node["output_type_shape"][0].values()))
    count = 1
    for length in written:
        count *= length
    inner = read[0][-1]
    if len(read[0]) > 3:  # by head; weights have no heads
        return None, 2 * count * inner
    columns = written[-1]
    return MatmulSize(count // columns, inner, columns), 0
