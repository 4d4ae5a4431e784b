"""Reads a Hugging Face folder; whatever is wrong with it becomes a ModelError of one line.

Weights are read from safetensors, or from a torch file as plain tensors (`weights_only`). No code
from the folder is ever run.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
import transformers
from huggingface_hub.repocard import metadata_load
from tokenizers import Tokenizer
from transformers import (
    AutoConfig,
    AutoTokenizer,
    PretrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from sidecar.errors import ModelError
from sidecar.runtime.manifest import MANIFEST, TOKENIZER

CONFIG = "config.json"
TRAINING_SUMMARY = "train.json"
"""The summary that `model train` leaves in its checkpoint."""
TOKENIZER_CONFIG = "tokenizer_config.json"
MIN_PIECES = 16
"""Where the vocabulary's file is missing, transformers makes a tokenizer of some marks alone."""
NUMBERED = ".#."
"""In place of a layer's number in the name of a weight."""
COPY_AGAIN = "download or copy the folder again"


def read_config(folder: Path) -> dict[str, Any]:
    """The folder's `config.json`. Raises ModelError when there is none, or it is no JSON object."""
    try:
        config = json.loads((folder / CONFIG).read_bytes())
    except FileNotFoundError:
        if (folder / MANIFEST).exists():
            raise ModelError(f"{folder} is already a model folder, not a source of one") from None
        raise ModelError(
            f"{folder} has no {CONFIG}: give a Hugging Face model folder or a hub name"
        ) from None
    except (OSError, ValueError) as fault:
        raise ModelError(f"{folder / CONFIG} cannot be read ({fault}): {COPY_AGAIN}") from None
    if not isinstance(config, dict):
        raise ModelError(f"{folder / CONFIG} is not a JSON object: {COPY_AGAIN}")
    named = config.get("architectures") or []
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise ModelError(f"{folder / CONFIG}: architectures is no list of names: {COPY_AGAIN}")
    return config


def architecture_of(config: dict[str, Any]) -> str:
    """The first architecture that a `config.json` names; empty when it names none."""
    architectures = config.get("architectures") or [""]
    name: str = architectures[0]
    return name


def open_config(folder: Path) -> PretrainedConfig:
    """The folder's config as transformers reads it. Raises ModelError when it cannot."""
    try:
        return AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as fault:  # its validators' own classes
        raise ModelError(
            f"{folder / CONFIG} is not understood ({first_line(fault)}): {COPY_AGAIN}"
        ) from None


def check_one_label(config: PretrainedConfig, folder: Path) -> None:
    """Raises ModelError unless the head gives exactly one logit."""
    if config.num_labels != 1:
        raise ModelError(
            f"{folder}: its head has {config.num_labels} labels; a reranker has one: choose a "
            "model with num_labels 1, or save a BERT's encoder alone (transformers' AutoModel and "
            "AutoTokenizer) and give it a head by `model train`"
        )


def open_network(network_class: type[PreTrainedModel], folder: Path) -> PreTrainedModel:
    """The folder's weights in float32 with eager attention, in eval mode.

    Raises ModelError when a weight is missing, cannot be read, has another shape or is not finite,
    or when there are more layers of weights than the configuration names.
    """
    silence_transformers()
    try:
        network, loading_info = network_class.from_pretrained(
            folder,
            attn_implementation="eager",
            dtype=torch.float32,
            use_safetensors=any(folder.glob("*.safetensors")),
            local_files_only=True,
            trust_remote_code=False,
            ignore_mismatched_sizes=True,  # refused below, by name
            output_loading_info=True,
        )
    except Exception as fault:  # safetensors, pickle, zipfile, torch: each has its own classes
        raise ModelError(
            f"{folder}: its weights cannot be read ({first_line(fault)}): {COPY_AGAIN}"
        ) from None
    if mismatched := sorted(loading_info["mismatched_keys"]):
        name, stored, wanted = mismatched[0]
        raise ModelError(
            f"{folder}: its weights cannot be read ({name} is {list(stored)}, and by {CONFIG} "
            f"{list(wanted)}): {COPY_AGAIN}"
        )
    if missing := sorted(loading_info["missing_keys"]):
        raise ModelError(
            f"{folder}: its weights lack {missing[0]} ({len(missing)} in all): the file is "
            f"incomplete, or of another architecture: {COPY_AGAIN}"
        )
    check_all_layers(network, loading_info, folder)
    for name, weight in network.named_parameters():
        if not torch.isfinite(weight).all():
            raise ModelError(f"{folder}: {name} holds NaN or infinity: {COPY_AGAIN}")
    return network.eval()


def check_all_layers(
    network: PreTrainedModel, loading_info: Mapping[str, Any], folder: Path
) -> None:
    """Raises ModelError when there are more layers of weights than the configuration names, which
    transformers leaves out without a word; `loading_info` is what it says of the loading."""
    if getattr(network.config, "num_hidden_layers", 1) < 1:
        raise ModelError(f"{folder / CONFIG} names no layers: {COPY_AGAIN}")
    if unread := _unread_layers(loading_info["unexpected_keys"], network.state_dict()):
        raise ModelError(
            f"{folder}: its weights hold {unread[0]} ({len(unread)} of this kind), which is in no "
            f"layer that {CONFIG} names: it is of another model, or was edited: {COPY_AGAIN}"
        )


