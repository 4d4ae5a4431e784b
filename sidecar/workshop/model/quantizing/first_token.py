"""The last layer computes the first token only, where the head reads no other.

Most published rerankers score by the first token's state (BERT's pooler, RoBERTa's classification
head). The last layer's states of all other tokens are computed and thrown away; only their keys and
values are needed. So the row is gathered before the last layer's query instead of after its last
normalisation: everything between works token by token, except attention, whose queries do not
depend on each other. The results stay the same, and of six layers about a seventh of the work is
saved. Where the head reads every token (a mean), nothing can be dropped.
"""

import numpy as np
import onnx
from onnx import NodeProto, helper, numpy_helper

from sidecar.workshop.model.quantizing.graph_view import GraphView, attributes, remove_unused

TOKEN_WISE = frozenset(
    "Add Sub Mul Div MatMul LayerNormalization Erf Gelu Tanh Sqrt Pow Relu Sigmoid Cast".split()
)
"""Operators that compute a token's row from the same row of their inputs."""
ATTENTION = "MultiHeadAttention"


def first_token_alone(model: onnx.ModelProto) -> onnx.ModelProto | None:
    """A copy of a graph with fused attention in which the last layer computes the first token only.

    None where the head reads other tokens too, or nothing would be saved.
    """
    view = GraphView(model)
    gather = next((n for n in model.graph.node if _gathers_first_token(view, n)), None)
    if gather is None:
        return None
    token_wise = _read_only_for(view, gather)
    if not any(node.op_type == ATTENTION for node in token_wise.values()):
        return None
    result = onnx.ModelProto()
    result.CopyFrom(model)
    nodes: list[NodeProto] = []
    first_rows: dict[str, str] = {}
    for node in result.graph.node:
        if node.output[0] in token_wise:
            reads = [0] if node.op_type == ATTENTION else range(len(node.input))
            for index in reads:
                name = node.input[index]
                if name and name not in token_wise and not _is_constant(view, name):
                    if name not in first_rows:
                        first_rows[name] = f"{name}_first_token"
                        nodes.append(_gather_row(name, first_rows[name]))
                    node.input[index] = first_rows[name]
        nodes.append(node)
    result.graph.initializer.append(numpy_helper.from_array(np.zeros(1, np.int64), "first_token"))
    del result.graph.node[:]
    result.graph.node.extend(nodes)
    remove_unused(result)
    return result


def _gather_row(name: str, out: str) -> NodeProto:
    """[pair, token, channel] -> [pair, 1, channel]."""
    return helper.make_node("Gather", [name, "first_token"], [out], f"{out}/Gather", axis=1)


def _gathers_first_token(view: GraphView, node: NodeProto) -> bool:
    """Whether the node takes the first row of a normalised state [pair, token, channel]."""
    if node.op_type != "Gather" or attributes(node).get("axis") != 1:
        return False
    index = view.constant(node.input[1])
    normalised = view.producer(node.input[0], "LayerNormalization") is not None
    return normalised and index is not None and index.size == 1 and not index.any()


def _read_only_for(view: GraphView, gather: NodeProto) -> dict[str, NodeProto]:
    """The nodes, by their output, that work token by token and whose gathered row alone is read.

    They end at an attention, of which only the queries are followed.
    """
    token_wise: dict[str, NodeProto] = {}
    pending = [gather.input[0]]
    while pending:
        name = pending.pop()
        node = view.producers.get(name)
        if node is None or name in token_wise or len(node.output) > 1:
            continue
        if any(
            consumer is not gather and consumer.output[0] not in token_wise
            for consumer in view.consumers(name)
        ):
            continue  # a consumer found later puts it on the list again
        if node.op_type == ATTENTION:
            token_wise[name] = node
            pending.append(node.input[0])
        elif _is_token_wise(view, node):
            token_wise[name] = node
            pending += node.input
    return token_wise


def _is_token_wise(view: GraphView, node: NodeProto) -> bool:
    if node.op_type == "MatMul":
        return _is_constant(view, node.input[1]) and not _is_constant(view, node.input[0])
    if node.op_type == "LayerNormalization":
        return attributes(node).get("axis", -1) == -1
    return node.op_type in TOKEN_WISE


def _is_constant(view: GraphView, name: str) -> bool:
    """Whether it is a weight or a constant; the exporter writes duplicates as an Identity."""
    while (same := view.producer(name, "Identity")) is not None:
        name = same.input[0]
    return name in view.tensors or view.producer(name, "Constant") is not None
