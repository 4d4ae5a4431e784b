"""A Qwen2, Qwen3 or Gemma decoder as a reranker (one logit after a pair's last token), or as an
encoder of texts (all last states).

Inputs are padded on the RIGHT; the framework's own code pads on the left. With causal attention no
token sees a later one, so right padding changes nothing before it: the network needs no padding
mask, positions count from 0, and the state at `attention_mask.sum() - 1` is that of the input
alone. RoPE depends only on differences of positions, so the states equal those of left padding.

The framework's own forward pass is not exported: it would hold the attention weights of all heads
at once (4.3 GB per layer at 8,192 tokens and 16 heads) and copy each key head for its queries.
"""

from typing import TypeAlias

import torch
from torch import Tensor, nn
from transformers import GemmaModel, Qwen2Model, Qwen3Model
from transformers.modeling_outputs import BaseModelOutput
from transformers.models.gemma.modeling_gemma import (
    GemmaAttention,
    GemmaDecoderLayer,
    GemmaRMSNorm,
)
from transformers.models.qwen2.modeling_qwen2 import (
    Qwen2Attention,
    Qwen2DecoderLayer,
    Qwen2RMSNorm,
)
from transformers.models.qwen3.modeling_qwen3 import (
    Qwen3Attention,
    Qwen3DecoderLayer,
    Qwen3RMSNorm,
    Qwen3RotaryEmbedding,
)

DecoderLayer: TypeAlias = GemmaDecoderLayer | Qwen2DecoderLayer | Qwen3DecoderLayer
HIDDEN = -65504.0
"""Added to a masked attention weight: the lowest finite number of fp16, so that fp16 keeps it."""
BLOCK_SIZE = 1024
"""Queries that attend at once, at most, at the model's `max_tokens`."""


