"""Qwen3-Reranker: a decoder that answers "yes" or "no", as published or converted to one label.

    Qwen/Qwen3-Reranker-0.6B, -4B, -8B              Qwen3ForCausalLM
    tomaarsen/Qwen3-Reranker-0.6B-seq-cls and kin   Qwen3ForSequenceClassification

The prompt is the model card's, token for token. Its two official forms differ in what separates
instruction, query and document: a line feed in the code for transformers, an empty line in the code
for vLLM and in the evaluation behind the published scores. `separator` chooses.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from transformers import (
    PretrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen3ForCausalLM,
    Qwen3ForSequenceClassification,
)

from sidecar.errors import ModelError
from sidecar.runtime.manifest import Padding, Prompt
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.families.decoder_network import YesNoDecoder
from sidecar.workshop.model.pretrained import (
    card_metadata,
    check_one_label,
    max_pair_tokens,
    open_config,
    open_fast_tokenizer,
    open_network,
    pad_token,
    plain_tokenizer,
)
from sidecar.workshop.model.text_pair import TextPair

PREFIX = (
    "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and "
    'the Instruct provided. Note that the answer can only be "yes" or "no".<|im_end|>\n'
    "<|im_start|>user\n"
)
SUFFIX = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
INSTRUCTION = "Given a web search query, retrieve relevant passages that answer the query"
MAX_TOKENS = 8192
"""The limit of the published code and benchmarks. The card names 32K, which nobody measured."""
MIN_PAIR_TOKENS = 128
"""Tokens that must be left for a query and a document."""
REFERENCE_BATCH = 4
"""Pairs per batch of the framework's own scoring."""

SEPARATORS = {"line": "\n", "blank-line": "\n\n"}
ARCHITECTURES = {kind.__name__: kind for kind in (Qwen3ForCausalLM, Qwen3ForSequenceClassification)}
LENGTH_DEPENDENT_ROPE = ("dynamic", "longrope")
"""Kinds of RoPE whose angles change with the pair's length."""


class PromptOptions(NamedTuple):
    """What varies in the prompt."""

    instruction: str
    separator: str


def accepts(architecture: str, folder: Path) -> bool:
    """Whether this family opens a folder whose config.json names the architecture."""
    return architecture in ARCHITECTURES


def open_folder(
    folder: Path,
    name: str,
    *,
    separator: str = "line",
    instruction: str = INSTRUCTION,
    max_tokens: int = MAX_TOKENS,
) -> Checkpoint:
    """The reranker in a Hugging Face folder; `instruction` is the default for requests without one.

    Raises ModelError: several labels, no single token for yes or no, an attention or RoPE that the
    network does not implement, an unknown separator, a limit too low for the prompt, or a file that
    is missing, damaged or does not fit.
    """
    if separator not in SEPARATORS:
        raise ModelError(f"separator {separator!r}: it is one of {', '.join(SEPARATORS)}")
    config = open_config(folder)
    architecture = ARCHITECTURES[(config.architectures or [""])[0]]
    _check_config(config, architecture, folder)
    tokenizer = open_fast_tokenizer(folder)
    padding = Padding(side="right", token=pad_token(tokenizer, folder))
    answers = None
    if architecture is Qwen3ForCausalLM:
        answers = (_answer_id(tokenizer, "no", folder), _answer_id(tokenizer, "yes", folder))
    model = open_network(architecture, folder)
    max_tokens = min(max_tokens, max_pair_tokens(tokenizer, config.max_position_embeddings))
    options = PromptOptions(instruction, SEPARATORS[separator])
    _check_room(tokenizer, options, max_tokens)
    languages, licence = card_metadata(folder)
    return Checkpoint(
        name=name,
        family="yes-no-decoder",
        network=YesNoDecoder(model.model, _head_row(model, answers), max_tokens).eval(),
        inputs=("input_ids", "attention_mask"),
        tokenizer=plain_tokenizer(tokenizer),
        prompt=Prompt(pieces=_pieces(options.separator), instruction=instruction),
        padding=padding,
        max_tokens=max_tokens,
        reference=_reference(model, tokenizer, answers, options, max_tokens),
        languages=languages,
        licence=licence,
    )


def _pieces(separator: str) -> tuple[str, ...]:
    """The prompt, cut where the tokenizer never merges: see runtime/tokenizer.py."""
    body = separator.join(("<Instruct>: {instruction}", "<Query>: {query}", "<Document>:"))
    return (PREFIX, body, " {document}", SUFFIX)


