"""A Qwen3 decoder in two graphs: what the pairs of a request share is computed once.

    prefix      system text, instruction and query -> the keys and values of every layer
    documents   the rest of each pair, which attends to the shared keys and to its own

All operators are standard ONNX. None that takes a past lets a whole batch go on from one
(GroupQueryAttention takes it for one sequence alone), so each query's attention is written in two
parts under one softmax:

    softmax([q @ own keys, q @ shared keys]) @ [own values, shared values]

The shared part is one product per key head over the queries of all documents: the keys are not
copied for each. Positions of a document go on behind the prefix, so a pair's logit is that of the
whole pair.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper

from sidecar.workshop.model.families.decoder_network import HIDDEN, Attention, YesNoDecoder
from sidecar.workshop.model.weights import WeightFile
from tests.gpu.decoder_graph import DecoderWriter, of_pairs

SHARED = "shared"
"""Keys and values behind the prefix, float32 [layers, 2, key heads, prefix tokens, head_dim]."""
Rotation = tuple[str, str]
"""cos and sin of each position, by the names of their tensors."""


def prefix_graph(network: YesNoDecoder, weights: WeightFile) -> onnx.ModelProto:
    """`input_ids` [1, tokens] of the prefix to `shared`."""
    writer = PrefixWriter(network, weights)
    writer.prefix()
    return writer.model("prefix", [of_pairs("input_ids")], writer.shared())


def documents_graph(network: YesNoDecoder, weights: WeightFile) -> onnx.ModelProto:
    """`input_ids` and `attention_mask` of what stands behind the prefix, padded on the right, and
    `shared`, to logits."""
    writer = PrefixWriter(network, weights)
    output = helper.make_tensor_value_info(writer.documents(), TensorProto.FLOAT, ["batch"])
    inputs = [of_pairs("input_ids"), of_pairs("attention_mask"), writer.shared()]
    return writer.model("documents", inputs, output)


class PrefixWriter(DecoderWriter):
    """Attention by standard operators, in parts."""

    def shared(self) -> onnx.ValueInfoProto:
        """The value that the one graph gives and the other takes."""
        shape = [len(self.layers), 2, self.key_heads, "prefix", self.head_dim]
        return helper.make_tensor_value_info(SHARED, TensorProto.FLOAT, shape)

    def prefix(self) -> str:
        """The ids of the prefix to `shared`. The last layer's own answer is not needed."""
        states = self.embedded()
        rotation, hidden = self._rotation(None), self._causal()
        shared_layers = []
        for number, layer in enumerate(self.layers):
            name = f"layers.{number}"
            normed = self.norm(states, layer.input_norm, f"{name}.input_norm")
            queries, keys, values = self._rotated_heads(
                normed, layer.attention, f"{name}.attention", rotation
            )
            both = self.op("Concat", keys, values, axis=1)  # [heads, 2, tokens, head_dim]
            shared_layers.append(self.op("Unsqueeze", self._first_two(both), self.ints(0)))
            if number + 1 == len(self.layers):
                break
            scores = self._own_scores(queries, keys, hidden)
            mixed = self._mixed(self.op("Softmax", scores, axis=-1), values)
            states = self.after(states, self._joined(mixed), layer, name)
        return self.op("Concat", *shared_layers, axis=0, out=SHARED)

    def documents(self) -> str:
        """ids, mask and `shared` to logits."""
        states = self.embedded()
        before = self.op("Slice", self.op("Shape", SHARED), self.ints(3), self.ints(4))
        rotation, hidden = self._rotation(before), self._causal()
        own = self.op("Slice", self.op("Shape", "input_ids"), self.ints(1), self.ints(2))
        for number, layer in enumerate(self.layers):
            name = f"layers.{number}"
            normed = self.norm(states, layer.input_norm, f"{name}.input_norm")
            queries, keys, values = self._rotated_heads(
                normed, layer.attention, f"{name}.attention", rotation
            )
            past = self.op("Gather", SHARED, self.scalar(number), axis=0)
            past_keys = self.op("Gather", past, self.scalar(0), axis=0)  # [heads, prefix, head_dim]
            past_values = self.op("Gather", past, self.scalar(1), axis=0)
            # [heads, documents x group x tokens, head_dim]: one product for all documents
            flat = self.op("Reshape", queries, self.ints(self.key_heads, -1, self.head_dim))
            shared = self.op("MatMul", flat, self.op("Transpose", past_keys, perm=[0, 2, 1]))
            scores = self._own_scores(queries, keys, hidden)
            as_own = self.op("Concat", self._but_last(scores), before, axis=0)
            shared = self.op("Reshape", shared, as_own)
            every = self.op("Softmax", self.op("Concat", scores, shared, axis=-1), axis=-1)
            to_own = self.op("Slice", every, self.ints(0), own, self.ints(-1))
            end = self.ints(np.iinfo(np.int32).max)
            to_shared = self.op("Slice", every, own, end, self.ints(-1))
            rows = self.op("Concat", self.ints(self.key_heads, -1), before, axis=0)
            of_past = self.op("MatMul", self.op("Reshape", to_shared, rows), past_values)
            mixed = self._mixed(to_own, values)
            mixed = self.op("Add", mixed, self.op("Reshape", of_past, self.op("Shape", mixed)))
            mixed = self._joined(mixed)
            if layer is not self.layers[-1]:
                states = self.after(states, mixed, layer, name)
        return self.finished(states, mixed, self.last_places())

    def _rotated_heads(
        self, normed: str, attention: Attention, name: str, rotation: Rotation
    ) -> tuple[str, str, str]:
        """Queries [key heads, batch, group, tokens, head_dim], keys and values [key heads, batch,
        tokens, head_dim], with RoPE."""
        queries, keys, values = self.split_heads(normed, attention, name)
        grouped = self.ints(0, 0, self.key_heads, -1, self.head_dim)
        queries = self.op("Reshape", queries, grouped)
        queries = self._rotated(self.op("Transpose", queries, perm=[2, 0, 3, 1, 4]), rotation)
        keys = self._rotated(self.op("Transpose", keys, perm=[2, 0, 1, 3]), rotation)
        return queries, keys, self.op("Transpose", values, perm=[2, 0, 1, 3])

    def _own_scores(self, queries: str, keys: str, hidden: str) -> str:
        """q @ k of each sequence with itself, [key heads, batch, group, tokens, tokens]."""
        transposed = self.op("Transpose", keys, perm=[0, 1, 3, 2])
        flat = self.op("Reshape", queries, self.ints(0, 0, -1, self.head_dim))
        scores = self.op("MatMul", flat, transposed)  # [key heads, batch, group x tokens, tokens]
        square = self.op("Concat", self._but_last(queries), self._width(keys), axis=0)
        return self.op("Add", self.op("Reshape", scores, square), hidden)

    def _mixed(self, shares: str, values: str) -> str:
        """The values by their shares, [key heads, batch, group, tokens, head_dim]."""
        flat = self.op("Concat", self.ints(0, 0, -1), self._width(values), axis=0)
        mixed = self.op("MatMul", self.op("Reshape", shares, flat), values)
        shape = self.op("Concat", self._but_last(shares), self.ints(self.head_dim), axis=0)
        return self.op("Reshape", mixed, shape)

    def _joined(self, mixed: str) -> str:
        """[batch, tokens, all heads] again."""
        moved = self.op("Transpose", mixed, perm=[1, 3, 0, 2, 4])
        return self.op("Reshape", moved, self.ints(0, 0, self.heads * self.head_dim))

    def _but_last(self, values: str) -> str:
        return self.op("Slice", self.op("Shape", values), self.ints(0), self.ints(-1))

    def _width(self, keys: str) -> str:
        return self.op("Slice", self.op("Shape", keys), self.ints(2), self.ints(3))

    def _first_two(self, both: str) -> str:
        """[key heads, 2, tokens, head_dim] of one sequence, as [2, key heads, ...]."""
        return self.op("Transpose", both, perm=[1, 0, 2, 3])

    def _causal(self) -> str:
        """What to add to own scores, [tokens, tokens]."""
        positions = self._positions()
        after = self.op("Greater", positions, self.op("Unsqueeze", positions, self.ints(1)))
        least = self.put("hidden", np.array(HIDDEN))
        return self.op("Mul", self.op("Cast", after, to=TensorProto.FLOAT), least)

    def _positions(self) -> str:
        tokens = self.op("Gather", self.op("Shape", "input_ids"), self.scalar(1))
        return self.op("Range", self.scalar(0), tokens, self.scalar(1))

    def _rotation(self, before: str | None) -> Rotation:
        """cos and sin of each position [tokens, head_dim], positions behind `before` [1]."""
        positions = (
            self._positions() if before is None else self.op("Add", self._positions(), before)
        )
        column = self.op(
            "Unsqueeze", self.op("Cast", positions, to=TensorProto.FLOAT), self.ints(1)
        )
        frequencies = self.put("rotary.frequencies", self.network.rotary.frequencies)
        angles = self.op("Mul", column, frequencies)
        scaling = self.put("rotary.scaling", np.array(self.network.rotary.scaling))
        cos = self.op("Mul", self.op("Cos", angles), scaling)
        sin = self.op("Mul", self.op("Sin", angles), scaling)
        both = self.op("Concat", cos, cos, axis=-1)
        return both, self.op("Concat", self.op("Neg", sin), sin, axis=-1)

    def _rotated(self, heads: str, rotation: Rotation) -> str:
        """RoPE: features i and i + half rotated by their position's angle."""
        half = self.ints(self.head_dim // 2)
        first = self.op("Slice", heads, self.ints(0), half, self.ints(-1))
        second = self.op("Slice", heads, half, self.ints(self.head_dim), self.ints(-1))
        swapped = self.op("Concat", second, first, axis=-1)
        straight = self.op("Mul", heads, rotation[0])
        return self.op("Add", straight, self.op("Mul", swapped, rotation[1]))
