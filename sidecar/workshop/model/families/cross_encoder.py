"""Hugging Face sequence classifiers with one logit: BERT, RoBERTa, XLM-R, ModernBERT and others.

    BAAI/bge-reranker-v2-m3                  XLMRobertaForSequenceClassification
    Alibaba-NLP/gte-reranker-modernbert-base ModernBertForSequenceClassification
    cross-encoder/ms-marco-MiniLM-L6-v2      BertForSequenceClassification

The prompt is read from the tokenizer's own pair template. A score is always the logit's sigmoid,
whether sentence-transformers' config asks for that or for the raw logit.
"""

import sys
from functools import partial
from pathlib import Path

import transformers
from torch import Tensor, nn
from transformers import PreTrainedModel

from sidecar.runtime.manifest import TOKENIZER, Padding, TrainingSource
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.families.sequence_pairs import (
    ENCODERS,
    framework_logits,
    network_inputs,
    position_count,
    read_prompt,
)
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

ARCHITECTURES = {f"{name}ForSequenceClassification" for name in ENCODERS}


def accepts(architecture: str, folder: Path) -> bool:
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
    inputs = network_inputs(network)
    tokenizer = plain_tokenizer(framework_tokenizer)
    max_tokens = min(
        max_pair_tokens(framework_tokenizer, position_count(config)), max_tokens or sys.maxsize
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
        reference=framework_logits(
            lambda encoded: network(**{name: encoded[name] for name in inputs}).logits.squeeze(-1),
            framework_tokenizer,
            max_tokens,
        ),
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