def _check_config(
    config: PretrainedConfig, architecture: type[PreTrainedModel], folder: Path
) -> None:
    if architecture is Qwen3ForSequenceClassification:
        check_one_label(config, folder)
    if unsupported := sorted(set(config.layer_types) - {"full_attention"}):
        raise ModelError(
            f"{folder}: its layers use {unsupported[0]}; a reranker's use full_attention"
        )
    if (rope_type := config.rope_parameters["rope_type"]) in LENGTH_DEPENDENT_ROPE:
        raise ModelError(
            f"{folder}: rope_type {rope_type!r} gives a token another position in a longer pair; "
            'set "default" in config.json'
        )


def _check_room(
    tokenizer: PreTrainedTokenizerFast, options: PromptOptions, max_tokens: int
) -> None:
    (prompt,) = framework_ids(tokenizer, [("", "")], options, sys.maxsize)
    if max_tokens < (needed := len(prompt) + MIN_PAIR_TOKENS):
        raise ModelError(
            f"max_tokens {max_tokens}: the prompt has {len(prompt)} tokens of its own; give at "
            f"least {needed}"
        )


def _answer_id(tokenizer: PreTrainedTokenizerFast, word: str, folder: Path) -> int:
    """The id of "yes" or "no", read from the tokenizer: only Qwen3's own has 9693 and 2152."""
    ids: list[int] = tokenizer(word, add_special_tokens=False).input_ids
    if len(ids) != 1 or tokenizer.convert_ids_to_tokens(ids) != [word]:
        raise ModelError(
            f"{folder}: its tokenizer has no single token {word!r}: a decoder that is no yes/no "
            "reranker cannot be exported"
        )
    return ids[0]


def _head_row(model: PreTrainedModel, answers: tuple[int, int] | None) -> Tensor:
    """The head's one row [hidden]: its product with the last state is logit(yes) - logit(no)."""
    if answers is None:
        return model.get_parameter("score.weight")[0]
    no, yes = answers
    # The embeddings themselves, where they are tied.
    weight = model.get_parameter("lm_head.weight")
    return weight[yes] - weight[no]


def _reference(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    answers: tuple[int, int] | None,
    options: PromptOptions,
    max_tokens: int,
) -> Callable[[Sequence[TextPair]], list[float]]:
    """Scoring as the model card's code for transformers does it, as a logit."""
    model.set_attn_implementation("sdpa")  # eager holds 4 GB of a layer's attention at 8,192 tokens
    tokenizer.padding_side = "left"

    @torch.no_grad()
    def logits(pairs: Sequence[TextPair]) -> list[float]:
        values: list[float] = []
        for start in range(0, len(pairs), REFERENCE_BATCH):
            ids = framework_ids(
                tokenizer, pairs[start : start + REFERENCE_BATCH], options, max_tokens
            )
            padded = tokenizer.pad({"input_ids": ids}, padding=True, return_tensors="pt")
            values += _framework_logits(model, tokenizer, answers, padded).tolist()
        return values

    return logits


def framework_ids(
    tokenizer: PreTrainedTokenizerFast,
    pairs: Sequence[TextPair],
    options: PromptOptions,
    max_tokens: int,
) -> list[list[int]]:
    """Token ids of each pair as the model card's code for transformers makes them."""
    instruction, separator = options
    prefix = tokenizer.encode(PREFIX, add_special_tokens=False)
    suffix = tokenizer.encode(SUFFIX, add_special_tokens=False)
    bodies = tokenizer(
        [
            f"<Instruct>: {instruction}{separator}<Query>: {query}{separator}<Document>: {document}"
            for query, document in pairs
        ],
        padding=False,
        truncation="longest_first",
        return_attention_mask=False,
        max_length=max_tokens - len(prefix) - len(suffix),
    ).input_ids
    return [[*prefix, *ids, *suffix] for ids in bodies]


def _framework_logits(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    answers: tuple[int, int] | None,
    padded: Any,
) -> Tensor:
    """Logits [batch] of left-padded inputs."""
    inputs = {name: padded[name] for name in ("input_ids", "attention_mask")}
    if answers is None:
        model.config.pad_token_id = tokenizer.pad_token_id  # without one it takes no batch
        return model(**inputs).logits[:, 0]
    last = model(**inputs, logits_to_keep=1).logits[:, -1, :]
    no, yes = torch.log_softmax(last[:, list(answers)], dim=1).unbind(1)
    return yes - no
