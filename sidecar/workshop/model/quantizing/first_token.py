"""A head that reads the first token alone: the last layer then computes only that token.

Most published rerankers read their score off the first token's state (BERT's pooler, RoBERTa's
classification head). The last layer's states of all other tokens are computed and thrown away;
only their keys and values are needed. So the row is taken before the last layer's query instead of
behind its last normalisation: everything between works on each token by itself, but for attention,
whose queries do not depend on each other. The numbers stay the same; of six layers about a seventh
of the work goes. A head that reads every token (a mean) leaves nothing to drop.
"""

import numpy as np
import onnx
from onnx import NodeProto, helper, numpy_helper

from sidecar.workshop.model.quantizing.graph_view import GraphView, attributes, remove_unused

BY_TOKEN = frozenset(
    "Add Sub Mul Div MatMul LayerNormalization Erf Gelu Tanh Sqrt Pow Relu Sigmoid Cast".split()
)
"""Operators that give a token's row from the same row of what they read."""
ATTENTION = "MultiHeadAttention"


def first_token_alone(model: onnx.ModelProto) -> onnx.ModelProto | None:
    """A copy of a graph with fused attention in which the last layer computes the first token only;
    None where the head does not read that alone, or nothing would be saved."""
    view = GraphView(model)
    chosen = next((n for n in model.graph.node if _takes_first_token(view, n)), None)
    if chosen is None:
        return None
    inside = _only_for(view, chosen)
    if not any(node.op_type == ATTENTION for node in inside.values()):
        return None
    result = onnx.ModelProto()
    result.CopyFrom(model)
    nodes: list[NodeProto] = []
    cut: dict[str, str] = {}
    for node in result.graph.node:
        if node.output[0] in inside:
            reads = [0] if node.op_type == ATTENTION else range(len(node.input))
            for place in reads:
                name = node.input[place]
                if name and name not in inside and not _fixed(view, name):
                    if name not in cut:
                        cut[name] = f"{name}_first_token"
                        nodes.append(_row(name, cut[name]))
                    node.input[place] = cut[name]
        nodes.append(node)
    result.graph.initializer.append(numpy_helper.from_array(np.zeros(1, np.int64), "first_token"))
    del result.graph.node[:]
    result.graph.node.extend(nodes)
    remove_unused(result)
    return result


def _row(name: str, out: str) -> NodeProto:
    """[pair, token, channel] -> [pair, 1, channel]."""
    return helper.make_node("Gather", [name, "first_token"], [out], f"{out}/Gather", axis=1)


def _takes_first_token(view: GraphView, node: NodeProto) -> bool:
    """Whether it takes the first row of a normalised state [pair, token, channel]."""
    if node.op_type != "Gather" or attributes(node).get("axis") != 1:
        return False
    index = view.constant(node.input[1])
    normalised = view.made_by(node.input[0], "LayerNormalization") is not None
    return normalised and index is not None and index.size == 1 and not index.any()


def _only_for(view: GraphView, chosen: NodeProto) -> dict[str, NodeProto]:
    """The nodes, by what they give, whose results are read for the chosen row and nothing else, and
    that work token by token; attention among them only where it is the one that gives the rows."""
    inside: dict[str, NodeProto] = {}
    waiting = [chosen.input[0]]
    while waiting:
        name = waiting.pop()
        node = view.maker.get(name)
        if node is None or name in inside or len(node.output) > 1:
            continue
        if any(
            reader is not chosen and reader.output[0] not in inside for reader in view.readers(name)
        ):
            continue  # a reader that comes later brings it up again
        if node.op_type == ATTENTION:
            inside[name] = node
            waiting.append(node.input[0])
        elif _by_token(view, node):
            inside[name] = node
            waiting += node.input
    return inside


def _by_token(view: GraphView, node: NodeProto) -> bool:
    if node.op_type == "MatMul":
        return _fixed(view, node.input[1]) and not _fixed(view, node.input[0])
    if node.op_type == "LayerNormalization":
        return attributes(node).get("axis", -1) == -1
    return node.op_type in BY_TOKEN


def _fixed(view: GraphView, name: str) -> bool:
    """Whether it is a weight or a constant; the exporter writes equal ones as an Identity."""
    while (same := view.made_by(name, "Identity")) is not None:
        name = same.input[0]
    return name in view.tensors or view.made_by(name, "Constant") is not None