class Decoder(nn.Module):
    """The backbone's layers, run over right-padded inputs of at most `max_tokens`."""

    def __init__(self, backbone: GemmaModel | Qwen2Model | Qwen3Model, max_tokens: int) -> None:
        super().__init__()
        self.embed_tokens = backbone.embed_tokens
        self.layers = nn.ModuleList(
            Layer(layer) for layer in backbone.layers if isinstance(layer, DecoderLayer)
        )
        self.norm = Norm(backbone.norm)
        self.rotary = Rotary(backbone.rotary_emb)
        self.blocks = -(-max_tokens // BLOCK_SIZE)

    def last_layer(self, input_ids: Tensor) -> Tensor:
        """The last layer's states [batch, tokens, hidden], before the last norm."""
        states: Tensor = self.embed_tokens(input_ids)
        angles = self.rotary(input_ids)
        blocks = causal_blocks(input_ids, self.blocks)
        for layer in self.layers:
            states = layer(states, angles, blocks)
        return states


class YesNoDecoder(Decoder):
    """A decoder with its head's one row."""

    def __init__(
        self, backbone: GemmaModel | Qwen2Model | Qwen3Model, row: Tensor, max_tokens: int
    ) -> None:
        """`row` [hidden] is W[yes] - W[no], W[yes], or the one row of a classification head."""
        super().__init__(backbone, max_tokens)
        self.row = nn.Parameter(row.detach().clone())

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Logits [batch] of right-padded pairs."""
        states = self.last_layer(input_ids)
        last = attention_mask.sum(1) - 1
        rows = torch.arange(last.shape[0], device=last.device)
        return (self.norm(states[rows, last]) * self.row).sum(-1)


class TextDecoder(Decoder):
    """A decoder without a head, with the arguments and the output of transformers' own."""

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> BaseModelOutput:
        """`last_hidden_state` [batch, tokens, hidden] of right-padded texts; what it holds at the
        padding means nothing."""
        return BaseModelOutput(last_hidden_state=self.norm(self.last_layer(input_ids)))


RotaryAngles = tuple[Tensor, Tensor]
"""(cos, sin) of the angles, each [tokens, head_dim]; the first half of sin has its sign flipped."""
QueryBlock = tuple[Tensor | int, Tensor | int, Tensor]
"""(start, stop, mask): the queries from start to stop, and their mask [queries, stop]."""


def causal_blocks(input_ids: Tensor, blocks: int) -> list[QueryBlock]:
    """The queries in `blocks` blocks, each of which attends to the keys up to its own end.

    At most 1/blocks of the attention weights are in memory at a time, and little of the upper half,
    which is masked anyway, is computed. Two layers of the 0.6B shape at 8,192 tokens in fp32 on one
    core: 22 s and 2.0 GB of memory with 8 blocks, 48 s and 8.9 GB with one.
    """
    tokens = input_ids.shape[1]
    positions = torch.arange(tokens, device=input_ids.device)
    size = (tokens + blocks - 1) // blocks
    query_blocks: list[QueryBlock] = []
    for block in range(blocks):
        start, stop = block * size, (block + 1) * size
        ahead = positions[:stop] > positions[start:stop].unsqueeze(1)
        query_blocks.append((start, stop, ahead.to(torch.float32) * HIDDEN))
    return query_blocks


class Layer(nn.Module):
    """One decoder layer over the framework's own linear layers."""

    def __init__(self, layer: DecoderLayer) -> None:
        super().__init__()
        self.input_norm = Norm(layer.input_layernorm)
        self.attention = Attention(layer.self_attn)
        self.post_norm = Norm(layer.post_attention_layernorm)
        self.mlp = layer.mlp

    def forward(self, states: Tensor, angles: RotaryAngles, blocks: list[QueryBlock]) -> Tensor:
        states = states + self.attention(self.input_norm(states), angles, blocks)
        return states + self.mlp(self.post_norm(states))


class Attention(nn.Module):
    """Grouped-query attention: `group` query heads share a key head.

    Qwen3 normalises each head, the others do not; Qwen2's projections have biases.
    """

    def __init__(self, attention: GemmaAttention | Qwen2Attention | Qwen3Attention) -> None:
        super().__init__()
        self.q_proj, self.k_proj = attention.q_proj, attention.k_proj
        self.v_proj, self.o_proj = attention.v_proj, attention.o_proj
        self.q_norm: nn.Module
        self.k_norm: nn.Module
        if isinstance(attention, Qwen3Attention):
            # The attention scale, 1/sqrt(head_dim), is folded into the norm: RoPE keeps it.
            self.q_norm = Norm(attention.q_norm, attention.scaling)
            self.k_norm = Norm(attention.k_norm)
        else:
            self.q_norm, self.k_norm = Scale(attention.scaling), nn.Identity()
        self.head_dim = attention.head_dim
        self.width = attention.o_proj.in_features
        self.key_heads = self.width // self.head_dim // attention.num_key_value_groups

    def forward(self, states: Tensor, angles: RotaryAngles, blocks: list[QueryBlock]) -> Tensor:
        batch, tokens, _ = states.shape
        heads = (batch, tokens, self.key_heads, -1, self.head_dim)
        # [batch, key_heads, group, tokens, head_dim]; the group of a key head is 1.
        queries = rotate(
            self.q_norm(self.q_proj(states).view(heads)).permute(0, 2, 3, 1, 4), angles
        )
        keys = rotate(self.k_norm(self.k_proj(states).view(heads)).permute(0, 2, 3, 1, 4), angles)
        keys = keys.transpose(-1, -2)
        values = self.v_proj(states).view(heads).permute(0, 2, 3, 1, 4)
        if len(blocks) == 1:
            attended = attend(queries, keys, values, blocks[0][2])
        else:
            attended = torch.cat(
                [
                    attend(
                        queries[..., start:stop, :],
                        keys[..., :stop],
                        values[..., :stop, :],
                        hidden,
                    )
                    for start, stop, hidden in blocks
                ],
                dim=-2,
            )
        return self.o_proj(attended.permute(0, 3, 1, 2, 4).reshape(batch, tokens, self.width))


def attend(queries: Tensor, keys: Tensor, values: Tensor, hidden: Tensor) -> Tensor:
    """softmax(queries @ keys + hidden) @ values; one key head serves its group of query heads."""
    return torch.softmax(queries @ keys + hidden, dim=-1) @ values


def rotate(heads: Tensor, angles: RotaryAngles) -> Tensor:
    """RoPE: features i and i + half rotated by their position's angle."""
    cos, sin = angles
    first, second = heads.chunk(2, dim=-1)
    return heads * cos + torch.cat((second, first), dim=-1) * sin


class Rotary(nn.Module):
    """RoPE's cos and sin for positions 0, 1, ...; computed in the graph, so for any length."""

    def __init__(self, rotary: Qwen3RotaryEmbedding) -> None:
        super().__init__()
        self.frequencies = nn.Buffer(rotary.inv_freq.detach().clone().float())
        self.scaling = float(rotary.attention_scaling)

    def forward(self, input_ids: Tensor) -> RotaryAngles:
        positions = torch.arange(input_ids.shape[1], device=input_ids.device).float()
        angles = positions.unsqueeze(1) * self.frequencies
        cos, sin = angles.cos() * self.scaling, angles.sin() * self.scaling
        return torch.cat((cos, cos), dim=-1), torch.cat((-sin, sin), dim=-1)


class Scale(nn.Module):
    """Its input times a constant."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self._factor = factor

    def forward(self, states: Tensor) -> Tensor:
        return states * self._factor


class Norm(nn.Module):
    """Root mean square normalisation, written with the division that onnxruntime fuses."""

    def __init__(
        self, norm: GemmaRMSNorm | Qwen2RMSNorm | Qwen3RMSNorm, scale: float = 1.0
    ) -> None:
        super().__init__()
        is_gemma = isinstance(norm, GemmaRMSNorm)  # its weights are distances from 1
        weight = norm.weight.detach() + 1 if is_gemma else norm.weight.detach()
        self.weight = nn.Parameter(weight * scale)
        self.epsilon = norm.eps if is_gemma else norm.variance_epsilon

    def forward(self, states: Tensor) -> Tensor:
        mean = states.pow(2).mean(-1, keepdim=True)
        return states / torch.sqrt(mean + self.epsilon) * self.weight
