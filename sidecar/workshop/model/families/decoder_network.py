"""A Qwen3 decoder as a judge: one logit per pair, logit(yes) - logit(no) behind its last token.

Pairs are padded on the RIGHT, the frameworks' own code pads on the left. With causal attention no
token sees what stands behind it, so right padding changes nothing before it: the network needs no
padding mask at all, positions count from 0, and the state at `attention_mask.sum() - 1` is that of
the pair alone. RoPE turns by differences of positions, so the scores are those of left padding.

The framework's own forward pass is not exported: it would hold the attention weights of all heads
at once (4.3 GB per layer at 8,192 tokens and 16 heads) and copy each key head for its queries.
"""

import torch
from torch import Tensor, nn
from transformers import Qwen3Model
from transformers.models.qwen3.modeling_qwen3 import (
    Qwen3Attention,
    Qwen3DecoderLayer,
    Qwen3RMSNorm,
    Qwen3RotaryEmbedding,
)

HIDDEN = -65504.0
"""Added where a token must not look; the least number of half precision, so that it stays one."""
BLOCK = 1024
"""Most queries that attend at once, at the model's `max_tokens`."""


class YesNoDecoder(nn.Module):
    """The backbone's layers, run over right-padded pairs, and the head's one row."""

    def __init__(self, backbone: Qwen3Model, row: Tensor, max_tokens: int) -> None:
        """`row` [hidden] is W[yes] - W[no], or the one row of a classification head."""
        super().__init__()
        self.embed_tokens = backbone.embed_tokens
        self.layers = nn.ModuleList(
            Layer(layer) for layer in backbone.layers if isinstance(layer, Qwen3DecoderLayer)
        )
        self.norm = Norm(backbone.norm)
        self.rotary = Rotary(backbone.rotary_emb)
        self.row = nn.Parameter(row.detach().clone())
        self.blocks = -(-max_tokens // BLOCK)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Logits [batch] of right-padded pairs."""
        states = self.embed_tokens(input_ids)
        turn = self.rotary(input_ids)
        cuts = causal_cuts(input_ids, self.blocks)
        for layer in self.layers:
            states = layer(states, turn, cuts)
        last = attention_mask.sum(1) - 1
        rows = torch.arange(last.shape[0], device=last.device)
        return (self.norm(states[rows, last]) * self.row).sum(-1)


Turn = tuple[Tensor, Tensor]
"""cos, and sin with the first half's sign turned, of each position's angles [tokens, head_dim]."""
Cut = tuple[Tensor | int, Tensor | int, Tensor]
"""Queries from and to (exclusive), and what to add to their weights for the keys before `to`."""


def causal_cuts(input_ids: Tensor, blocks: int) -> list[Cut]:
    """The queries in `blocks` parts: each attends to the keys up to its own end.

    So at most 1/blocks of the attention weights are in memory at a time, and of the upper half,
    which is hidden anyway, little is computed. Two layers of the 0.6B shape at 8,192 tokens in fp32
    on one core: 22 s and 2.0 GB of memory with 8 parts, 48 s and 8.9 GB with one.
    """
    tokens = input_ids.shape[1]
    places = torch.arange(tokens, device=input_ids.device)
    size = (tokens + blocks - 1) // blocks
    cuts: list[Cut] = []
    for block in range(blocks):
        start, stop = block * size, (block + 1) * size
        ahead = places[:stop] > places[start:stop].unsqueeze(1)
        cuts.append((start, stop, ahead.to(torch.float32) * HIDDEN))
    return cuts


class Layer(nn.Module):
    """One decoder layer over the framework's own linear layers."""

    def __init__(self, layer: Qwen3DecoderLayer) -> None:
        super().__init__()
        self.input_norm = Norm(layer.input_layernorm)
        self.attention = Attention(layer.self_attn)
        self.post_norm = Norm(layer.post_attention_layernorm)
        self.mlp = layer.mlp

    def forward(self, states: Tensor, turn: Turn, cuts: list[Cut]) -> Tensor:
        states = states + self.attention(self.input_norm(states), turn, cuts)
        return states + self.mlp(self.post_norm(states))


class Attention(nn.Module):
    """Grouped-query attention with a norm per head: `group` query heads share a key head."""

    def __init__(self, attention: Qwen3Attention) -> None:
        super().__init__()
        self.q_proj, self.k_proj = attention.q_proj, attention.k_proj
        self.v_proj, self.o_proj = attention.v_proj, attention.o_proj
        # The weights' scale, 1/sqrt(head_dim), lies in the queries' norm: RoPE does not change it.
        self.q_norm = Norm(attention.q_norm, attention.scaling)
        self.k_norm = Norm(attention.k_norm)
        self.head_dim = attention.head_dim
        self.width = attention.o_proj.in_features
        self.key_heads = self.width // self.head_dim // attention.num_key_value_groups

    def forward(self, states: Tensor, turn: Turn, cuts: list[Cut]) -> Tensor:
        batch, tokens, _ = states.shape
        heads = (batch, tokens, self.key_heads, -1, self.head_dim)
        # [batch, key_heads, group, tokens, head_dim]; the group of a key head is 1.
        queries = turned(self.q_norm(self.q_proj(states).view(heads)).permute(0, 2, 3, 1, 4), turn)
        keys = turned(self.k_norm(self.k_proj(states).view(heads)).permute(0, 2, 3, 1, 4), turn)
        keys = keys.transpose(-1, -2)
        values = self.v_proj(states).view(heads).permute(0, 2, 3, 1, 4)
        if len(cuts) == 1:
            found = attend(queries, keys, values, cuts[0][2])
        else:
            found = torch.cat(
                [
                    attend(
                        queries[..., start:stop, :],
                        keys[..., :stop],
                        values[..., :stop, :],
                        hidden,
                    )
                    for start, stop, hidden in cuts
                ],
                dim=-2,
            )
        return self.o_proj(found.permute(0, 3, 1, 2, 4).reshape(batch, tokens, self.width))


def attend(queries: Tensor, keys: Tensor, values: Tensor, hidden: Tensor) -> Tensor:
    """softmax(queries @ keys + hidden) @ values; one key head serves its group of query heads."""
    return torch.softmax(queries @ keys + hidden, dim=-1) @ values


def turned(heads: Tensor, turn: Turn) -> Tensor:
    """RoPE: features i and i + half turned by their position's angle."""
    cos, sin = turn
    first, second = heads.chunk(2, dim=-1)
    return heads * cos + torch.cat((second, first), dim=-1) * sin


class Rotary(nn.Module):
    """RoPE's cos and sin for positions 0, 1, ...; computed in the graph, so for any length."""

    def __init__(self, rotary: Qwen3RotaryEmbedding) -> None:
        super().__init__()
        self.frequencies = nn.Buffer(rotary.inv_freq.detach().clone().float())
        self.scaling = float(rotary.attention_scaling)

    def forward(self, input_ids: Tensor) -> Turn:
        places = torch.arange(input_ids.shape[1], device=input_ids.device).float()
        angles = places.unsqueeze(1) * self.frequencies
        cos, sin = angles.cos() * self.scaling, angles.sin() * self.scaling
        return torch.cat((cos, cos), dim=-1), torch.cat((-sin, sin), dim=-1)


class Norm(nn.Module):
    """Root mean square normalisation, with the division that onnxruntime knows to fuse."""

    def __init__(self, norm: Qwen3RMSNorm, scale: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(norm.weight.detach() * scale)
        self.epsilon = norm.variance_epsilon

    def forward(self, states: Tensor) -> Tensor:
        mean = states.pow(2).mean(-1, keepdim=True)
        return states / torch.sqrt(mean + self.epsilon) * self.weight
