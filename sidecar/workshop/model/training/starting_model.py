"""What training starts from: a sentence encoder, a reranker, or a model folder made here."""

import json
import shutil
from dataclasses import dataclass, field
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
from sidecar.workshop.model.families.cosine_head_network import (
    CosineStart,
    CrossEncoder,
    from_encoder,
)
from sidecar.workshop.model.families.cosine_head_prompt import (
    Prefixes,
    prefixes_of,
    read_prefixes,
)
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
class EncoderStart:
    """What is to be known of a sentence encoder that becomes a cross-encoder."""

    prefixes: Prefixes | None = None
    """None: those that its folder names."""
    cosine: CosineStart = field(default_factory=CosineStart)
    languages: tuple[str, ...] = ("en",)
    licence: str = "Apache-2.0"


AS_MINILM = EncoderStart()


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


def open_named(start: str, encoder: EncoderStart = AS_MINILM) -> StartingModel:
    """As `open_start`; "shipped" is the model in the package."""
    return open_start(str(shipped_model()) if start == "shipped" else start, encoder)


def open_start(start: str, encoder: EncoderStart = AS_MINILM) -> StartingModel:
    """A hub name or a folder: a BERT sentence encoder (it gets a new head), a cross-encoder of any
    architecture that can be exported, a checkpoint of `model train`, or a model folder made of one.

    Raises ModelError: no such model, one that cannot be trained here, or one that is no encoder and
    for which `encoder` says something.
    """
    folder = fetch(start, None)
    checkpoint_of_encoder = _from_encoder(folder, encoder)
    if checkpoint_of_encoder is not None:
        return StartingModel(checkpoint_of_encoder, HEAD_PARAMETERS)
    if encoder != AS_MINILM:
        raise ModelError(f"{start} has a head: what is said of an encoder does not hold for it")
    if (folder / MANIFEST).exists():
        return StartingModel(_from_model_folder(folder))
    checkpoint = open_folder(folder, source_name(start))
    if checkpoint.save is None:
        raise ModelError(f"{start} is no cross-encoder: decoders are not trained here")
    return StartingModel(checkpoint)


def _from_encoder(folder: Path, start: EncoderStart) -> Checkpoint | None:
    """The Checkpoint of a sentence encoder with a new head; None for anything else."""
    if (folder / MANIFEST).exists() or (folder / TRAINING_SUMMARY).exists():
        return None
    architecture = architecture_of(read_config(folder))
    if not accepts(architecture, folder) or modular.accepts(architecture, folder):
        return None
    network, tokenizer = from_encoder(folder, start.cosine), read_tokenizer(folder)
    prefixes = read_prefixes(folder) if start.prefixes is None else start.prefixes
    said = {"languages": start.languages, "licence": start.licence}
    return make_checkpoint(network, tokenizer, source_name(str(folder)), said, prefixes=prefixes)


def _from_model_folder(folder: Path) -> Checkpoint:
    manifest = Manifest.read(folder)
    summary = manifest.model_dump(include={"languages", "licence"})
    summary["collections"] = [source.model_dump() for source in manifest.sources]
    network, tokenizer = from_model_folder(folder, manifest), read_tokenizer(folder)
    return make_checkpoint(
        network,
        tokenizer,
        source_name(str(folder)),
        summary,
        prefixes=prefixes_of(manifest.prompt),
    )


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
