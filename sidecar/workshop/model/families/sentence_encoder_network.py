"""A sentence encoder's network: a backbone, and sentence-transformers' modules behind it."""

from pathlib import Path

import torch
from torch import Tensor, nn

from sidecar.errors import ModelError
from sidecar.workshop.model.families.modular_network import (
    HEAD_MODULES,
    POOLINGS,
    Pooling,
    read_module,
)
from sidecar.workshop.model.families.module_list import ModuleEntry, read_modules, read_object
from sidecar.workshop.model.pretrained import CONFIG


class SentenceNetwork(nn.Module):
    """(vectors [batch, dimensions], last states [batch, tokens, width]) of an encoder; the first
    module of its head pools the states."""

    def __init__(self, encoder: nn.Module, head: list[nn.Module], inputs: tuple[str, ...]) -> None:
        """`encoder` has the arguments `inputs` and gives `last_hidden_state`."""
        super().__init__()
        self.encoder = encoder
        self.head = nn.ModuleList(head)
        self.inputs = inputs

    def forward(self, *values: Tensor) -> tuple[Tensor, Tensor]:
        arguments = dict(zip(self.inputs, values, strict=True))
        states: Tensor = self.encoder(**arguments).last_hidden_state
        pooling, *others = self.head
        vectors: Tensor = pooling(states, arguments["attention_mask"])
        for module in others:
            vectors = module(vectors)
        return vectors, states


def read_head(folder: Path, pooling: str | None) -> list[nn.Module]:
    """The modules behind the encoder, the first of which pools."""
    entries = read_modules(folder)
    if pooling is not None and not entries:
        if pooling not in POOLINGS:
            raise ModelError(f"--pooling {pooling} is not known: {', '.join(POOLINGS)} are")
        return [Pooling((pooling,))]
    if pooling is not None:
        raise ModelError(f"{folder} says itself how it pools: leave --pooling out")
    _check(folder, entries)
    return [read_module(folder, entry.kind, entry.path) for entry in entries[1:]]


def _check(folder: Path, entries: list[ModuleEntry]) -> None:
    """Raises ModelError for what would change the vectors and is not read here."""
    if entries[0].kind != "Transformer" or entries[0].path:
        raise ModelError(f"{folder}: its first module is no Transformer in the folder itself")
    kinds = [entry.kind for entry in entries[1:]]
    if unknown := [kind for kind in kinds if kind not in HEAD_MODULES]:
        raise ModelError(
            f"{folder}: its module {unknown[0]} is not known: behind an encoder there may be "
            f"{', '.join(HEAD_MODULES)}"
        )
    if kinds[0] != "Pooling" or "Pooling" in kinds[1:]:
        raise ModelError(f"{folder}: the module behind its encoder must be its only Pooling")
    config = read_object(folder / entries[1].path / CONFIG)
    if config.get("include_prompt") is False:
        raise ModelError(f"{folder}: it leaves a prefix out of the mean, which is not done here")


def count_dimensions(folder: Path, network: SentenceNetwork) -> int:
    """Numbers of a vector. Raises ModelError if the modules do not fit together."""
    ones = torch.ones((1, 2), dtype=torch.long)
    try:
        with torch.no_grad():
            vectors, _ = network(*(ones for _ in network.inputs))
    except RuntimeError as fault:  # torch's, of shapes
        raise ModelError(f"{folder}: its modules do not fit together ({fault})") from None
    return int(vectors.shape[-1])


def pooling_name(head: list[nn.Module]) -> str:
    """The modes of the head's pooling, joined."""
    (pooling,) = (module for module in head if isinstance(module, Pooling))
    return "+".join(pooling.modes)
