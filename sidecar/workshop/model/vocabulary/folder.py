"""A Hugging Face folder with a smaller vocabulary: tokenizer, embeddings, configuration."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor

from sidecar.errors import ModelError
from sidecar.runtime.manifest import TOKENIZER
from sidecar.workshop.model.pretrained import CONFIG, COPY_AGAIN, first_line, read_config
from sidecar.workshop.model.staging import staged_folder
from sidecar.workshop.model.vocabulary.tokenizer import State, with_pieces

WEIGHTS = "model.safetensors"
STALE = ("vocab.txt", "*.model", "*.bin", "*.onnx", "tokenizer.json", CONFIG, WEIGHTS)
"""Files that say something about the old vocabulary, or that are written anew."""


def write_smaller(source: Path, state: State, kept: Sequence[int], folder: Path) -> None:
    """Writes `source` with the pieces `kept` to `folder`, which it replaces in one step.

    Every tensor with a row per piece is cut: embeddings, and a language model's head. Raises
    ModelError when the weights are missing, damaged, or have no such tensor.
    """
    config = read_config(source)
    rows = int(config.get("vocab_size", 0))
    try:
        weights = load_file(source / WEIGHTS)
    except Exception as fault:  # safetensors' own classes
        raise ModelError(
            f"{source / WEIGHTS} cannot be read ({first_line(fault)}): {COPY_AGAIN}"
        ) from None
    cut = {name for name, value in weights.items() if value.ndim and value.shape[0] == rows}
    if not cut or max(kept) >= rows:
        raise ModelError(f"{source}: no weights have a row for each of {rows} pieces")
    chosen = torch.tensor(kept)
    smaller: dict[str, Tensor] = {
        name: value[chosen].contiguous() if name in cut else value
        for name, value in weights.items()
    }
    with staged_folder(folder) as staged:
        ignored = shutil.ignore_patterns(*STALE)
        shutil.copytree(source, staged, ignore=ignored, dirs_exist_ok=True)
        save_file(smaller, staged / WEIGHTS, metadata={"format": "pt"})
        (staged / CONFIG).write_text(json.dumps(_configured(config, kept), indent=2) + "\n")
        Tokenizer.from_str(json.dumps(with_pieces(state, kept))).save(str(staged / TOKENIZER))


def _configured(config: dict[str, Any], kept: Sequence[int]) -> dict[str, Any]:
    """The configuration with the new size, and the new ids of special tokens."""
    new_ids = {old: new for new, old in enumerate(kept)}
    renumbered = {
        key: new_ids[value]
        for key, value in config.items()
        if key.endswith("_token_id") and value in new_ids
    }
    return config | renumbered | {"vocab_size": len(kept)}