def _unread_layers(unexpected: Iterable[str], expected: Iterable[str]) -> list[str]:
    """Which of the unexpected names are those of a weight that is read, but for the layer's number.

    Other unexpected weights, such as the head of pre-training, are of parts that a reranker does
    without. Names may lack the network's prefix.
    """
    kinds = {f".{kind}" for name in expected if NUMBERED in (kind := _without_numbers(name))}
    unread = []
    for name in sorted(unexpected):
        kind = f".{_without_numbers(name)}"
        if NUMBERED in kind and any(k.endswith(kind) or kind.endswith(k) for k in kinds):
            unread.append(name)
    return unread


def _without_numbers(name: str) -> str:
    return re.sub(r"\.\d+\.", NUMBERED, name)


def open_fast_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """transformers' tokenizer over the folder's `tokenizer.json`, unchanged.

    transformers' per-model classes rebuild the tokenizer from the file's vocabulary and drop a
    normaliser that they do not expect (5.23, XLM-R). They are used only to convert a folder without
    `tokenizer.json`. Raises ModelError when no tokenizer can be read, or its pieces are not those
    of the network.
    """
    silence_transformers()
    tokenizer_class = PreTrainedTokenizerFast if (folder / TOKENIZER).exists() else AutoTokenizer
    try:
        tokenizer = tokenizer_class.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
        tokenizer.backend_tokenizer.get_vocab_size()
    except Exception as fault:  # tokenizers raises bare Exception
        raise ModelError(
            f"{folder}: its tokenizer cannot be read ({first_line(fault)}): save it as "
            f"{TOKENIZER}, or {COPY_AGAIN}"
        ) from None
    _check_tokenizer(tokenizer, folder)
    return tokenizer


def _check_tokenizer(tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    pieces = tokenizer.backend_tokenizer.get_vocab_size(with_added_tokens=False)
    if pieces < MIN_PIECES:
        raise ModelError(
            f"{folder}: its tokenizer has {pieces} pieces, for its vocabulary is missing: save it "
            f"as {TOKENIZER}, or {COPY_AGAIN}"
        )
    rows = read_config(folder).get("vocab_size")
    if isinstance(rows, int) and pieces > rows:
        raise ModelError(
            f"{folder}: its tokenizer has {pieces} pieces and its network {rows}: they are of two "
            f"models: {COPY_AGAIN}"
        )
    limit = tokenizer.model_max_length
    if not isinstance(limit, int | float) or not 0 < limit < math.inf:
        raise ModelError(
            f"{folder / TOKENIZER_CONFIG}: model_max_length {limit!r} is no number of tokens: "
            "set it to the longest pair, or take it out"
        )


def read_tokenizer(folder: Path) -> Tokenizer:
    """The folder's `tokenizer.json` alone. Raises ModelError when it cannot be read."""
    try:
        return Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as fault:  # tokenizers raises bare Exception
        raise ModelError(
            f"{folder / TOKENIZER} cannot be read ({first_line(fault)}): save it by transformers' "
            f"AutoTokenizer, or {COPY_AGAIN}"
        ) from None


def open_tokenizer(folder: Path) -> Tokenizer:
    """The folder's tokenizer without truncation or padding. Raises ModelError if unreadable."""
    tokenizer = read_tokenizer(folder)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def plain_tokenizer(tokenizer: PreTrainedTokenizerFast) -> Tokenizer:
    """A copy of the tokenizer that it wraps, without truncation or padding."""
    copy = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    copy.no_padding()
    copy.no_truncation()
    return copy


def pad_token(tokenizer: PreTrainedTokenizerFast, folder: Path) -> str:
    """The padding token's text. Raises ModelError when the tokenizer names none."""
    if not isinstance(tokenizer.pad_token, str):
        raise ModelError(
            f"{folder}: its tokenizer has no pad_token: add it to tokenizer_config.json"
        )
    return tokenizer.pad_token


def max_pair_tokens(tokenizer: PreTrainedTokenizerFast, positions: int) -> int:
    """Longest pair: the tokenizer's own limit, but no more than there are positions."""
    return min(int(tokenizer.model_max_length), positions)  # 1e30 where the folder sets no limit


def card_metadata(folder: Path) -> tuple[tuple[str, ...], str]:
    """(languages, licence) of the folder's model card; empty where it names none."""
    try:
        data = metadata_load(folder / "README.md") or {}
    except Exception:  # a card is prose: an unreadable one counts as empty
        return (), ""
    languages = data.get("language") or ()
    if isinstance(languages, str):
        languages = (languages,)
    return tuple(str(language) for language in languages), str(data.get("license") or "")


def training_summary(folder: Path) -> dict[str, Any]:
    """The summary that `model train` left in `folder`; empty for a model from elsewhere.

    Raises ModelError when the file cannot be read.
    """
    file = folder / TRAINING_SUMMARY
    if not file.exists():
        return {}
    try:
        summary = json.loads(file.read_bytes())
    except ValueError as fault:
        raise ModelError(f"{file} cannot be read ({fault}): {COPY_AGAIN}") from None
    if not isinstance(summary, dict) or not {"temperature", "bias"} <= summary.keys():
        raise ModelError(f"{file} has no temperature and bias: train again")
    return summary


def silence_transformers() -> None:
    """Turns off transformers' progress bars and warnings, which would mix with ours."""
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()


def first_line(fault: Exception) -> str:
    """The first line of an exception's message with what it announces, at most 160 characters."""
    text = str(fault).strip() or type(fault).__name__
    first, *others = [line.strip() for line in text.splitlines()]
    return " ".join([first, *(others[:1] if first.endswith(":") else ())])[:160]
