"""The shapes that are measured: published configurations, with random weights made on the spot.

Random weights do for speed: no kernel depends on values. Quality is measured elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from torch import nn

Family = Literal["bert", "xlm-roberta", "qwen3"]


@dataclass(frozen=True)
class Shape:
    """A network's sizes; `vocabulary` counts the rows of the embedding table."""

    name: str
    family: Family
    layers: int
    hidden: int
    heads: int
    ffn: int
    vocabulary: int
    key_heads: int = 0
    """Of a decoder with grouped queries; else as many as `heads`."""
    head_dim: int = 0
    """Where it is not hidden / heads."""
    spread: float = 0.02
    """Standard deviation of the random weights."""

    @property
    def decoder(self) -> bool:
        return self.family == "qwen3"

    @property
    def attention_width(self) -> int:
        """Width of all query heads."""
        return self.heads * (self.head_dim or self.hidden // self.heads)

    @property
    def product_weights(self) -> int:
        """Weights that every token is multiplied with: no embeddings, no head."""
        if self.decoder:
            keys = self.attention_width * self.key_heads // self.heads
            attention = self.hidden * (2 * self.attention_width + 2 * keys)
            return self.layers * (attention + 3 * self.hidden * self.ffn)
        return self.layers * (4 * self.hidden**2 + 2 * self.hidden * self.ffn)

    def flops(self, lengths: Sequence[int]) -> float:
        """Floating point operations of the pairs, unpadded.

        Two for each weight and token, and four for each query, key and feature of attention (two
        products), half of them in a decoder, where half of the keys are hidden.
        """
        share = 0.5 if self.decoder else 1.0
        attention = 4 * share * self.layers * self.attention_width
        return sum(
            2.0 * self.product_weights * length + attention * length**2 for length in lengths
        )


MINILM = Shape("minilm", "bert", 6, 384, 12, 1536, 30_522)
M3 = Shape("m3", "xlm-roberta", 24, 1024, 16, 4096, 250_002)
"""bge-reranker-v2-m3: XLM-R large, 568 million weights."""
QWEN = Shape("qwen3-0.6b", "qwen3", 28, 1024, 16, 3072, 151_669, key_heads=8, head_dim=128)
SHAPES = {shape.name: shape for shape in (MINILM, M3, QWEN)}


def small(shape: Shape) -> Shape:
    """The same architecture, tiny, its weights such that pairs differ in their logits."""
    heads = {"key_heads": 2, "head_dim": 32} if shape.decoder else {}
    return replace(
        shape, layers=3, hidden=64, heads=4, ffn=128, vocabulary=600, spread=0.1, **heads
    )


def network(shape: Shape, max_tokens: int = 1024) -> nn.Module:
    """The network in float32, eval mode: forward(input_ids, attention_mask[, token_type_ids]) to
    logits [batch], of pairs padded on the right."""
    torch.manual_seed(7)
    common: dict[str, Any] = {
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.ffn,
        "initializer_range": shape.spread,
    }
    if shape.decoder:
        return _decoder(shape, common, max_tokens)
    return _encoder(shape, common, max_tokens)


def inputs(shape: Shape) -> tuple[str, ...]:
    """Names of the network's inputs, in order."""
    types = ("token_type_ids",) if shape.family == "bert" else ()
    return ("input_ids", "attention_mask", *types)


def _decoder(shape: Shape, common: dict[str, Any], max_tokens: int) -> nn.Module:
    from transformers import Qwen3Config, Qwen3Model

    from sidecar.workshop.model.families.decoder_network import YesNoDecoder

    config = Qwen3Config(
        **common,
        num_key_value_heads=shape.key_heads,
        head_dim=shape.head_dim,
        max_position_embeddings=40_960,
        rope_parameters={"rope_type": "default", "rope_theta": 1_000_000.0},
    )
    backbone = Qwen3Model._from_config(config, attn_implementation="sdpa").eval()
    row = torch.randn(shape.hidden) * shape.spread * 2**0.5
    decoder = YesNoDecoder(backbone, row, max_tokens).eval()
    # For the peer, which runs the framework's own layers; not a part of the network.
    object.__setattr__(decoder, "backbone", backbone)
    return decoder


def _encoder(shape: Shape, common: dict[str, Any], max_tokens: int) -> nn.Module:
    from transformers import (
        BertConfig,
        BertForSequenceClassification,
        XLMRobertaConfig,
        XLMRobertaForSequenceClassification,
    )

    from sidecar.workshop.model.families.cross_encoder import OneLogit

    model: Any
    if shape.family == "bert":
        config = BertConfig(**common, num_labels=1, max_position_embeddings=max_tokens)
        network_class = BertForSequenceClassification
    else:
        config = XLMRobertaConfig(
            **common,
            num_labels=1,
            max_position_embeddings=max_tokens + 2,
            type_vocab_size=1,
            pad_token_id=1,
        )
        network_class = XLMRobertaForSequenceClassification
    model = network_class._from_config(config, attn_implementation="eager").eval()
    return OneLogit(model, inputs(shape)).eval()
