"""What decoders that answer by one of two words share: checks, their Checkpoint, their scoring."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerFast

from sidecar.errors import ModelError
from sidecar.runtime.manifest import Padding, Prompt
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.families.decoder_network import YesNoDecoder
from sidecar.workshop.model.pretrained import card_metadata, pad_token, plain_tokenizer
from sidecar.workshop.model.text_pair import TextPair

LENGTH_DEPENDENT_ROPE = ("dynamic", "longrope")
"""Kinds of RoPE whose angles change with the pair's length."""
REFERENCE_BATCH = 4
"""Pairs per batch of the framework's own scoring."""
MIN_PAIR_TOKENS = 128
"""Tokens that must be left for a query and a document."""
Answers = tuple[int | None, int]
"""Token ids of the words for "not relevant" and "relevant". Without the first the logit is that of
the second alone."""
FrameworkIds = Callable[[Sequence[TextPair], int], list[list[int]]]
"""(pairs, most tokens of one) -> their token ids as the publisher's own code makes them"""


def check_layers(config: PretrainedConfig, folder: Path) -> None:
    """Raises ModelError for an attention or a RoPE that `decoder_network` does not implement."""
    kinds = set(getattr(config, "layer_types", None) or ())  # Gemma has none: all are full
    if unsupported := sorted(kinds - {"full_attention"}):
        raise ModelError(
            f"{folder}: its layers use {unsupported[0]}; only full_attention is read here"
        )
    if getattr(config, "is_causal", True) is False or getattr(
        config, "use_bidirectional_attention", False
    ):
        raise ModelError(f"{folder}: its tokens see later ones, which is not read here")
    if (rope_type := config.rope_parameters["rope_type"]) in LENGTH_DEPENDENT_ROPE:
        raise ModelError(
            f"{folder}: rope_type {rope_type!r} gives a token another position in a longer pair; "
            'set "default" in config.json'
        )


def answer_id(tokenizer: PreTrainedTokenizerFast, word: str, folder: Path) -> int:
    """The id of a word, read from the tokenizer. Raises ModelError when it is not one token."""
    ids: list[int] = tokenizer(word, add_special_tokens=False).input_ids
    if len(ids) != 1 or tokenizer.convert_ids_to_tokens(ids) != [word]:
        raise ModelError(
            f"{folder}: its tokenizer has no single token {word!r}: a decoder that does not "
            "answer by it cannot be exported"
        )
    return ids[0]


def _head_row(model: PreTrainedModel, answers: Answers | None) -> Tensor:
    """The head's one row [hidden]: its product with the last state is logit(yes) - logit(no).

    `answers` are None for a head of one label.
    """
    if answers is None:
        return model.get_parameter("score.weight")[0]
    no, yes = answers
    # The embeddings themselves, where they are tied.
    weight = model.get_parameter("lm_head.weight")
    return weight[yes] if no is None else weight[yes] - weight[no]


def answering_checkpoint(
    folder: Path,
    name: str,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    prompt: Prompt,
    answers: Answers | None,
    framework_ids: FrameworkIds,
    max_tokens: int,
) -> Checkpoint:
    """The Checkpoint of a folder's decoder.

    Raises ModelError when the prompt alone leaves too little of `max_tokens` for a pair.
    """
    (own,) = framework_ids([("", "")], sys.maxsize)
    if max_tokens < (needed := len(own) + MIN_PAIR_TOKENS):
        raise ModelError(
            f"max_tokens {max_tokens}: the prompt has {len(own)} tokens of its own; give at least "
            f"{needed}"
        )
    languages, licence = card_metadata(folder)
    return Checkpoint(
        name=name,
        family="yes-no-decoder",
        network=YesNoDecoder(model.model, _head_row(model, answers), max_tokens).eval(),
        inputs=("input_ids", "attention_mask"),
        tokenizer=plain_tokenizer(tokenizer),
        prompt=prompt,
        padding=Padding(side="right", token=pad_token(tokenizer, folder)),
        max_tokens=max_tokens,
        reference=_framework_scoring(
            model, tokenizer, answers, lambda pairs: framework_ids(pairs, max_tokens)
        ),
        languages=languages,
        licence=licence,
    )


def _framework_scoring(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    answers: Answers | None,
    ids_of: Callable[[Sequence[TextPair]], list[list[int]]],
) -> Callable[[Sequence[TextPair]], list[float]]:
    """A function that scores pairs as the publisher's code for transformers does, as logits."""
    model.set_attn_implementation("sdpa")  # eager holds 4 GB of a layer's attention at 8,192 tokens
    tokenizer.padding_side = "left"

    @torch.no_grad()
    def logits(pairs: Sequence[TextPair]) -> list[float]:
        values: list[float] = []
        for start in range(0, len(pairs), REFERENCE_BATCH):
            ids = ids_of(pairs[start : start + REFERENCE_BATCH])
            padded = tokenizer.pad({"input_ids": ids}, padding=True, return_tensors="pt")
            values += _framework_logits(model, tokenizer, answers, padded).tolist()
        return values

    return logits


def _framework_logits(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    answers: Answers | None,
    padded: Any,
) -> Tensor:
    """Logits [batch] of left-padded inputs."""
    inputs = {name: padded[name] for name in ("input_ids", "attention_mask")}
    if answers is None:
        model.config.pad_token_id = tokenizer.pad_token_id  # without one it takes no batch
        return model(**inputs).logits[:, 0]
    last = model(**inputs, logits_to_keep=1).logits[:, -1, :]
    no, yes = answers
    return last[:, yes] if no is None else last[:, yes] - last[:, no]
