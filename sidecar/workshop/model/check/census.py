"""Which operators a graph has, and where they would run.

What runs on a CPU is measured (onnxruntime's profile). What runs on CUDA is told from a table of
onnxruntime's kernels (its OperatorKernels.md): without a GPU nothing can be measured. `serve` on a
GPU proves it with a profile of its own at every start.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sidecar.runtime.manifest import Graph
from sidecar.runtime.measured import Operators
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.workshop.model.weights import open_graph

ON_CUDA = frozenset(
    """
    Abs Add And ArgMax ArgMin Attention BiasGelu BiasSplitGelu Cast Ceil Clip Concat Constant
    ConstantOfShape Cos CumSum DequantizeLinear Div Dropout Einsum EmbedLayerNormalization Equal
    Erf Exp Expand FastGelu Flatten Floor FusedMatMul Gather GatherElements GatherND Gelu Gemm
    Greater GreaterOrEqual GroupQueryAttention Identity IsNaN LayerNormalization LeakyRelu Less
    LessOrEqual Log LogSoftmax MatMul MatMulNBits Max Min Mod Mul MultiHeadAttention Neg NonZero
    Not OneHot Or Pad Pow QAttention QuantizeLinear QuickGelu Range Reciprocal ReduceL2 ReduceMax
    ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape RotaryEmbedding Round
    ScatterElements ScatterND Shape Sigmoid Sign SimplifiedLayerNormalization Sin Size
    SkipLayerNormalization SkipSimplifiedLayerNormalization Slice Softmax Split Sqrt Squeeze Sub
    Sum Tanh Tile TopK Transpose Trilu Unsqueeze Where
    """.split()
)
NOT_ON_CUDA = frozenset(
    """
    DynamicQuantizeLinear DynamicQuantizeMatMul MatMulIntegerToFloat QLinearAdd QLinearMul
    QLinearMatMul QLinearConv QLinearSigmoid QLinearLeakyRelu QLinearConcat QGemm QEmbedLayerNorm
    ConvInteger DynamicQuantizeLSTM
    """.split()
)
PARTLY_ON_CUDA = {"MatMulInteger": "int8 by int8 only; unsigned activations go to the CPU"}


def census(folder: Path, graph: Graph, session: OnnxSession) -> Operators:
    """The graph's operators; `session` was opened for a profile, and has run."""
    nodes = open_graph(folder / graph.file).graph.node
    counts = Counter(node.op_type for node in nodes)
    return Operators(
        counts=dict(sorted(counts.items())),
        cuda=by_cuda(counts),
        without_cuda=tuple(sorted(set(counts) & (NOT_ON_CUDA | set(PARTLY_ON_CUDA)))),
        cpu_share=shares(session.end_profile()),
    )


def by_cuda(counts: Mapping[str, int]) -> dict[str, int]:
    """Nodes by where the table of kernels puts them; classes without a node are left out."""
    found: Counter[str] = Counter()
    for kind, count in counts.items():
        if kind in ON_CUDA:
            found["device"] += count
        elif kind in NOT_ON_CUDA:
            found["cpu"] += count
        else:
            found["partly" if kind in PARTLY_ON_CUDA else "unknown"] += count
    return dict(found)


def shares(events: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Share of the nodes' time by kind, the largest first; those under 1 % are left out."""
    spent: Counter[str] = Counter()
    for event in events:
        if event.get("cat") == "Node" and "op_name" in event.get("args", {}):
            spent[event["args"]["op_name"]] += event["dur"]
    whole = sum(spent.values()) or 1
    return {kind: round(t / whole, 3) for kind, t in spent.most_common() if t / whole >= 0.01}
