"""Qwen3-Reranker: a decoder that answers "yes" or "no", as published or converted to one label.

    Qwen/Qwen3-Reranker-0.6B, -4B, -8B              Qwen3ForCausalLM
    tomaarsen/Qwen3-Reranker-0.6B-seq-cls and kin   Qwen3ForSequenceClassification

The prompt is the model card's, token for token. Its two official forms disagree on what stands
between instruction, query and document: a line feed in the code for transformers, an empty line in
the code for vLLM and in the evaluation that gave the published scores. `separator` says which.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

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
"""What the published code reads of a pair, and what was benchmarked: of the 32K that the card
names, nobody measured the rest."""
ROOM = 128
"""Fewer tokens than this for a query and a document would be no reranker."""
REFERENCE_PAIRS = 4
"""Pairs of one run of the framework's own scoring."""

SEPARATORS = {"line": "\n", "blank-line": "\n\n"}
ARCHITECTURES = {kind.__name__: kind for kind in (Qwen3ForCausalLM, Qwen3ForSequenceClassification)}
CHANGING = ("dynamic", "longrope")
"""RoPE whose angles change with the pair's length."""


def accepts(architecture: str) -> bool:
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
    """The reranker in a Hugging Face folder; `instruction` is what a request without one gets.

    Raises ModelError: several labels, no single token for yes or no, an attention that the network
    does not know, a separator that nobody uses, or a file that is missing, damaged or does not fit.
    """
    if separator not in SEPARATORS:
        raise ModelError(f"separator {separator!r}: it is one of {', '.join(SEPARATORS)}")
    config = open_config(folder)
    architecture = ARCHITECTURES[(config.architectures or [""])[0]]
    _check(config, architecture, folder)
    tokenizer = open_fast_tokenizer(folder)
    padding = Padding(side="right", token=pad_token(tokenizer, folder))
    answers = None
    if architecture is Qwen3ForCausalLM:
        answers = (_token(tokenizer, "no", folder), _token(tokenizer, "yes", folder))
    model = open_network(architecture, folder)
    max_tokens = min(max_tokens, max_pair_tokens(tokenizer, config.max_position_embeddings))
    between = SEPARATORS[separator]
    _check_room(tokenizer, (instruction, between), max_tokens)
    languages, licence = card_metadata(folder)
    return Checkpoint(
        name=name,
        family="yes-no-decoder",
        network=YesNoDecoder(model.model, _row(model, answers), max_tokens).eval(),
        inputs=("input_ids", "attention_mask"),
        tokenizer=plain_tokenizer(tokenizer),
        prompt=Prompt(pieces=_pieces(between), instruction=instruction),
        padding=padding,
        max_tokens=max_tokens,
        reference=_reference(model, tokenizer, answers, (instruction, between), max_tokens),
        languages=languages,
        licence=licence,
    )


def _pieces(separator: str) -> tuple[str, ...]:
    """Cut where the tokenizer never merges: see engine/tokenizer.py."""
    body = separator.join(("<Instruct>: {instruction}", "<Query>: {query}", "<Document>:"))
    return (PREFIX, body, " {document}", SUFFIX)


def _check(config: PretrainedConfig, architecture: type[PreTrainedModel], folder: Path) -> None:
    if architecture is Qwen3ForSequenceClassification:
        check_one_label(config, folder)
    if other := sorted(set(config.layer_types) - {"full_attention"}):
        raise ModelError(f"{folder}: its layers use {other[0]}; a reranker's use full_attention")
    if (kind := config.rope_parameters["rope_type"]) in CHANGING:
        raise ModelError(
            f"{folder}: rope_type {kind!r} gives a token another position in a longer pair; set "
            '"default" in config.json'
        )


def _check_room(
    tokenizer: PreTrainedTokenizerFast, asked: tuple[str, str], max_tokens: int
) -> None:
    (prompt,) = reference_ids(tokenizer, [("", "")], asked, sys.maxsize)
    if max_tokens < (least := len(prompt) + ROOM):
        raise ModelError(
            f"max_tokens {max_tokens}: the prompt has {len(prompt)} tokens of its own; give at "
            f"least {least}"
        )


def _token(tokenizer: PreTrainedTokenizerFast, word: str, folder: Path) -> int:
    """The word's id, from the tokenizer: it is 9693 (yes) or 2152 (no) in Qwen3's own only."""
    ids: list[int] = tokenizer(word, add_special_tokens=False).input_ids
    if len(ids) != 1 or tokenizer.convert_ids_to_tokens(ids) != [word]:
        raise ModelError(
            f"{folder}: its tokenizer has no single token {word!r}: a decoder that is no yes/no "
            "reranker cannot be exported"
        )
    return ids[0]


def _row(model: PreTrainedModel, answers: tuple[int, int] | None) -> Tensor:
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
    asked: tuple[str, str],
    max_tokens: int,
) -> Callable[[Sequence[TextPair]], list[float]]:
    """Scoring as the model card's code for transformers does it, as a logit.

    `asked` is (instruction, separator).
    """
    model.set_attn_implementation("sdpa")  # eager holds 4 GB of a layer's attention at 8,192 tokens
    tokenizer.padding_side = "left"

    @torch.no_grad()
    def logits(pairs: Sequence[TextPair]) -> list[float]:
        found: list[float] = []
        for start in range(0, len(pairs), REFERENCE_PAIRS):
            ids = reference_ids(
                tokenizer, pairs[start : start + REFERENCE_PAIRS], asked, max_tokens
            )
            padded = tokenizer.pad({"input_ids": ids}, padding=True, return_tensors="pt")
            found += _framework_logits(model, tokenizer, answers, padded).tolist()
        return found

    return logits


def reference_ids(
    tokenizer: PreTrainedTokenizerFast,
    pairs: Sequence[TextPair],
    asked: tuple[str, str],
    max_tokens: int,
) -> list[list[int]]:
    """Ids of each pair as the model card's code for transformers makes them."""
    instruction, between = asked
    prefix = tokenizer.encode(PREFIX, add_special_tokens=False)
    suffix = tokenizer.encode(SUFFIX, add_special_tokens=False)
    bodies = tokenizer(
        [
            f"<Instruct>: {instruction}{between}<Query>: {query}{between}<Document>: {document}"
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
