"""A graph as rewriting needs it: the producer and the consumers of each tensor."""

from collections import defaultdict
from typing import Any

import numpy as np
import onnx
from onnx import NodeProto, helper, numpy_helper

from sidecar.workshop.model.weights import Array


class GraphView:
    """Looks up nodes and constants by the names of tensors. Valid while the graph is unchanged."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.model = model
        self.producers = {name: node for node in model.graph.node for name in node.output}
        self.tensors = {tensor.name: tensor for tensor in model.graph.initializer}
        self._consumers: dict[str, list[NodeProto]] = defaultdict(list)
        for node in model.graph.node:
            for name in node.input:
                self._consumers[name].append(node)

    def producer(self, name: str, *op_types: str) -> NodeProto | None:
        """The node that makes the tensor, if it is of one of these types."""
        node = self.producers.get(name)
        return node if node is not None and node.op_type in op_types else None

    def consumers(self, name: str) -> list[NodeProto]:
        """The nodes that read the tensor."""
        return self._consumers[name]

    def only_consumer(self, node: NodeProto, op_type: str) -> NodeProto | None:
        """The only node that reads the node's output, if it is of this type."""
        consumers = self._consumers[node.output[0]]
        return consumers[0] if len(consumers) == 1 and consumers[0].op_type == op_type else None

    def constant(self, name: str) -> Array | None:
        """The value of a small constant, also behind an Unsqueeze; None when it is no constant."""
        if (tensor := self.tensors.get(name)) is not None:
            external = tensor.data_location == onnx.TensorProto.EXTERNAL
            return None if external else numpy_helper.to_array(tensor)
        if (node := self.producer(name, "Constant")) is not None:
            return np.asarray(numpy_helper.to_array(node.attribute[0].t))
        if (node := self.producer(name, "Unsqueeze")) is not None:
            value = self.constant(node.input[0])
            return None if value is None else value.reshape(-1)
        return None

    def shape(self, name: str) -> list[int | None]:
        """The elements of a shape, also of a Concat; None for those that are computed."""
        node = self.producer(name, "Concat")
        parts = [name] if node is None else list(node.input)
        values = [self.constant(part) for part in parts]
        return [item for value in values for item in ([None] if value is None else value.tolist())]

    def columns(self, name: str) -> int | None:
        """The last dimension of a product by a constant, also with a bias; None for others."""
        if (bias := self.producer(name, "Add")) is not None:
            name = next((x for x in bias.input if self.producer(x, "MatMul")), "")
        product = self.producer(name, "MatMul")
        weight = product and self.tensors.get(product.input[1])
        return weight.dims[1] if weight and len(weight.dims) == 2 else None


def attributes(node: NodeProto) -> dict[str, Any]:
    """The node's attributes by name."""
    return {item.name: helper.get_attribute_value(item) for item in node.attribute}


def remove_unused(model: onnx.ModelProto) -> None:
    """Removes nodes and tensors on which no output depends."""
    needed = {item.name for item in model.graph.output}
    kept_nodes = []
    for node in reversed(model.graph.node):  # in an ONNX graph producers come before consumers
        if needed & set(node.output):
            kept_nodes.append(node)
            needed |= set(node.input)
    del model.graph.node[:]
    model.graph.node.extend(reversed(kept_nodes))
    for tensor in [t for t in model.graph.initializer if t.name not in needed]:
        model.graph.initializer.remove(tensor)
