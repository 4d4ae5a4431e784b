"""A reranker that reads query and document apart, and compares what it has read.

The encoder's states of each text are exactly those that the text has alone: attention stays within
a text, and positions begin anew with the second. So an encoder that was trained on single texts
keeps all that it knows, and only the weights of a few features are fitted.
"""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.functional import normalize
from transformers import BertConfig, BertModel

from sidecar.workshop.model.families.late_interaction_features import (
    BY_LAYER,
    ReadPairs,
    read_features,
)

ARCHITECTURE = "LateInteraction"
"""What `config.json` names."""
SETTINGS = "late_interaction"
"""The key of `config.json` under which its features and prefixes are."""
WEIGHTS = "model.safetensors"


class LateInteraction(nn.Module):
    """logit = bias + weight . features of the two texts (`late_interaction_features`)."""

    information: Tensor
    mean_vector: Tensor
    mean_states: Tensor

    def __init__(
        self, encoder: BertModel, features: tuple[str, ...], prefix_pieces: tuple[int, int]
    ) -> None:
        """`prefix_pieces`: how many pieces of a query, and of a document, are a prefix."""
        super().__init__()
        layers, width = encoder.config.num_hidden_layers, encoder.config.hidden_size
        self.encoder = encoder
        self.prefix_pieces = prefix_pieces
        self.features_read = read_features(features, layers)
        self.weight = nn.Parameter(torch.zeros(len(features)))
        self.bias = nn.Parameter(torch.zeros(1))
        self.register_buffer("information", torch.ones(encoder.config.vocab_size))
        self.register_buffer("mean_vector", torch.zeros(width))
        self.register_buffer("mean_states", torch.zeros(layers + 1, width))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Logits [batch]. Token type 0 is the query with its marks, type 1 the document."""
        values = self.features(input_ids, attention_mask, token_type_ids)
        return (values * self.weight).sum(-1) + self.bias

    def features(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Values [batch, features]."""
        states = self.states(input_ids, attention_mask, token_type_ids)
        return self.compare(input_ids, attention_mask, token_type_ids, states)

    def states(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, ...]:
        """Each layer's states [batch, tokens, width], the embeddings first; texts read apart."""
        between_texts = token_type_ids[:, None, :, None] != token_type_ids[:, None, None, :]
        is_padding = attention_mask[:, None, None, :] == 0
        hidden = (between_texts | is_padding).float() * torch.finfo(torch.float32).min
        result: tuple[Tensor, ...] = self.encoder(
            input_ids=input_ids,
            attention_mask=hidden,
            token_type_ids=torch.zeros_like(token_type_ids),
            position_ids=_places(attention_mask, token_type_ids),
            output_hidden_states=True,
        ).hidden_states
        return result

    def compare(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        token_type_ids: Tensor,
        states: tuple[Tensor, ...],
    ) -> Tensor:
        """Values [batch, features] of pairs with these states."""
        document = attention_mask * token_type_ids
        query = attention_mask - document
        rows = query.sum(-1).max()  # queries come first
        is_query, is_document = self._pieces(query, document)
        is_query = is_query[:, :rows]
        query_ids = input_ids[:, :rows]
        last = states[-1].float()
        pairs = ReadPairs(
            query_ids=query_ids,
            document_ids=input_ids,
            is_query=is_query,
            is_document=is_document,
            information=self.information[query_ids] * is_query,
            vectors=(
                _mean(last, query) - self.mean_vector,
                _mean(last, document) - self.mean_vector,
            ),
            states={
                layer: self._around_mean(states[layer], layer, rows)
                for layer in {each.layer for each in self.features_read if each.kind in BY_LAYER}
            },
        )
        return torch.stack([feature.of(pairs) for feature in self.features_read], dim=-1)

    def sums(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor, int]:
        """Of the documents, for `mean_vector` and `mean_states`: (the sum of their mean last states
        [width], each layer's sum of their pieces' states [layers + 1, width], number of pieces)."""
        states = self.states(input_ids, attention_mask, token_type_ids)
        document = attention_mask * token_type_ids
        _, pieces = self._pieces(attention_mask - document, document)
        by_layer = [(layer.float() * pieces[:, :, None]).sum((0, 1)) for layer in states]
        vectors = _mean(states[-1].float(), document)
        return vectors.sum(0), torch.stack(by_layer), int(pieces.sum())

    def _pieces(self, query: Tensor, document: Tensor) -> tuple[Tensor, Tensor]:
        """(1 for pieces of the query, 1 for those of the document) [batch, tokens]: what is neither
        a mark nor of a prefix."""
        places = _places(query + document, document)
        found = []
        for text, prefix in zip((query, document), self.prefix_pieces, strict=True):
            inside = (places > prefix) & (places < text.sum(-1, keepdim=True) - 1)
            found.append((text * inside.to(text.dtype)).float())
        return found[0], found[1]

    def _around_mean(self, states: Tensor, layer: int, rows: Tensor) -> tuple[Tensor, Tensor]:
        units = normalize(states.float() - self.mean_states[layer], dim=-1, eps=1e-6)
        return units[:, :rows], units

    def save(self, folder: Path) -> None:
        """Writes the architecture and the weights; `open` reads them."""
        folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "features": [feature.name for feature in self.features_read],
            "prefix_pieces": list(self.prefix_pieces),
        }
        values: dict[str, Any] = self.encoder.config.to_dict()
        values |= {"architectures": [ARCHITECTURE], SETTINGS: settings}
        BertConfig(**values).save_pretrained(folder)
        save_file(self.state_dict(), folder / WEIGHTS)

    @classmethod
    def open(cls, folder: Path) -> "LateInteraction":
        """The network in `folder`, with eager attention, which the ONNX exporter needs, and without
        dropout: one pass over the data does not overfit, and drawing it takes half of a step."""
        config = BertConfig.from_pretrained(
            folder,
            attn_implementation="eager",
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        settings = getattr(config, SETTINGS)
        query, document = settings["prefix_pieces"]
        encoder = BertModel(config, add_pooling_layer=False)
        network = cls(encoder, tuple(settings["features"]), (query, document))
        network.load_state_dict(load_file(folder / WEIGHTS))
        return network.eval()


def _places(attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
    """Each token's place in its own text [batch, tokens]."""
    query_lengths = (attention_mask * (1 - token_type_ids)).sum(-1, keepdim=True)
    places = torch.arange(attention_mask.shape[1], device=attention_mask.device)
    return places - query_lengths * token_type_ids


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    weights = mask.to(states.dtype)
    total = (states * weights.unsqueeze(-1)).sum(1)
    return total / weights.sum(1, keepdim=True).clamp(min=1.0)
