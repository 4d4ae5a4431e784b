"""Checkpoints of `rerank-sidecar model train`: a BERT encoder with a linear and a cosine head."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from sidecar.errors import ModelError
from sidecar.runtime.manifest import TOKENIZER, Prompt, TrainingSource
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.families.cosine_head_network import CrossEncoder
from sidecar.workshop.model.families.cosine_head_prompt import (
    NO_PREFIXES,
    Prefixes,
    padding_of,
    prefixes_of,
    prompt_of,
    read_prefixes,
    write_prefixes,
)
from sidecar.workshop.model.pretrained import (
    COPY_AGAIN,
    TRAINING_SUMMARY,
    first_line,
    training_summary,
)
from sidecar.workshop.model.text_pair import TextPair


def accepts(architecture: str, folder: Path) -> bool:
    """Whether it is a bare encoder: `config.json` does not name the head."""
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
    return make_checkpoint(
        network, tokenizer, name, summary, max_tokens, prefixes=read_prefixes(folder)
    )


def make_checkpoint(
    network: CrossEncoder,
    tokenizer: Tokenizer,
    name: str,
    summary: dict[str, Any] | None = None,
    max_tokens: int | None = None,
    *,
    prefixes: Prefixes = NO_PREFIXES,
) -> Checkpoint:
    """The Checkpoint of such a network; `summary` is the one of its last training, if any.

    Raises ModelError when the tokenizer is neither BERT's nor XLM-R's.
    """
    tokenizer.no_padding()
    tokenizer.no_truncation()
    prompt = prompt_of(tokenizer, prefixes)
    summary = summary or {}
    limit = min(network.encoder.config.max_position_embeddings, max_tokens or sys.maxsize)
    return Checkpoint(
        name=name,
        family="cross-encoder",
        network=network,
        inputs=("input_ids", "attention_mask", "token_type_ids"),
        tokenizer=tokenizer,
        prompt=prompt,
        padding=padding_of(tokenizer),
        max_tokens=limit,
        reference=_reference(network, tokenizer, prompt, limit),
        languages=tuple(summary.get("languages") or ("en",)),
        licence=summary.get("licence") or "Apache-2.0",
        temperature=summary.get("temperature", 1.0),
        bias=summary.get("bias", 0.0),
        training_sources=tuple(TrainingSource(**row) for row in summary.get("collections", ())),
        config=network.encoder.config.to_json_string(),
        save=_save,
    )


def _save(checkpoint: Checkpoint, folder: Path) -> None:
    checkpoint.network.save(folder)
    write_prefixes(prefixes_of(checkpoint.prompt), folder)
    checkpoint.tokenizer.save(str(folder / TOKENIZER))


def _summary(folder: Path) -> dict[str, Any]:
    if summary := training_summary(folder):
        return summary
    raise ModelError(
        f"{folder} is an encoder without a head that gives one logit, or a training that has not "
        f"ended (no {TRAINING_SUMMARY}): `rerank-sidecar model train` makes a reranker of it, and "
        "the option --pooling an encoder of texts"
    )


def _reference(
    network: CrossEncoder, tokenizer: Tokenizer, prompt: Prompt, limit: int
) -> Callable[[Sequence[TextPair]], list[float]]:
    """Each pair alone, its ids put together as in training."""
    first, _, last, _, _ = (tokenizer.token_to_id(piece) for piece in prompt.pieces)
    prefixes = prefixes_of(prompt)

    def ids(text: str) -> list[int]:
        return tokenizer.encode(text, add_special_tokens=False).ids

    @torch.no_grad()
    def logit(query: str, document: str) -> float:
        left = [first, *ids(prefixes.query + query), last]
        right = [*ids(prefixes.passage + document)[: limit - len(left) - 1], last]
        row = torch.tensor([left + right])
        types = torch.tensor([[0] * len(left) + [1] * len(right)])
        return float(network(row, torch.ones_like(row), types))

    return lambda pairs: [logit(query, document) for query, document in pairs]
