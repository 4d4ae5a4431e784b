"""Hugging Face sequence classifiers with one logit: BERT, RoBERTa, XLM-R, ModernBERT and others.

    BAAI/bge-reranker-v2-m3                  XLMRobertaForSequenceClassification
    Alibaba-NLP/gte-reranker-modernbert-base ModernBertForSequenceClassification
    cross-encoder/ms-marco-MiniLM-L6-v2      BertForSequenceClassification

The prompt is read from the tokenizer's own pair template. A score is always the logit's sigmoid,
whether sentence-transformers' config asks for that or for the raw logit.
"""

from pathlib import Path

import transformers
from torch import Tensor, nn
from transformers import PreTrainedModel

from sidecar.runtime.manifest import TOKENIZER
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.families.sequence_pairs import (
    ENCODERS,
    network_inputs,
    pair_checkpoint,
)
from sidecar.workshop.model.pretrained import (
    check_one_label,
    open_config,
    open_fast_tokenizer,
    open_network,
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
    network = open_network(network_class, folder)
    inputs = network_inputs(network)
    one_logit = OneLogit(network, inputs)
    return pair_checkpoint(
        folder, name, config, one_logit, inputs, max_tokens=max_tokens, save=_save
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
