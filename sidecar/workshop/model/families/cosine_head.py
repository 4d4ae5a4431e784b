"""Our own checkpoint, as `rerank-sidecar model train` writes it (`network.py`)."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from sidecar.errors import ModelError
from sidecar.runtime.manifest import DOCUMENT, TOKENIZER, Padding, Prompt
from sidecar.runtime.manifest import TrainingSource as Collection
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.families.cosine_head_network import CrossEncoder
from sidecar.workshop.model.pretrained import (
    COPY_AGAIN,
    TRAINING_SUMMARY,
    first_line,
    training_summary,
)
from sidecar.workshop.model.text_pair import TextPair

PROMPT = Prompt(pieces=("[CLS]", "{query}", "[SEP]", DOCUMENT, "[SEP]"), segments=(0, 0, 0, 1, 1))


def accepts(architecture: str) -> bool:
    """A bare encoder: our head is not in the architecture's name."""
    return architecture in ("", "BertModel")


def open_folder(folder: Path, name: str, *, max_tokens: int | None = None) -> Checkpoint:
    """The checkpoint in `folder`; `max_tokens` lowers the encoder's own limit.

    Raises ModelError when it is an encoder without a head, or a file is missing or damaged.
    """
    summary = _summary(folder)
    try:
        network = CrossEncoder.open(folder)
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as fault:  # safetensors' and tokenizers' own classes
        raise ModelError(
            f"{folder}: the checkpoint cannot be read ({first_line(fault)}): {COPY_AGAIN}"
        ) from None
    return make_checkpoint(network, tokenizer, name, summary, max_tokens)


def make_checkpoint(
    network: CrossEncoder,
    tokenizer: Tokenizer,
    name: str,
    summary: dict[str, Any] | None = None,
    max_tokens: int | None = None,
) -> Checkpoint:
    """The Source of a network of ours; `summary` is its training's, when it has had one."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    known = summary or {}
    limit = min(network.encoder.config.max_position_embeddings, max_tokens or sys.maxsize)
    return Checkpoint(
        name=name,
        family="cross-encoder",
        network=network,
        inputs=("input_ids", "attention_mask", "token_type_ids"),
        tokenizer=tokenizer,
        prompt=PROMPT,
        padding=Padding(token="[PAD]"),
        max_tokens=limit,
        reference=_reference(network, tokenizer, limit),
        languages=tuple(known.get("languages") or ("en",)),
        licence=known.get("licence") or "Apache-2.0",
        temperature=known.get("temperature", 1.0),
        bias=known.get("bias", 0.0),
        collections=tuple(Collection(**row) for row in known.get("collections", ())),
        config=network.encoder.config.to_json_string(),
    )


def _summary(folder: Path) -> dict[str, Any]:
    if summary := training_summary(folder):
        return summary
    raise ModelError(
        f"{folder} is an encoder without a head that gives one logit, or a training that has not "
        f"ended (no {TRAINING_SUMMARY}): `rerank-sidecar model train` makes a reranker of it"
    )


def _reference(
    network: CrossEncoder, tokenizer: Tokenizer, limit: int
) -> Callable[[Sequence[TextPair]], list[float]]:
    """Each pair alone, its ids put together as in training."""
    first, last = (tokenizer.token_to_id(mark) for mark in ("[CLS]", "[SEP]"))
    if first is None or last is None:
        raise ModelError("the tokenizer has no [CLS] or no [SEP]: it is not BERT's")

    @torch.no_grad()
    def logit(query: str, document: str) -> float:
        left = [first, *tokenizer.encode(query, add_special_tokens=False).ids, last]
        right = tokenizer.encode(document, add_special_tokens=False).ids
        right = [*right[: limit - len(left) - 1], last]
        ids = torch.tensor([left + right])
        types = torch.tensor([[0] * len(left) + [1] * len(right)])
        return float(network(ids, torch.ones_like(ids), types))

    return lambda pairs: [logit(query, document) for query, document in pairs]
