"""What encoders of sequence pairs share: their Checkpoint, with prompt, inputs and own scoring."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerFast

from sidecar.runtime.manifest import DOCUMENT, Padding, Prompt, TrainingSource
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.pretrained import (
    card_metadata,
    max_pair_tokens,
    open_fast_tokenizer,
    pad_token,
    plain_tokenizer,
    training_summary,
)
from sidecar.workshop.model.text_pair import TextPair

ENCODERS = (
    *("Bert", "Electra", "DistilBert", "DebertaV2", "ModernBert"),
    *("Roberta", "XLMRoberta", "Camembert", "MPNet"),
)
"""What the names of their classes begin with."""
ROBERTA_LIKE = {"roberta", "xlm-roberta", "camembert", "mpnet"}
"""Model types whose positions begin after the padding token's id (514 positions hold 512 tokens),
and whose tokenizers give no token types, even where the network could read them."""
REFERENCE_BATCH = 8
"""Pairs per batch of the framework's own scoring."""


Save = Callable[[Path, Checkpoint, Path], None]
"""(source folder, a Checkpoint of it, folder to write)"""


def pair_checkpoint(
    folder: Path,
    name: str,
    config: PretrainedConfig,
    network: nn.Module,
    inputs: tuple[str, ...],
    *,
    max_tokens: int | None,
    save: Save,
) -> Checkpoint:
    """The Checkpoint of a folder's network, which gives logits [batch] for its `inputs` in order.

    The prompt is the tokenizer's own pair template. Raises ModelError when the tokenizer is
    missing, damaged, or has no padding token.
    """
    framework_tokenizer = open_fast_tokenizer(folder)
    tokenizer = plain_tokenizer(framework_tokenizer)
    limit = min(
        max_pair_tokens(framework_tokenizer, position_count(config)), max_tokens or sys.maxsize
    )
    languages, licence = card_metadata(folder)
    summary = training_summary(folder)
    network = network.eval()
    return Checkpoint(
        name=name,
        family="cross-encoder",
        network=network,
        inputs=inputs,
        tokenizer=tokenizer,
        prompt=read_prompt(tokenizer, with_segments="token_type_ids" in inputs),
        padding=Padding(token=pad_token(framework_tokenizer, folder)),
        max_tokens=limit,
        reference=_framework_logits(network, inputs, framework_tokenizer, limit),
        languages=languages,
        licence=licence,
        temperature=summary.get("temperature", 1.0),
        bias=summary.get("bias", 0.0),
        training_sources=tuple(TrainingSource(**row) for row in summary.get("collections", ())),
        save=partial(save, folder),
    )


def read_prompt(tokenizer: Tokenizer, *, with_segments: bool) -> Prompt:
    """The tokenizer's pair template: the tokens that it puts around and between two texts."""
    encoding = tokenizer.encode("a", "b")
    pieces: list[str] = []
    segments: list[int] = []
    for token, text, segment in zip(
        encoding.tokens, encoding.sequence_ids, encoding.type_ids, strict=True
    ):
        piece = token if text is None else ("{query}", DOCUMENT)[text]
        if text is None or piece not in pieces:
            pieces.append(piece)
            segments.append(segment)
    return Prompt(pieces=tuple(pieces), segments=tuple(segments) if with_segments else None)


def network_inputs(network: PreTrainedModel) -> tuple[str, ...]:
    """Token types are an input where the tokenizer gives them and the network has two of them."""
    config = network.config
    has_token_types = (
        getattr(config, "type_vocab_size", 0) > 1 and config.model_type not in ROBERTA_LIKE
    )
    return ("input_ids", "attention_mask", *(["token_type_ids"] if has_token_types else []))


def position_count(config: PretrainedConfig) -> int:
    """Tokens that the network has positions for."""
    positions = int(config.max_position_embeddings)
    return positions - config.pad_token_id - 1 if config.model_type in ROBERTA_LIKE else positions


def _framework_logits(
    network: nn.Module,
    inputs: tuple[str, ...],
    tokenizer: PreTrainedTokenizerFast,
    max_tokens: int,
) -> Callable[[Sequence[TextPair]], list[float]]:
    """A function that scores pairs with the framework's tokenizer, in padded batches."""

    @torch.no_grad()
    def logits(pairs: Sequence[TextPair]) -> list[float]:
        values: list[float] = []
        for start in range(0, len(pairs), REFERENCE_BATCH):
            queries, documents = zip(*pairs[start : start + REFERENCE_BATCH], strict=True)
            encoded = tokenizer(
                list(queries),
                list(documents),
                padding=True,
                truncation="only_second",
                max_length=max_tokens,
                return_token_type_ids=True,
                return_tensors="pt",
            )
            values += network(*(encoded[name] for name in inputs)).tolist()
        return values

    return logits
