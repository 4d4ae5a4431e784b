"""Nodes and tensors of a graph that is written by hand, each named once."""

from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, ValueInfoProto, helper
from torch import Tensor, nn

from sidecar.workshop.model.weights import Array, WeightFile


class GraphWriter:
    """Collects nodes in their order; floats are float32, their tensors lie in a weight file."""

    def __init__(self, weights: WeightFile) -> None:
        self.nodes: list[NodeProto] = []
        self.tensors: list[TensorProto] = []
        self.known: list[ValueInfoProto] = []
        """Types that ONNX cannot infer."""
        self._weights = weights
        self._put: set[str] = set()

    def op(
        self, kind: str, *inputs: str, domain: str = "", out: str | None = None, **attributes: Any
    ) -> str:
        """Adds a node; the name of its output."""
        name = out or f"{kind}_{len(self.nodes)}"
        node = helper.make_node(
            kind, list(inputs), [name], f"{name}/node", domain=domain, **attributes
        )
        self.nodes.append(node)
        return name

    def put(self, name: str, values: Array | Tensor) -> str:
        """The name, under which the float32 values lie in the weight file."""
        if name not in self._put:
            self._put.add(name)
            array = values.detach().numpy() if isinstance(values, Tensor) else values
            self.tensors.append(self._weights.put(name, np.asarray(array, np.float32, order="C")))
        return name

    def linear(self, states: str, layer: nn.Linear, name: str) -> str:
        """states @ weight, + bias where there is one."""
        out = self.op("MatMul", states, self.put(f"{name}.weight", layer.weight.T))
        if layer.bias is None:
            return out
        return self.op("Add", out, self.put(f"{name}.bias", layer.bias))

    def ints(self, *values: int) -> str:
        """A constant int64 vector."""
        return self._int(f"ints_{'_'.join(map(str, values))}", np.array(values))

    def scalar(self, value: int) -> str:
        """A constant int64 without dimensions."""
        return self._int(f"int_{value}", np.array(value))

    def is_float(self, name: str) -> None:
        """Tells that a value is float32 where ONNX does not know the operator."""
        self.known.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))

    def _int(self, name: str, values: Array) -> str:
        if name not in self._put:
            self._put.add(name)
            self.tensors.append(
                helper.make_tensor(name, TensorProto.INT64, values.shape, values.reshape(-1))
            )
        return name
