"""What a training starts from: a sentence encoder, a reranker, or a model folder of ours."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from transformers import BertConfig, BertModel

from sidecar.errors import ModelError
from sidecar.runtime.manifest import MANIFEST, TOKENIZER, Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.families import open_folder, source_name
from sidecar.workshop.model.families.cosine_head import make_checkpoint
from sidecar.workshop.model.families.cosine_head_network import CrossEncoder, from_encoder
from sidecar.workshop.model.families.cross_encoder import OneLogit
from sidecar.workshop.model.hub import fetch
from sidecar.workshop.model.pretrained import (
    CONFIG,
    TRAINING_SUMMARY,
    open_fast_tokenizer,
    read_config,
    read_tokenizer,
    training_summary,
)
from sidecar.workshop.model.quantizing.dequantize import float_weights

HEAD = frozenset({"weight", "bias", "scale"})
"""The parameters of our network's own head."""


@dataclass(frozen=True)
class StartingModel:
    source: Checkpoint
    write: Callable[[Checkpoint, Path], None]
    """Writes network and tokenizer so that `model export` reads them."""
    new: frozenset[str] = frozenset()
    """Parameters that start from nothing."""

    def save(self, checkpoint: Path) -> None:
        """Writes what `model export` reads, but for the calibration."""
        self.write(self.source, checkpoint)
        for weights in checkpoint.glob("*.safetensors"):
            # safetensors 0.8 lets their owner alone read them, whatever the umask.
            shutil.copymode(checkpoint / TOKENIZER, weights)


def open_named(start: str) -> StartingModel:
    """As `open_start`; "shipped" is the model in the package."""
    return open_start(str(shipped_model()) if start == "shipped" else start)


def open_start(start: str) -> StartingModel:
    """A hub name or a folder: a BERT sentence encoder (it gets a new head), a cross-encoder of any
    family that can be exported, a checkpoint of ours, or a model folder made of one.

    Raises ModelError: no such model, or one that this training does not know.
    """
    folder = fetch(start, None)
    if (folder / MANIFEST).exists():
        manifest = Manifest.read(folder)
        known = manifest.model_dump(include={"languages", "licence"})
        known["collections"] = [source.model_dump() for source in manifest.sources]
        return _ours(from_model_folder(folder, manifest), folder, known)
    architecture = (read_config(folder).get("architectures") or [""])[0]
    if architecture in ("", "BertModel"):
        if (folder / TRAINING_SUMMARY).exists():
            return _ours(CrossEncoder.open(folder), folder, training_summary(folder))
        return _ours(from_encoder(folder), folder, {}, HEAD)
    source = open_folder(folder, source_name(start))
    if not isinstance(source.network, OneLogit):
        raise ModelError(f"{start} is no cross-encoder: decoders are not trained here")

    def write(source: Checkpoint, checkpoint: Path) -> None:
        source.network.model.save_pretrained(checkpoint)
        open_fast_tokenizer(folder).save_pretrained(checkpoint)  # its configuration
        source.tokenizer.save(str(checkpoint / TOKENIZER))

    return StartingModel(source, write)


def _ours(
    network: CrossEncoder,
    folder: Path,
    known: dict[str, Any],
    new: frozenset[str] = frozenset(),
) -> StartingModel:
    """A network of ours; `known` is what earlier trainings say of themselves."""
    tokenizer = read_tokenizer(folder)
    return StartingModel(
        make_checkpoint(network, tokenizer, source_name(str(folder)), known), _write_ours, new
    )


def _write_ours(source: Checkpoint, checkpoint: Path) -> None:
    source.network.save(checkpoint)
    source.tokenizer.save(str(checkpoint / TOKENIZER))


def from_model_folder(folder: Path, manifest: Manifest) -> CrossEncoder:
    """The network of a model folder that was made of one, its int8 weights as floats again.

    Raises ModelError when the folder is of another family, or holds no architecture.
    """
    if not (folder / CONFIG).exists():
        raise ModelError(
            f"{folder} has no {CONFIG}: only a model folder that was trained here can be trained "
            "on; start from the checkpoint or the framework's model instead"
        )
    config = BertConfig(**json.loads((folder / CONFIG).read_text()), attn_implementation="eager")
    network = CrossEncoder(BertModel(config, add_pooling_layer=False))
    _, described = manifest.graph_for("cuda")
    floats = float_weights(onnx.load(folder / described.file))
    network.load_state_dict(
        {name: _weight(name, floats, folder) for name in network.state_dict()}, strict=True
    )
    return network


def _weight(name: str, floats: dict[str, np.ndarray], folder: Path) -> torch.Tensor:
    """A tensor of the network by its name: linear layers lie transposed in a graph."""
    if name not in floats:
        raise ModelError(f"{folder}: its graph has no weight {name}: start from the checkpoint")
    values = floats[name]
    linear = values.ndim == 2 and "embeddings" not in name
    return torch.tensor(np.ascontiguousarray(values.T) if linear else values)
