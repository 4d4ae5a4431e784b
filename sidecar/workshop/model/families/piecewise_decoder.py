"""Decoders whose publishers tokenise each piece of the prompt alone, as this project does.

    mixedbread-ai/mxbai-rerank-base-v2, -large-v2   Qwen2ForCausalLM, answers "1" or "0"
    BAAI/bge-reranker-v2-gemma                      GemmaForCausalLM, the logit of "Yes"

The prompts are those of the packages `mxbai-rerank` and `FlagEmbedding`, token for token. A score
is the logit's sigmoid, without mxbai's scaling to an estimated maximum.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from transformers import (
    GemmaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen2ForCausalLM,
)

from sidecar.errors import ModelError
from sidecar.runtime.manifest import DOCUMENT, SLOTS, Prompt
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.families.decoder_answers import (
    answer_id,
    answering_checkpoint,
    check_layers,
)
from sidecar.workshop.model.pretrained import (
    max_pair_tokens,
    open_config,
    open_fast_tokenizer,
    open_network,
)
from sidecar.workshop.model.text_pair import TextPair

SEPARATOR = "\n"
_SLOT = re.compile("|".join(map(re.escape, SLOTS)))


@dataclass(frozen=True)
class Published:
    """How a publisher asks, and reads the answer."""

    network: type[PreTrainedModel]
    prefix: str
    """"{bos}" is the tokenizer's own token."""
    query: str
    document: str
    task: tuple[str, ...]
    """Pieces behind the document."""
    yes: str
    no: str | None
    """None: the logit is that of `yes` alone."""
    instruction: str | None
    """Text before the query where there is an instruction; None: the model takes none."""
    max_tokens: int


MXBAI = Published(
    network=Qwen2ForCausalLM,
    prefix="<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful "
    "assistant.<|im_end|>\n<|im_start|>user\n",
    query="query: {query}",
    document="document: {document}",
    task=(
        "You are a search relevance expert who evaluates how well documents match search queries. "
        "For each query-document pair, carefully analyze the semantic relationship between them, "
        "then provide your binary relevance judgment (0 for not relevant, 1 for relevant).\n"
        "Relevance:",
        "<|im_end|>\n<|im_start|>assistant\n",
    ),
    yes="1",
    no="0",
    instruction="instruction: {instruction}\n",
    max_tokens=8192,
)
BGE_GEMMA = Published(
    network=GemmaForCausalLM,
    prefix="{bos}",
    query="A: {query}",
    document="B: {document}",
    task=(
        "Given a query A and a passage B, determine whether the passage contains an answer to the "
        "query by providing a prediction of either 'Yes' or 'No'.",
    ),
    yes="Yes",
    no=None,
    instruction=None,
    max_tokens=1024,
)
PUBLISHED = {one.network.__name__: one for one in (MXBAI, BGE_GEMMA)}


def accepts(architecture: str, folder: Path) -> bool:
    """Whether this family opens a folder whose config.json names the architecture."""
    return architecture in PUBLISHED


def open_folder(
    folder: Path, name: str, *, instruction: str | None = None, max_tokens: int | None = None
) -> Checkpoint:
    """The reranker in a Hugging Face folder; `max_tokens` takes the place of its publisher's limit.

    With an `instruction` the prompt has a part for it, with this default; without one it has none,
    as published. Raises ModelError: an answer that is not one token, an instruction that the
    prompt has no place for, an attention or RoPE that the network does not implement, a limit too
    low for the prompt, or a file that is missing, damaged or does not fit.
    """
    config = open_config(folder)
    check_layers(config, folder)
    published = PUBLISHED[config.architectures[0]]
    if instruction is not None and published.instruction is None:
        raise ModelError(f"{folder} is a model without instruction: leave that option out")
    tokenizer = open_fast_tokenizer(folder)
    no = None if published.no is None else answer_id(tokenizer, published.no, folder)
    positions = max_pair_tokens(tokenizer, config.max_position_embeddings)
    pieces = _pieces(published, tokenizer, instruction)
    return answering_checkpoint(
        folder,
        name,
        open_network(published.network, folder),
        tokenizer,
        Prompt(pieces=pieces, instruction=instruction),
        (no, answer_id(tokenizer, published.yes, folder)),
        lambda pairs, limit: [
            framework_ids(tokenizer, pieces, pair, instruction, limit) for pair in pairs
        ],
        min(max_tokens or published.max_tokens, positions),
    )


def _pieces(
    published: Published, tokenizer: PreTrainedTokenizerFast, instruction: str | None
) -> tuple[str, ...]:
    prefix = published.prefix.replace("{bos}", tokenizer.bos_token or "")
    query = published.query
    if instruction is not None and published.instruction is not None:
        query = published.instruction + query
    return (prefix, query, SEPARATOR, published.document, SEPARATOR, *published.task)


def framework_ids(
    tokenizer: PreTrainedTokenizerFast,
    pieces: Sequence[str],
    pair: TextPair,
    instruction: str | None,
    max_tokens: int,
) -> list[int]:
    """A pair's ids as the publishers' packages make them. Only the document is cut."""
    query, document = pair
    texts = {"{query}": query, DOCUMENT: document, "{instruction}": instruction or ""}
    filled = [_SLOT.sub(lambda slot: texts[slot[0]], piece) for piece in pieces]
    ids = [tokenizer.encode(piece, add_special_tokens=False) for piece in filled]
    place = next(index for index, piece in enumerate(pieces) if DOCUMENT in piece)
    room = max_tokens - sum(len(part) for index, part in enumerate(ids) if index != place)
    ids[place] = ids[place][: max(0, room)]
    return [token for part in ids for token in part]
