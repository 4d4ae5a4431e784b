"""A graph as the rewriting of graphs looks at it: who makes and who reads each tensor."""

from collections import defaultdict
from typing import Any

import numpy as np
import onnx
from onnx import NodeProto, helper, numpy_helper

from sidecar.workshop.model.weights import Array


class GraphView:
    """Who makes and who reads each tensor of a graph."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.model = model
        self.maker = {name: node for node in model.graph.node for name in node.output}
        self.tensors = {tensor.name: tensor for tensor in model.graph.initializer}
        self._readers: dict[str, list[NodeProto]] = defaultdict(list)
        for node in model.graph.node:
            for name in node.input:
                self._readers[name].append(node)

    def made_by(self, name: str, *kinds: str) -> NodeProto | None:
        """The node that makes the tensor, if it is of one of these kinds."""
        node = self.maker.get(name)
        return node if node is not None and node.op_type in kinds else None

    def readers(self, name: str) -> list[NodeProto]:
        """The nodes that read the tensor."""
        return self._readers[name]

    def only_reader(self, node: NodeProto, kind: str) -> NodeProto | None:
        """The one node that reads the node's output, if it is of this kind."""
        readers = self._readers[node.output[0]]
        return readers[0] if len(readers) == 1 and readers[0].op_type == kind else None

    def constant(self, name: str) -> Array | None:
        """The value of a small constant, through Unsqueeze; None when it is not one."""
        if (tensor := self.tensors.get(name)) is not None:
            external = tensor.data_location == onnx.TensorProto.EXTERNAL
            return None if external else numpy_helper.to_array(tensor)
        if (node := self.made_by(name, "Constant")) is not None:
            return np.asarray(numpy_helper.to_array(node.attribute[0].t))
        if (node := self.made_by(name, "Unsqueeze")) is not None:
            value = self.constant(node.input[0])
            return None if value is None else value.reshape(-1)
        return None

    def shape(self, name: str) -> list[int | None]:
        """The elements of a shape that is put together; None for those that are computed."""
        node = self.made_by(name, "Concat")
        parts = [name] if node is None else list(node.input)
        values = [self.constant(part) for part in parts]
        return [item for value in values for item in ([None] if value is None else value.tolist())]

    def columns(self, name: str) -> int | None:
        """The last dimension of what a product by a constant gives, with or without its bias."""
        if (bias := self.made_by(name, "Add")) is not None:
            name = next((x for x in bias.input if self.made_by(x, "MatMul")), "")
        product = self.made_by(name, "MatMul")
        weight = product and self.tensors.get(product.input[1])
        return weight.dims[1] if weight and len(weight.dims) == 2 else None


def attributes(node: NodeProto) -> dict[str, Any]:
    """The node's attributes by name."""
    return {item.name: helper.get_attribute_value(item) for item in node.attribute}


def remove_unused(model: onnx.ModelProto) -> None:
    """Removes nodes and tensors that no output needs."""
    needed = {item.name for item in model.graph.output}
    kept = []
    for node in reversed(model.graph.node):  # in an ONNX graph makers stand before readers
        if needed & set(node.output):
            kept.append(node)
            needed |= set(node.input)
    del model.graph.node[:]
    model.graph.node.extend(reversed(kept))
    for tensor in [t for t in model.graph.initializer if t.name not in needed]:
        model.graph.initializer.remove(tensor)
