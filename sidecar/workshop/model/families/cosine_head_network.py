"""A cross-encoder: a BERT encoder and a logit head that starts as the encoder's own cosine."""

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from sidecar.workshop.model.pretrained import check_all_layers, silence_transformers


@dataclass(frozen=True)
class CosineStart:
    """How an encoder's cosine becomes a logit at first: scale * (cosine - centre).

    Within the candidates of a query MiniLM's cosines have a standard deviation of 0.12, around 0.3.
    E5's have one of 0.03, around 0.85: it needs a scale of 35.
    """

    scale: float = 8.0
    centre: float = 0.0


AS_MINILM = CosineStart()


class CrossEncoder(nn.Module):
    """logit = linear(mean state) + scale * cosine(mean query state, mean document state).

    The linear part starts at zero, so that a sentence encoder ranks sensibly before the first step.
    """

    separation = 0.0
    """Attention between the two texts is weaker by e^separation. Some encoders (E5) make nearly
    equal states of two texts that they read together; then training begins with a separation."""

    def __init__(self, encoder: BertModel, start: CosineStart = AS_MINILM) -> None:
        super().__init__()
        self.encoder = encoder
        self.weight = nn.Parameter(torch.zeros(encoder.config.hidden_size))
        self.bias = nn.Parameter(torch.tensor([-float(start.scale * start.centre)]))
        self.scale = nn.Parameter(torch.tensor([float(start.scale)]))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Logits [batch]. Token type 0 is [CLS] and the query, type 1 the document."""
        separated = self._separated(attention_mask, token_type_ids) if self.separation else None
        states = self.encoder(
            input_ids=input_ids,
            attention_mask=attention_mask if separated is None else separated,
            token_type_ids=token_type_ids,
        ).last_hidden_state.float()
        mask = attention_mask.to(states.dtype)
        document = mask * token_type_ids.to(states.dtype)
        query = mask - document
        linear = (_mean(states, mask) * self.weight).sum(-1)
        cosine = _cosine(_mean(states, query), _mean(states, document))
        return linear + self.bias + self.scale * cosine

    def _separated(self, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """What is added to the attention's scores, [batch, 1, tokens, tokens]."""
        between_texts = token_type_ids[:, None, :, None] != token_type_ids[:, None, None, :]
        padding = (1 - attention_mask[:, None, None, :]).float() * torch.finfo(torch.float32).min
        return padding - self.separation * between_texts.float()

    def save(self, folder: Path) -> None:
        """Writes the architecture and the weights; `open` reads them."""
        folder.mkdir(parents=True, exist_ok=True)
        self.encoder.config.save_pretrained(folder)
        save_file(self.state_dict(), folder / "model.safetensors")

    @classmethod
    def open(cls, folder: Path) -> "CrossEncoder":
        """The network in `folder`, with eager attention, which the ONNX exporter needs."""
        config = BertConfig.from_pretrained(folder, attn_implementation="eager")
        network = cls(BertModel(config, add_pooling_layer=False))
        network.load_state_dict(load_file(folder / "model.safetensors"))
        return network.eval()


def from_encoder(folder: Path, start: CosineStart = AS_MINILM) -> CrossEncoder:
    """An untrained cross-encoder over a sentence encoder's weights.

    Without dropout: one pass over the data does not overfit. With eager attention: its bf16
    backward pass is faster on a CPU (47 against 34 pairs a second at 96 tokens on two AMD cores).
    Raises ModelError when there are more layers of weights than the configuration names.
    """
    silence_transformers()
    encoder, loading_info = BertModel.from_pretrained(
        folder,
        add_pooling_layer=False,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        attn_implementation="eager",
        output_loading_info=True,
    )
    check_all_layers(encoder, loading_info, folder)
    return CrossEncoder(encoder, start)


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    total = (states * mask.unsqueeze(-1)).sum(1)
    return total / mask.sum(1, keepdim=True).clamp(min=1.0)


def _cosine(left: Tensor, right: Tensor) -> Tensor:
    norms = (left * left).sum(-1) * (right * right).sum(-1)
    return (left * right).sum(-1) / norms.clamp(min=1e-12).sqrt()
