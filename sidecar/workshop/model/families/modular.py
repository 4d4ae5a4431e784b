"""sentence-transformers cross-encoders made of modules, as `modules.json` lists them.

    cross-encoder/ettin-reranker-17m-v1 ... 1b-v1    ModernBERT, Pooling, Dense, LayerNorm, Dense

An encoder's states are pooled, and a head of modules makes one logit of them. The prompt is read
from the tokenizer's own pair template. A score is always the logit's sigmoid, whatever activation
the folder names. The format is that of sentence-transformers 5.4 and newer.
"""

import shutil
from pathlib import Path

import transformers
from safetensors.torch import save_file
from transformers import PreTrainedModel

from sidecar.errors import ModelError
from sidecar.runtime.manifest import TOKENIZER
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.families.modular_network import (
    HEAD_MODULES,
    ModularNetwork,
    read_module,
)
from sidecar.workshop.model.families.module_list import (
    ModuleEntry,
    is_cross_encoder,
    read_modules,
    read_settings,
)
from sidecar.workshop.model.families.sequence_pairs import (
    ENCODERS,
    network_inputs,
    pair_checkpoint,
)
from sidecar.workshop.model.hub import MODULES, SETTINGS
from sidecar.workshop.model.pretrained import (
    open_config,
    open_fast_tokenizer,
    open_network,
)

WEIGHTS = "model.safetensors"
ARCHITECTURES = {f"{name}Model" for name in ENCODERS}


def accepts(architecture: str, folder: Path) -> bool:
    """Whether the folder is a cross-encoder with modules behind its encoder.

    Those of a causal language model (`LogitScore`) only pick words' logits: the decoder's family
    reads them.
    """
    kinds = [entry.kind for entry in read_modules(folder)[1:]]
    return bool(kinds) and is_cross_encoder(folder) and "LogitScore" not in kinds


def open_folder(folder: Path, name: str, *, max_tokens: int | None = None) -> Checkpoint:
    """The reranker in the folder; `max_tokens` lowers the model's own limit.

    Raises ModelError: a module that is not known here, several labels, or a file that is missing,
    damaged or does not fit.
    """
    entries = read_modules(folder)
    _check(folder, entries)
    config = open_config(folder)
    architecture = (config.architectures or [""])[0]
    if architecture not in ARCHITECTURES:
        raise ModelError(
            f"{folder}: no modules can be exported behind {architecture or 'an unnamed encoder'}: "
            "docs/models.md has the table of encoders"
        )
    network_class: type[PreTrainedModel] = getattr(transformers, architecture)
    encoder = open_network(network_class, folder)
    head = [read_module(folder, entry.kind, entry.path) for entry in entries[1:]]
    inputs = network_inputs(encoder)
    network = ModularNetwork(encoder, head, inputs)
    _check_one_logit(folder, network)
    return pair_checkpoint(folder, name, config, network, inputs, max_tokens=max_tokens, save=_save)


def _check(folder: Path, entries: list[ModuleEntry]) -> None:
    """Raises ModelError for what would change the logit and is not read here."""
    if entries[0].kind != "Transformer" or entries[0].path:
        raise ModelError(f"{folder}: its first module is no Transformer in the folder itself")
    unknown = [entry.kind for entry in entries[1:] if entry.kind not in HEAD_MODULES]
    if unknown:
        raise ModelError(
            f"{folder}: its module {unknown[0]} is not known: the head may have "
            f"{', '.join(HEAD_MODULES)}"
        )
    if prompt := read_settings(folder).get("default_prompt_name"):
        raise ModelError(
            f"{folder}: it puts its prompt {prompt!r} before every pair, which is not read here: "
            f"set default_prompt_name in {SETTINGS} to null if the model does without it"
        )


def _check_one_logit(folder: Path, network: ModularNetwork) -> None:
    try:
        labels = network.width()
    except RuntimeError as fault:  # torch's, of shapes
        raise ModelError(f"{folder}: its modules do not fit together ({fault})") from None
    if labels != 1:
        raise ModelError(
            f"{folder}: its head gives {labels} numbers; a reranker's gives one logit: choose a "
            "model whose last module has one"
        )


def _save(source_folder: Path, checkpoint: Checkpoint, folder: Path) -> None:
    """Writes the network in its source's format."""
    network: ModularNetwork = checkpoint.network  # type: ignore[assignment]
    network.encoder.save_pretrained(folder)
    open_fast_tokenizer(source_folder).save_pretrained(folder)  # for its configuration
    checkpoint.tokenizer.save(str(folder / TOKENIZER))
    for name in (MODULES, SETTINGS, "sentence_bert_config.json"):
        if (source_folder / name).exists():
            shutil.copy(source_folder / name, folder / name)
    for entry, module in zip(read_modules(source_folder)[1:], network.head, strict=True):
        (folder / entry.path).mkdir(exist_ok=True)
        for file in (source_folder / entry.path).glob("*.json"):
            shutil.copy(file, folder / entry.path / file.name)
        if weights := {name: value.contiguous() for name, value in module.state_dict().items()}:
            save_file(weights, folder / entry.path / WEIGHTS)
