"""What training starts from: a sentence encoder, a reranker, or a model folder made here."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from transformers import BertConfig, BertModel

from sidecar.errors import ModelError
from sidecar.runtime.manifest import MANIFEST, TOKENIZER, Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.families import modular, open_folder, source_name
from sidecar.workshop.model.families.cosine_head import accepts, make_checkpoint
from sidecar.workshop.model.families.cosine_head_network import CrossEncoder, from_encoder
from sidecar.workshop.model.hub import fetch
from sidecar.workshop.model.pretrained import (
    CONFIG,
    TRAINING_SUMMARY,
    architecture_of,
    read_config,
    read_tokenizer,
)
from sidecar.workshop.model.quantizing.dequantize import float_weights

HEAD_PARAMETERS = frozenset({"weight", "bias", "scale"})
"""The parameters of the head that a sentence encoder gets."""


@dataclass(frozen=True)
class StartingModel:
    """A checkpoint that can be trained."""

    checkpoint: Checkpoint
    new_parameters: frozenset[str] = frozenset()
    """Names of the parameters that no earlier training has set."""

    def save(self, folder: Path) -> None:
        """Writes what `model export` reads, except for the training's summary."""
        assert self.checkpoint.save is not None
        self.checkpoint.save(self.checkpoint, folder)
        for weights in folder.glob("*.safetensors"):
            # safetensors 0.8 lets their owner alone read them, whatever the umask.
            shutil.copymode(folder / TOKENIZER, weights)


def open_named(start: str) -> StartingModel:
    """As `open_start`; "shipped" is the model in the package."""
    return open_start(str(shipped_model()) if start == "shipped" else start)


def open_start(start: str) -> StartingModel:
    """A hub name or a folder: a BERT sentence encoder (it gets a new head), a cross-encoder of any
    architecture that can be exported, a checkpoint of `model train`, or a model folder made of one.

    Raises ModelError: no such model, or one that cannot be trained here.
    """
    folder = fetch(start, None)
    if (folder / MANIFEST).exists():
        return StartingModel(_from_model_folder(folder))
    architecture = architecture_of(read_config(folder))
    is_encoder = accepts(architecture, folder) and not modular.accepts(architecture, folder)
    if is_encoder and not (folder / TRAINING_SUMMARY).exists():
        network, tokenizer = from_encoder(folder), read_tokenizer(folder)
        name = source_name(str(folder))
        return StartingModel(make_checkpoint(network, tokenizer, name), HEAD_PARAMETERS)
    checkpoint = open_folder(folder, source_name(start))
    if checkpoint.save is None:
        raise ModelError(f"{start} is no cross-encoder: decoders are not trained here")
    return StartingModel(checkpoint)


def _from_model_folder(folder: Path) -> Checkpoint:
    manifest = Manifest.read(folder)
    summary = manifest.model_dump(include={"languages", "licence"})
    summary["collections"] = [source.model_dump() for source in manifest.sources]
    network, tokenizer = from_model_folder(folder, manifest), read_tokenizer(folder)
    return make_checkpoint(network, tokenizer, source_name(str(folder)), summary)


def from_model_folder(folder: Path, manifest: Manifest) -> CrossEncoder:
    """The network of a model folder that was trained here, its int8 weights as floats again.

    Raises ModelError when the folder is of another family, or holds no architecture.
    """
    if not (folder / CONFIG).exists():
        raise ModelError(
            f"{folder} has no {CONFIG}: only a model folder that was trained here can be trained "
            "on; start from the checkpoint or the framework's model instead"
        )
    config = BertConfig(**json.loads((folder / CONFIG).read_text()), attn_implementation="eager")
    network = CrossEncoder(BertModel(config, add_pooling_layer=False))
    _, graph = manifest.graph_for("cuda")
    weights = float_weights(onnx.load(folder / graph.file))
    network.load_state_dict(
        {name: _weight(name, weights, folder) for name in network.state_dict()}, strict=True
    )
    return network


def _weight(name: str, weights: dict[str, np.ndarray], folder: Path) -> torch.Tensor:
    """A tensor of the network by its name; a graph holds linear layers transposed."""
    if name not in weights:
        raise ModelError(f"{folder}: its graph has no weight {name}: start from the checkpoint")
    values = weights[name]
    is_linear = values.ndim == 2 and "embeddings" not in name
    return torch.tensor(np.ascontiguousarray(values.T) if is_linear else values)
