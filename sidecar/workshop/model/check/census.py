"""Census of a graph's operators, and where they run.

On a CPU the share of the time is measured by onnxruntime's profile. For CUDA it is looked up in a
table of onnxruntime's kernels (its OperatorKernels.md), because a check needs no GPU. `serve` on a
GPU proves it with a profile of its own at every start.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sidecar.runtime.exit_session import ProfiledSession
from sidecar.runtime.manifest import Graph
from sidecar.runtime.measured import Operators
from sidecar.workshop.model.weights import open_graph

CUDA_OPERATORS = frozenset(
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
CPU_OPERATORS = frozenset(
    """
    DynamicQuantizeLinear DynamicQuantizeMatMul MatMulIntegerToFloat QLinearAdd QLinearMul
    QLinearMatMul QLinearConv QLinearSigmoid QLinearLeakyRelu QLinearConcat QGemm QEmbedLayerNorm
    ConvInteger DynamicQuantizeLSTM
    """.split()
)
PARTLY_CUDA_OPERATORS = {"MatMulInteger": "int8 by int8 only; unsigned activations go to the CPU"}


def census(folder: Path, graph: Graph, session: ProfiledSession) -> Operators:
    """The graph's operators. `session` must have been opened with a profile, and have run."""
    nodes = (node for file in graph.files for node in open_graph(folder / file).graph.node)
    counts = Counter(node.op_type for node in nodes)
    return Operators(
        counts=dict(sorted(counts.items())),
        cuda=by_cuda(counts),
        without_cuda=tuple(sorted(set(counts) & (CPU_OPERATORS | set(PARTLY_CUDA_OPERATORS)))),
        cpu_share=shares(session.end_profile()),
    )


def by_cuda(counts: Mapping[str, int]) -> dict[str, int]:
    """Number of nodes per class ("device", "cpu", "partly", "unknown") by the table of kernels."""
    nodes: Counter[str] = Counter()
    for op_type, count in counts.items():
        if op_type in CUDA_OPERATORS:
            nodes["device"] += count
        elif op_type in CPU_OPERATORS:
            nodes["cpu"] += count
        else:
            nodes["partly" if op_type in PARTLY_CUDA_OPERATORS else "unknown"] += count
    return dict(nodes)


def shares(events: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Share of the nodes' time by operator, the largest first; those under 1 % are left out."""
    durations: Counter[str] = Counter()
    for event in events:
        if event.get("cat") == "Node" and "op_name" in event.get("args", {}):
            durations[event["args"]["op_name"]] += event["dur"]
    total = sum(durations.values()) or 1
    return {
        op_type: round(duration / total, 3)
        for op_type, duration in durations.most_common()
        if duration / total >= 0.01
    }
