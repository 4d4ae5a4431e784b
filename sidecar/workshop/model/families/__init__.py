"""Model families: each opens the Hugging Face folders of some architectures as a Checkpoint.

    cross_encoder        sequence classifiers with one logit: BERT, RoBERTa, XLM-R, ModernBERT, ...
    modular              sentence-transformers' modules.json: an encoder, pooling, a head (Ettin)
      modular_network      its network
    sequence_pairs       what both share
    sentence_encoder     sentence-transformers' encoders of single texts, for embeddings
      sentence_encoder_network   a backbone and the modules behind it
      sentence_encoder_settings  how their texts are read
    module_list          the files that list a sentence-transformers folder's modules
    decoder              Qwen3-Reranker, which answers "yes" or "no"
    piecewise_decoder    mxbai-rerank v2 and bge-reranker-v2-gemma
      decoder_network    the network of both, written for export
      decoder_answers    what both share
    cosine_head          checkpoints of `model train`
      cosine_head_network  their network: a BERT encoder with a linear and a cosine head
      cosine_head_prompt   the prompts of rerankers that were sentence encoders
    late_interaction     checkpoints of `model fit-head`
      late_interaction_network   an encoder that reads query and document apart
      late_interaction_features  how it compares them

A new family needs

1. a file here with two functions, `accepts(architecture, folder)` and
   `open_folder(folder, name, *, ...options)`, as `Family` below describes them. Build the
   Checkpoint with the readers of `pretrained`, which refuse damaged folders. Where the framework's
   own forward pass exports badly, put a network of your own in a second file;
2. its file name in FAMILIES below.

Export, quantisation, check, serving and the model card read the Checkpoint and the manifest alone.
More places are touched only by a family that

- scores in a way that no family of the manifest does: a row in `sidecar/runtime/families.py` says
  what its output tensors mean. "cross-encoder" fits any graph with one logit per pair;
- has options of its own (`--separator`): they are keywords of `open_folder`, and one typer option
  each in `sidecar/cli/model/export.py`;
- can be trained: it sets `Checkpoint.save`.

Tests: a tiny random folder in `tests/workshop/model/classifiers.py`, listed in its SAVERS, gets
every test that cross-encoders get; another prompt needs a file of its own, as the decoder has.
Document the architectures in the table of docs/models.md.
"""

import inspect
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from sidecar.errors import ModelError
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.hub import fetch
from sidecar.workshop.model.pretrained import architecture_of, read_config

FAMILIES = (
    "modular",
    "sentence_encoder",
    "cross_encoder",
    "decoder",
    "piecewise_decoder",
    "late_interaction",
    "cosine_head",
)
"""Files of this folder in the order in which they are asked; later ones are imported only then."""

Option = str | int


class Family(Protocol):
    """The functions of a family's file."""

    def accepts(self, architecture: str, folder: Path) -> bool:
        """Whether the family opens the folder, whose config.json names this architecture, or none
        (""). Raises ModelError when a file that decides it is damaged."""

    def open_folder(self, folder: Path, name: str, **options: Option) -> Checkpoint:
        """The model in `folder`. Raises ModelError with what is wrong and what to do."""


def open_checkpoint(
    source: str,
    name: str | None = None,
    *,
    revision: str | None = None,
    **options: Option | None,
) -> Checkpoint:
    """The model of a local Hugging Face folder, or of a hub name (`revision`: branch or commit).

    No code from the model's folder is ever run. Options (`max_tokens`; for decoders `separator` and
    `instruction`) that are None take the family's default. Raises ModelError: no such model, a
    failed download, an unknown architecture, missing or damaged files.
    """
    return open_folder(fetch(source, revision), name or source_name(source), **options)


def open_folder(folder: Path, name: str, **options: Option | None) -> Checkpoint:
    """The model of a local Hugging Face folder; see `open_checkpoint`."""
    chosen = {key: value for key, value in options.items() if value is not None}
    family = _family_of(folder) if "pooling" not in chosen else _family("sentence_encoder")
    accepted = inspect.signature(family.open_folder).parameters
    if unknown := [key for key in chosen if key not in accepted]:
        raise ModelError(f"{folder} is a model without {unknown[0]}: leave that option out")
    return family.open_folder(folder, name, **chosen)


def source_name(source: str) -> str:
    """A hub name unchanged; of a folder its own name, with "-" for characters not allowed."""
    if not Path(source).is_dir():
        return source
    name = Path(source).resolve().name
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in name)[:128]


def _family_of(folder: Path) -> Family:
    config = read_config(folder)
    architecture = architecture_of(config)
    for module in FAMILIES:
        family = _family(module)
        if family.accepts(architecture, folder):
            return family
    why = "; it needs code from its own folder, which is never run" if "auto_map" in config else ""
    raise ModelError(
        f"{folder}: unknown architecture {architecture}{why}: docs/models.md has the table of "
        "those that can be exported"
    )


def _family(module: str) -> Family:
    return cast(Family, import_module(f"{__name__}.{module}"))
