"""The network of a modular cross-encoder: an encoder, and the modules behind it.

Each module is that of sentence-transformers in its folder's `config.json`, with the same names of
weights, written so that it exports well.
"""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import PreTrainedModel

from sidecar.errors import ModelError
from sidecar.workshop.model.families.module_list import read_object
from sidecar.workshop.model.pretrained import CONFIG, COPY_AGAIN, first_line

ACTIVATIONS: dict[str, type[nn.Module]] = {
    kind.__name__: kind for kind in (nn.Identity, nn.GELU, nn.Tanh, nn.ReLU, nn.SiLU, nn.Sigmoid)
}
LEGACY_MODES = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_lasttoken": "lasttoken",
}
"""Keys of older folders, in the order in which their vectors are joined."""


class ModularNetwork(nn.Module):
    """Logits [batch] of an encoder and a head; the head's first module may pool the states."""

    def __init__(
        self, encoder: PreTrainedModel, head: list[nn.Module], inputs: tuple[str, ...]
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.ModuleList(head)
        self.inputs = inputs

    def forward(self, *values: Tensor) -> Tensor:
        arguments = dict(zip(self.inputs, values, strict=True))
        states: Tensor = self.encoder(**arguments).last_hidden_state
        for module in self.head:
            is_pooling = isinstance(module, Pooling)
            states = module(states, arguments["attention_mask"]) if is_pooling else module(states)
        return states.squeeze(-1)

    def width(self) -> int:
        """Numbers that the head gives for a pair. Raises RuntimeError if its parts do not fit."""
        ones = torch.ones((1, 2), dtype=torch.long)
        with torch.no_grad():
            logits: Tensor = self(*(ones for _ in self.inputs))
        return logits.numel()


class Pooling(nn.Module):
    """States [batch, tokens, width] -> one vector per pair, those of several modes joined."""

    def __init__(self, modes: tuple[str, ...]) -> None:
        super().__init__()
        self.modes = modes

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        return torch.cat([POOLINGS[mode](states, mask.unsqueeze(-1)) for mode in self.modes], -1)


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    weights = mask.to(states.dtype)
    return (states * weights).sum(1) / weights.sum(1)


def _mean_sqrt_len(states: Tensor, mask: Tensor) -> Tensor:
    weights = mask.to(states.dtype)
    return (states * weights).sum(1) / weights.sum(1).sqrt()


def _last(states: Tensor, mask: Tensor) -> Tensor:
    """Of texts padded on the right: the state before the padding."""
    last = mask.sum(1, keepdim=True) - 1
    return states.gather(1, last.expand(-1, 1, states.shape[-1])).squeeze(1)


POOLINGS = {
    "cls": lambda states, mask: states[:, 0],
    "max": lambda states, mask: states.masked_fill(mask == 0, float("-inf")).amax(1),
    "mean": _mean,
    "mean_sqrt_len_tokens": _mean_sqrt_len,
    "lasttoken": _last,
}


class Dense(nn.Module):
    """A linear layer with an activation; with `use_residual` its input is added."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        width_in, width_out = config["in_features"], config["out_features"]
        self.linear = nn.Linear(width_in, width_out, bias=config.get("bias", True))
        name = str(config.get("activation_function", "Tanh")).rpartition(".")[2]
        if name not in ACTIVATIONS:
            raise ModelError(f"the activation {name} is not known: {', '.join(ACTIVATIONS)} are")
        self._activation = ACTIVATIONS[name]()
        self._use_residual = config.get("use_residual", False)
        if self._use_residual and width_in != width_out:
            self.residual = nn.Linear(width_in, width_out, bias=False)

    def forward(self, vectors: Tensor) -> Tensor:
        result: Tensor = self._activation(self.linear(vectors))
        if not self._use_residual:
            return result
        return result + (self.residual(vectors) if hasattr(self, "residual") else vectors)


class LayerNorm(nn.Module):
    """Layer normalisation of the pooled vectors."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config["dimension"])

    def forward(self, vectors: Tensor) -> Tensor:
        normalised: Tensor = self.norm(vectors)
        return normalised


class Normalize(nn.Module):
    """Vectors of length 1."""

    def forward(self, vectors: Tensor) -> Tensor:
        return torch.nn.functional.normalize(vectors, dim=-1)


def _pooling(config: dict[str, Any]) -> Pooling:
    modes = config.get("pooling_mode") or [
        mode for key, mode in LEGACY_MODES.items() if config.get(key)
    ]
    modes = (modes,) if isinstance(modes, str) else tuple(modes) or ("mean",)
    if unknown := [mode for mode in modes if mode not in POOLINGS]:
        raise ModelError(f"the pooling {unknown[0]} is not known: {', '.join(POOLINGS)} are")
    return Pooling(modes)


HEAD_MODULES = {
    "Pooling": _pooling,
    "Dense": Dense,
    "LayerNorm": LayerNorm,
    "Normalize": lambda config: Normalize(),
    "Dropout": lambda config: nn.Identity(),
}
"""Type in `modules.json` -> the module of a configuration."""
WITHOUT_SETTINGS = ("Normalize", "Dropout")
"""Types whose folder may be missing: a folder of git cannot be empty."""


def read_module(folder: Path, kind: str, path: str) -> nn.Module:
    """The module of that type in `folder / path`, with its weights.

    Raises ModelError when its configuration or its weights are missing or do not fit.
    """
    place = folder / path
    if not place.resolve().is_relative_to(folder.resolve()):
        raise ModelError(f"{folder}: its module {path} lies outside of the folder")
    config = read_object(place / CONFIG)
    if not config and kind not in WITHOUT_SETTINGS:
        raise ModelError(f"{place / CONFIG} is missing or empty: {COPY_AGAIN}")
    try:
        module: nn.Module = HEAD_MODULES[kind](config)
        if module.state_dict():
            module.load_state_dict(load_file(place / "model.safetensors"))
    except ModelError as fault:
        raise ModelError(f"{place}: {fault.message}") from None
    except Exception as fault:  # json, safetensors, torch: each has its own classes
        raise ModelError(f"{place} cannot be read ({first_line(fault)}): {COPY_AGAIN}") from None
    for name, weight in module.named_parameters():
        if not torch.isfinite(weight).all():
            raise ModelError(f"{place}: {name} holds NaN or infinity: {COPY_AGAIN}")
    return module
