"""Qwen3-Reranker: a decoder that answers "yes" or "no", as published or converted to one label.

    Qwen/Qwen3-Reranker-0.6B, -4B, -8B              Qwen3ForCausalLM
    tomaarsen/Qwen3-Reranker-0.6B-seq-cls and kin   Qwen3ForSequenceClassification

The prompt is the model card's, token for token. Its two official forms differ in what separates
instruction, query and document: a line feed in the code for transformers, an empty line in the code
for vLLM and in the evaluation behind the published scores. `separator` chooses.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from transformers import (
    PretrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen3ForCausalLM,
    Qwen3ForSequenceClassification,
)

from sidecar.errors import ModelError
from sidecar.runtime.manifest import Prompt
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.families.decoder_answers import (
    answer_id,
    answering_checkpoint,
    check_layers,
)
from sidecar.workshop.model.pretrained import (
    check_one_label,
    max_pair_tokens,
    open_config,
    open_fast_tokenizer,
    open_network,
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
SEPARATORS = {"line": "\n", "blank-line": "\n\n"}
ARCHITECTURES = {kind.__name__: kind for kind in (Qwen3ForCausalLM, Qwen3ForSequenceClassification)}


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
    answers = None
    if architecture is Qwen3ForCausalLM:
        answers = (answer_id(tokenizer, "no", folder), answer_id(tokenizer, "yes", folder))
    options = PromptOptions(instruction, SEPARATORS[separator])
    return answering_checkpoint(
        folder,
        name,
        open_network(architecture, folder),
        tokenizer,
        Prompt(pieces=_pieces(options.separator), instruction=instruction),
        answers,
        lambda pairs, limit: framework_ids(tokenizer, pairs, options, limit),
        min(max_tokens, max_pair_tokens(tokenizer, config.max_position_embeddings)),
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
    check_layers(config, folder)


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
