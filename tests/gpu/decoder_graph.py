"""A Qwen3 decoder's graph written node by node, with attention as one node.

The traced graph (`sidecar/workshop/model/export.py`) holds the attention weights of all heads in
memory, in float32. Here they are never written: onnxruntime's GroupQueryAttention rotates,
multiplies and sums in one kernel, on a GPU in fp16 alone. That operator needs right padding.

The graph is float32; `to_fp16` makes it fp16, except for `FUSED` and its own list. Each
norm is written as its parts, so that the residual stream stays float32 there, or with `fused_norms`
as the one node that onnxruntime makes of them at load: then `to_fp16` may convert the stream too.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, ValueInfoProto, helper

from sidecar.workshop.model.export import OPSET
from sidecar.workshop.model.families.decoder_network import Attention, Layer, Norm, YesNoDecoder
from sidecar.workshop.model.quantizing.fuse import CONTRIB
from sidecar.workshop.model.weights import WeightFile
from tests.gpu.graph_writer import GraphWriter

FUSED = frozenset({"GroupQueryAttention"})
FUSED_NORM = "SimplifiedLayerNormalization"


def decoder_graph(
    network: YesNoDecoder, weights: WeightFile, max_tokens: int, *, fused_norms: bool = False
) -> onnx.ModelProto:
    """The graph, ids and mask to logits; its weights go to `weights` under the network's names.

    `max_tokens` is the longest pair. The weights must be float32 in memory.
    """
    writer = FusedWriter(network, weights, max_tokens, fused_norms=fused_norms)
    output = helper.make_tensor_value_info(writer.write(), TensorProto.FLOAT, ["batch"])
    return writer.model("whole", [of_pairs("input_ids"), of_pairs("attention_mask")], output)


def of_pairs(name: str) -> ValueInfoProto:
    """An input of whole numbers [batch, sequence]."""
    return helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"])


class DecoderWriter(GraphWriter):
    """Writes what every form of the graph has: all but attention."""

    def __init__(
        self, network: YesNoDecoder, weights: WeightFile, *, fused_norms: bool = False
    ) -> None:
        super().__init__(weights)
        self.network = network
        self.fused_norms = fused_norms
        self.layers: Sequence[Layer] = list(network.layers)  # type: ignore[arg-type]
        first = self.layers[0].attention
        self.head_dim, self.key_heads = first.head_dim, first.key_heads
        self.heads = first.width // first.head_dim

    def model(
        self, name: str, inputs: Sequence[ValueInfoProto], output: ValueInfoProto
    ) -> onnx.ModelProto:
        """The graph of all that was written."""
        graph = helper.make_graph(
            self.nodes, name, list(inputs), [output], self.tensors, value_info=self.known
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)

    def embedded(self) -> str:
        table = self.put("embed_tokens.weight", self.network.embed_tokens.weight)
        return self.op("Gather", table, "input_ids", axis=0)

    def after(self, states: str, attended: str, layer: Layer, name: str) -> str:
        """The layer's two residual sums."""
        out = self.linear(attended, layer.attention.o_proj, f"{name}.attention.o_proj")
        states = self.op("Add", states, out)
        normed = self.norm(states, layer.post_norm, f"{name}.post_norm")
        mlp: Any = layer.mlp
        gate = self.linear(normed, mlp.gate_proj, f"{name}.mlp.gate_proj")
        gate = self.op("Mul", gate, self.op("Sigmoid", gate))
        up = self.linear(normed, mlp.up_proj, f"{name}.mlp.up_proj")
        down = self.linear(self.op("Mul", gate, up), mlp.down_proj, f"{name}.mlp.down_proj")
        return self.op("Add", states, down)

    def last_places(self) -> str:
        """Where each pair ends, int64 [batch]."""
        lengths = self.op("ReduceSum", "attention_mask", self.ints(1), keepdims=0)
        return self.op("Sub", lengths, self.ints(1))

    def rows(self, values: str, last: str) -> str:
        """The values [batch, tokens, ...] of each pair's last token alone."""
        return self.op("GatherND", values, self.op("Unsqueeze", last, self.ints(1)), batch_dims=1)

    def finished(self, states: str, attended: str, last: str) -> str:
        """The logits, from the last layer's input and its attention.

        Behind its attention the last layer works on the one token that is read.
        """
        layer, name = self.layers[-1], f"layers.{len(self.layers) - 1}"
        rows = self.after(self.rows(states, last), self.rows(attended, last), layer, name)
        normed = self.norm(rows, self.network.norm, "norm")
        weighted = self.op("Mul", normed, self.put("row", self.network.row))
        return self.op("ReduceSum", weighted, self.ints(-1), keepdims=0, out="logits")

    def split_heads(self, normed: str, attention: Attention, name: str) -> tuple[str, str, str]:
        """Queries, keys and values [batch, tokens, heads, head_dim], the two first normed."""
        shape = self.ints(0, 0, -1, self.head_dim)

        def split(part: str) -> str:
            layer = getattr(attention, f"{part}_proj")
            return self.op("Reshape", self.linear(normed, layer, f"{name}.{part}_proj"), shape)

        queries = self.norm(split("q"), attention.q_norm, f"{name}.q_norm")
        return queries, self.norm(split("k"), attention.k_norm, f"{name}.k_norm"), split("v")

    def norm(self, states: str, norm: Norm, name: str) -> str:
        """Root mean square normalisation by its parts, or as onnxruntime's one node."""
        weight = self.put(f"{name}.weight", norm.weight)
        if self.fused_norms:
            out = self.op(FUSED_NORM, states, weight, axis=-1, epsilon=norm.epsilon)
            self.is_float(out)
            return out
        squares = self.op("Pow", states, self.put("two", np.array(2.0)))
        mean = self.op("ReduceMean", squares, axes=[-1], keepdims=1)
        epsilon = self.put(f"epsilon.{norm.epsilon}", np.array(norm.epsilon))
        root = self.op("Sqrt", self.op("Add", mean, epsilon))
        return self.op("Mul", self.op("Div", states, root), weight)


