"""A smaller model before training: fewer layers, and without rare word pieces."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import nn

from sidecar.errors import ModelError
from sidecar.workshop.model.training.starting_model import StartingModel


def prune(
    start: StartingModel, layers: int | None, vocabulary: int | None, texts: Sequence[str]
) -> StartingModel:
    """The start with so many layers and word pieces; None keeps all.

    Raises ModelError when the network has no such layers, or the tokenizer is not a WordPiece.
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
    """Keeps the special tokens, the single characters and the texts' most frequent word pieces.

    The single characters keep every text readable: a word whose pieces are gone splits into smaller
    ones. Raises ModelError for a tokenizer that is no WordPiece, or when `count` is too low.
    """
    tokenizer = start.checkpoint.tokenizer
    state = json.loads(tokenizer.to_str())
    if state["model"]["type"] != "WordPiece":
        raise ModelError(
            f"the start's tokenizer is a {state['model']['type']}: only a WordPiece vocabulary can "
            "be made smaller"
        )
    kept_ids = _kept_ids(state, _usage(tokenizer, texts), count)
    names = {index: name for name, index in state["model"]["vocab"].items()}
    state["model"]["vocab"] = {names[old]: new for new, old in enumerate(kept_ids)}
    new_ids = {old: new for new, old in enumerate(kept_ids)}
    for token in state["added_tokens"]:
        token["id"] = new_ids[token["id"]]
    for token in ((state.get("post_processor") or {}).get("special_tokens") or {}).values():
        token["ids"] = [new_ids[i] for i in token["ids"]]
    for key in ("sep", "cls"):
        pair = (state.get("post_processor") or {}).get(key)
        if isinstance(pair, list):
            pair[1] = new_ids[pair[1]]
    _shrink(start.checkpoint.network, kept_ids)
    smaller = Tokenizer.from_str(json.dumps(state))
    return replace(start, checkpoint=replace(start.checkpoint, tokenizer=smaller))


def _usage(tokenizer: Tokenizer, texts: Sequence[str]) -> Counter[int]:
    usage: Counter[int] = Counter()
    for begin in range(0, len(texts), 1024):
        for encoding in tokenizer.encode_batch_fast(
            list(texts[begin : begin + 1024]), add_special_tokens=False
        ):
            usage.update(encoding.ids)
    return usage


def _kept_ids(state: dict[str, Any], usage: Counter[int], count: int) -> list[int]:
    """The ids to keep, in their old order."""
    prefix = state["model"]["continuing_subword_prefix"]
    vocabulary: dict[str, int] = state["model"]["vocab"]
    required = {token["id"] for token in state["added_tokens"]}
    required |= {i for name, i in vocabulary.items() if len(name.removeprefix(prefix)) == 1}
    if count < len(required):
        raise ModelError(
            f"--vocabulary must be at least {len(required)}: special tokens and letters"
        )
    frequent = [i for i, _ in usage.most_common() if i not in required]
    return sorted(required | set(frequent[: count - len(required)]))


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
