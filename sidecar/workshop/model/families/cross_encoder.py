"""Hugging Face sequence classifiers with one logit: BERT, RoBERTa, XLM-R, ModernBERT and others.

    BAAI/bge-reranker-v2-m3                  XLMRobertaForSequenceClassification
    Alibaba-NLP/gte-reranker-modernbert-base ModernBertForSequenceClassification
    cross-encoder/ms-marco-MiniLM-L6-v2      BertForSequenceClassification

The prompt is read from the tokenizer's own pair template. A score is always the logit's sigmoid,
whether sentence-transformers' config asks for that or for the raw logit.
"""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import torch
import transformers
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerFast

from sidecar.runtime.manifest import DOCUMENT, TOKENIZER, Padding, Prompt, TrainingSource
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.pretrained import (
    card_metadata,
    check_one_label,
    max_pair_tokens,
    open_config,
    open_fast_tokenizer,
    open_network,
    pad_token,
    plain_tokenizer,
    training_summary,
)
from sidecar.workshop.model.text_pair import TextPair

ARCHITECTURES = {
    f"{name}ForSequenceClassification"
    for name in (
        *("Bert", "Electra", "DistilBert", "DebertaV2", "ModernBert"),
        *("Roberta", "XLMRoberta", "Camembert", "MPNet"),
    )
}
ROBERTA_LIKE = {"roberta", "xlm-roberta", "camembert", "mpnet"}
"""Model types whose positions begin after the padding token's id (514 positions hold 512 tokens),
and whose tokenizers give no token types, even where the network could read them."""
REFERENCE_BATCH = 8
"""Pairs per batch of the framework's own scoring."""


def accepts(architecture: str) -> bool:
    """Whether this family opens a folder whose config.json names the architecture."""
    return architecture in ARCHITECTURES


def open_folder(folder: Path, name: str, *, max_tokens: int | None = None) -> Checkpoint:
    """The reranker in a Hugging Face folder; `max_tokens` lowers the model's own limit.

    Raises ModelError: several labels, or a file that is missing, damaged or does not fit.
    """
    config = open_config(folder)
    check_one_label(config, folder)
    network_class: type[PreTrainedModel] = getattr(transformers, config.architectures[0])
    framework_tokenizer = open_fast_tokenizer(folder)
    padding = Padding(token=pad_token(framework_tokenizer, folder))
    network = open_network(network_class, folder)
    inputs = _inputs(network)
    tokenizer = plain_tokenizer(framework_tokenizer)
    max_tokens = min(
        max_pair_tokens(framework_tokenizer, _positions(config)), max_tokens or sys.maxsize
    )
    languages, licence = card_metadata(folder)
    summary = training_summary(folder)
    return Checkpoint(
        name=name,
        family="cross-encoder",
        network=OneLogit(network, inputs).eval(),
        inputs=inputs,
        tokenizer=tokenizer,
        prompt=read_prompt(tokenizer, with_segments="token_type_ids" in inputs),
        padding=padding,
        max_tokens=max_tokens,
        reference=_reference(network, framework_tokenizer, inputs, max_tokens),
        languages=languages,
        licence=licence,
        temperature=summary.get("temperature", 1.0),
        bias=summary.get("bias", 0.0),
        training_sources=tuple(TrainingSource(**row) for row in summary.get("collections", ())),
        save=partial(_save, folder),
    )


def _save(source_folder: Path, checkpoint: Checkpoint, folder: Path) -> None:
    checkpoint.network.model.save_pretrained(folder)
    open_fast_tokenizer(source_folder).save_pretrained(folder)  # for its configuration
    checkpoint.tokenizer.save(str(folder / TOKENIZER))


class OneLogit(nn.Module):
    """The framework's network with positional arguments and logits of shape [batch]."""

    def __init__(self, model: PreTrainedModel, inputs: tuple[str, ...]) -> None:
        super().__init__()
        self.model = model
        self._inputs = inputs

    def forward(self, *values: Tensor) -> Tensor:
        arguments = dict(zip(self._inputs, values, strict=True))
        logits: Tensor = self.model(**arguments).logits
        return logits.squeeze(-1)


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


def _inputs(network: PreTrainedModel) -> tuple[str, ...]:
    """Token types are an input where the tokenizer gives them and the network has two of them."""
    config = network.config
    has_token_types = (
        getattr(config, "type_vocab_size", 0) > 1 and config.model_type not in ROBERTA_LIKE
    )
    return ("input_ids", "attention_mask", *(["token_type_ids"] if has_token_types else []))


def _positions(config: PretrainedConfig) -> int:
    positions = int(config.max_position_embeddings)
    return positions - config.pad_token_id - 1 if config.model_type in ROBERTA_LIKE else positions


def _reference(
    network: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    inputs: tuple[str, ...],
    max_tokens: int,
) -> Callable[[Sequence[TextPair]], list[float]]:
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
            output = network(**{name: encoded[name] for name in inputs})
            values += output.logits.squeeze(-1).tolist()
        return values

    return logits