class FusedWriter(DecoderWriter):
    """Attention as one node."""

    def __init__(
        self, network: YesNoDecoder, weights: WeightFile, max_tokens: int, *, fused_norms: bool
    ) -> None:
        super().__init__(network, weights, fused_norms=fused_norms)
        self.max_tokens = max_tokens

    def write(self) -> str:
        """ids and mask to logits, attention fused."""
        states = self.embedded()
        rotary = self.network.rotary
        angles = np.outer(np.arange(self.max_tokens), rotary.frequencies.numpy())
        tables = [
            self.put("cos_cache", np.cos(angles) * rotary.scaling),
            self.put("sin_cache", np.sin(angles) * rotary.scaling),
        ]
        last = self.last_places()
        ends = self.op("Cast", last, to=TensorProto.INT32)
        width = self.op("Gather", self.op("Shape", "input_ids"), self.ints(1))
        total = self.op("Cast", width, to=TensorProto.INT32)
        for number, layer in enumerate(self.layers):
            name = f"layers.{number}"
            normed = self.norm(states, layer.input_norm, f"{name}.input_norm")
            queries, keys, values = self.split_heads(normed, layer.attention, f"{name}.attention")
            flat = [
                self.op("Reshape", part, self.ints(0, 0, -1)) for part in (queries, keys, values)
            ]
            attended = self.op(
                "GroupQueryAttention",
                *flat,
                "",
                "",
                ends,
                total,
                *tables,
                domain=CONTRIB,
                num_heads=self.heads,
                kv_num_heads=self.key_heads,
                do_rotary=1,
                scale=1.0,
            )
            self.is_float(attended)
            if layer is not self.layers[-1]:
                states = self.after(states, attended, layer, name)
        return self.finished(states, attended, last)
