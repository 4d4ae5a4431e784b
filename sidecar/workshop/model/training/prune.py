"""A smaller model before training: fewer layers, and without rare pieces."""

import json
from collections.abc import Sequence
from dataclasses import replace

import torch
from tokenizers import Tokenizer
from torch import nn

from sidecar.errors import ModelError
from sidecar.workshop.model.training.starting_model import StartingModel
from sidecar.workshop.model.vocabulary.tokenizer import kept_ids, with_pieces
from sidecar.workshop.model.vocabulary.usage import of_texts


def prune(
    start: StartingModel, layers: int | None, vocabulary: int | None, texts: Sequence[str]
) -> StartingModel:
    """The start with so many layers and pieces; None keeps all.

    Raises ModelError when the network has no such layers, or its vocabulary cannot be made smaller.
    """
    if layers is not None:
        keep_layers(start.checkpoint.network, layers)
    if vocabulary is not None:
        start = keep_words(start, vocabulary, texts)
    return start


def keep_layers(network: nn.Module, count: int) -> None:
    """Keeps `count` of the encoder's layers, the first and the last among them.

    They are evenly spaced: Sajjad et al., arXiv 2004.03844, found dropping every other layer to be
    about as good as any choice. Raises ModelError when there are fewer.
    """
    name, layers = _layers(network)
    if not 1 <= count <= len(layers):
        raise ModelError(f"the start has {len(layers)} layers: --layers is 1 to {len(layers)}")
    last_layer = len(layers) - 1
    kept_layers = (
        [round(i * last_layer / (count - 1)) for i in range(count)] if count > 1 else [last_layer]
    )
    parent = network.get_submodule(name.rpartition(".")[0])
    setattr(parent, name.rpartition(".")[2], nn.ModuleList(layers[i] for i in kept_layers))
    _configure(network, "num_hidden_layers", count)


def _layers(network: nn.Module) -> tuple[str, nn.ModuleList]:
    module_lists = [
        (name, m) for name, m in network.named_modules() if isinstance(m, nn.ModuleList)
    ]
    if not module_lists:
        raise ModelError("the start has no list of layers that can be made shorter")
    return max(module_lists, key=lambda pair: len(pair[1]))


def keep_words(start: StartingModel, count: int, texts: Sequence[str]) -> StartingModel:
    """Keeps the special tokens, the single characters and the texts' most frequent pieces.

    Raises ModelError for a vocabulary that cannot be made smaller, or when `count` is too low.
    """
    tokenizer = start.checkpoint.tokenizer
    state = json.loads(tokenizer.to_str())
    kept = kept_ids(state, [of_texts(tokenizer, texts)], count)
    _shrink(start.checkpoint.network, kept)
    smaller = Tokenizer.from_str(json.dumps(with_pieces(state, kept)))
    return replace(start, checkpoint=replace(start.checkpoint, tokenizer=smaller))


def _shrink(network: nn.Module, kept_ids: Sequence[int]) -> None:
    """Keeps these rows of the word embeddings."""
    ((name, table),) = [
        (name, m)
        for name, m in network.named_modules()
        if isinstance(m, nn.Embedding) and name.endswith("word_embeddings")
    ]
    smaller = nn.Embedding(len(kept_ids), table.embedding_dim, padding_idx=0)
    with torch.no_grad():
        smaller.weight.copy_(table.weight[list(kept_ids)])
    network.get_submodule(name.rpartition(".")[0]).word_embeddings = smaller
    _configure(network, "vocab_size", len(kept_ids))


def _configure(network: nn.Module, key: str, value: int) -> None:
    """Sets a value in the configuration that is saved with the weights."""
    for module in network.modules():
        config = getattr(module, "config", None)
        if config is not None and hasattr(config, key):
            setattr(config, key, value)
