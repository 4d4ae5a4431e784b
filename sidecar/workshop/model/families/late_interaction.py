"""Checkpoints of `rerank-sidecar model fit-head`: an encoder that reads query and document apart,
and the fitted weights of their features."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from sidecar.errors import ModelError
from sidecar.runtime.manifest import TOKENIZER, TrainingSource
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.families.cosine_head_prompt import (
    Prefixes,
    padding_of,
    prefixes_of,
    prompt_of_texts,
    read_prefixes,
    write_prefixes,
)
from sidecar.workshop.model.families.late_interaction_network import (
    ARCHITECTURE,
    LateInteraction,
)
from sidecar.workshop.model.pretrained import (
    COPY_AGAIN,
    TRAINING_SUMMARY,
    first_line,
    open_tokenizer,
    training_summary,
)
from sidecar.workshop.model.text_pair import TextPair

INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def accepts(architecture: str, folder: Path) -> bool:
    """Whether `config.json` names such a network."""
    return architecture == ARCHITECTURE


def open_folder(folder: Path, name: str, *, max_tokens: int | None = None) -> Checkpoint:
    """The checkpoint in `folder`; `max_tokens` lowers the encoder's own limit.

    Raises ModelError when its fitting has not ended, or a file is missing or damaged.
    """
    summary = training_summary(folder)
    if not summary:
        raise ModelError(
            f"{folder} has no {TRAINING_SUMMARY}: its fitting has not ended; run the same "
            "`rerank-sidecar model fit-head` again"
        )
    network, tokenizer = open_network_of(folder), open_tokenizer(folder)
    return make_checkpoint(network, tokenizer, name, read_prefixes(folder), summary, max_tokens)


def open_network_of(folder: Path) -> LateInteraction:
    """The network in `folder`, whose fitting may not have ended. Raises ModelError when a file is
    missing or damaged, or a feature unknown."""
    try:
        return LateInteraction.open(folder)
    except ModelError as fault:
        raise ModelError(f"{folder}: {fault.message}") from None
    except Exception as fault:  # safetensors' own classes, torch's
        raise ModelError(
            f"{folder}: the checkpoint cannot be read ({first_line(fault)}): {COPY_AGAIN}"
        ) from None


def make_checkpoint(
    network: LateInteraction,
    tokenizer: Tokenizer,
    name: str,
    prefixes: Prefixes,
    summary: dict[str, Any] | None = None,
    max_tokens: int | None = None,
) -> Checkpoint:
    """The Checkpoint of such a network; `summary` is the one of its fitting, if it has ended.

    Raises ModelError when the tokenizer does not put one mark before a text and one behind it.
    """
    tokenizer.no_padding()
    tokenizer.no_truncation()
    summary = summary or {}
    limit = min(network.encoder.config.max_position_embeddings, max_tokens or sys.maxsize)
    checkpoint = Checkpoint(
        name=name,
        family="cross-encoder",
        network=network,
        inputs=INPUTS,
        tokenizer=tokenizer,
        prompt=prompt_of_texts(tokenizer, prefixes),
        padding=padding_of(tokenizer),
        max_tokens=limit,
        reference=lambda pairs: [],
        languages=tuple(summary.get("languages") or ()),
        licence=summary.get("licence") or "",
        temperature=summary.get("temperature", 1.0),
        bias=summary.get("bias", 0.0),
        training_sources=tuple(TrainingSource(**row) for row in summary.get("collections", ())),
        save=_save,
    )
    return replace(checkpoint, reference=_reference(network, checkpoint))


def count_prefix_pieces(tokenizer: Tokenizer, prefixes: Prefixes) -> tuple[int, int]:
    """The pieces of the query's and of the document's prefix. A space at its end is a part of the
    text's first piece."""
    query, passage = (
        len(tokenizer.encode(prefix.strip(), add_special_tokens=False).ids)
        for prefix in (prefixes.query, prefixes.passage)
    )
    return query, passage


def _save(checkpoint: Checkpoint, folder: Path) -> None:
    checkpoint.network.save(folder)
    write_prefixes(prefixes_of(checkpoint.prompt), folder)
    checkpoint.tokenizer.save(str(folder / TOKENIZER))


def _reference(
    network: LateInteraction, checkpoint: Checkpoint
) -> Callable[[Sequence[TextPair]], list[float]]:
    """Each text alone through the encoder, without a mask."""
    pair_tokenizer = checkpoint.pair_tokenizer()

    def states(ids: torch.Tensor) -> tuple[torch.Tensor, ...]:
        result: tuple[torch.Tensor, ...] = network.encoder(
            input_ids=ids, output_hidden_states=True
        ).hidden_states
        return result

    @torch.no_grad()
    def logit(query: str, document: str) -> float:
        pair = pair_tokenizer.whole(pair_tokenizer.query(query), document)
        assert pair.segments is not None
        ids, types = torch.from_numpy(pair.ids)[None], torch.from_numpy(pair.segments)[None]
        length = int((types == 0).sum())
        both = zip(states(ids[:, :length]), states(ids[:, length:]), strict=True)
        layers = tuple(torch.cat(parts, 1) for parts in both)
        values = network.compare(ids, torch.ones_like(ids), types, layers)
        return float((values * network.weight).sum() + network.bias)

    return lambda pairs: [logit(query, document) for query, document in pairs]
