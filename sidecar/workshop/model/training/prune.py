"""Smaller before training: fewer layers, and word pieces that the texts never use left out."""

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
    """The start with so many layers and word pieces; None leaves them.

    Raises ModelError when the network has no such layers, or the tokenizer is not a WordPiece.
    """
    if layers is not None:
        keep_layers(start.source.network, layers)
    if vocabulary is not None:
        start = keep_words(start, vocabulary, texts)
    return start


def keep_layers(network: nn.Module, count: int) -> None:
    """Keeps `count` of the encoder's layers, the first and the last among them.

    Which: evenly spaced (Sajjad et al., arXiv 2004.03844, found dropping every other layer to be
    about as good as any choice).
    """
    name, layers = _layers(network)
    if not 1 <= count <= len(layers):
        raise ModelError(f"the start has {len(layers)} layers: --layers is 1 to {len(layers)}")
    last = len(layers) - 1
    kept = [round(i * last / (count - 1)) for i in range(count)] if count > 1 else [last]
    parent = network.get_submodule(name.rpartition(".")[0])
    setattr(parent, name.rpartition(".")[2], nn.ModuleList(layers[i] for i in kept))
    _configure(network, "num_hidden_layers", count)


def _layers(network: nn.Module) -> tuple[str, nn.ModuleList]:
    found = [(name, m) for name, m in network.named_modules() if isinstance(m, nn.ModuleList)]
    if not found:
        raise ModelError("the start has no list of layers that can be made shorter")
    return max(found, key=lambda pair: len(pair[1]))


def keep_words(start: StartingModel, count: int, texts: Sequence[str]) -> StartingModel:
    """Keeps the special tokens, the single characters and the texts' most frequent word pieces.

    With the single characters no text becomes unreadable that was not: a word whose pieces are
    gone falls into smaller ones.
    """
    tokenizer = start.source.tokenizer
    state = json.loads(tokenizer.to_str())
    if state["model"]["type"] != "WordPiece":
        raise ModelError(
            f"the start's tokenizer is a {state['model']['type']}: only a WordPiece vocabulary can "
            "be made smaller"
        )
    places = _kept(state, _usage(tokenizer, texts), count)
    names = {place: name for name, place in state["model"]["vocab"].items()}
    state["model"]["vocab"] = {names[old]: new for new, old in enumerate(places)}
    moved = {old: new for new, old in enumerate(places)}
    for token in state["added_tokens"]:
        token["id"] = moved[token["id"]]
    for token in ((state.get("post_processor") or {}).get("special_tokens") or {}).values():
        token["ids"] = [moved[i] for i in token["ids"]]
    for key in ("sep", "cls"):
        pair = (state.get("post_processor") or {}).get(key)
        if isinstance(pair, list):
            pair[1] = moved[pair[1]]
    _shrink(start.source.network, places)
    smaller = Tokenizer.from_str(json.dumps(state))
    return replace(start, source=replace(start.source, tokenizer=smaller))


def _usage(tokenizer: Tokenizer, texts: Sequence[str]) -> Counter[int]:
    used: Counter[int] = Counter()
    for begin in range(0, len(texts), 1024):
        for encoding in tokenizer.encode_batch_fast(
            list(texts[begin : begin + 1024]), add_special_tokens=False
        ):
            used.update(encoding.ids)
    return used


def _kept(state: dict[str, Any], used: Counter[int], count: int) -> list[int]:
    """The ids to keep, in their old order, so that the special tokens keep their places' order."""
    prefix = state["model"]["continuing_subword_prefix"]
    vocabulary: dict[str, int] = state["model"]["vocab"]
    must = {token["id"] for token in state["added_tokens"]}
    must |= {i for name, i in vocabulary.items() if len(name.removeprefix(prefix)) == 1}
    if count < len(must):
        raise ModelError(f"--vocabulary must be at least {len(must)}: special tokens and letters")
    frequent = [i for i, _ in used.most_common() if i not in must]
    return sorted(must | set(frequent[: count - len(must)]))


def _shrink(network: nn.Module, places: Sequence[int]) -> None:
    """Keeps those rows of the word embeddings."""
    ((name, table),) = [
        (name, m)
        for name, m in network.named_modules()
        if isinstance(m, nn.Embedding) and name.endswith("word_embeddings")
    ]
    smaller = nn.Embedding(len(places), table.embedding_dim, padding_idx=0)
    with torch.no_grad():
        smaller.weight.copy_(table.weight[list(places)])
    network.get_submodule(name.rpartition(".")[0]).word_embeddings = smaller
    _configure(network, "vocab_size", len(places))


def _configure(network: nn.Module, key: str, value: int) -> None:
    """Sets it in the configuration that is saved with the weights."""
    for module in network.modules():
        config = getattr(module, "config", None)
        if config is not None and hasattr(config, key):
            setattr(config, key, value)
