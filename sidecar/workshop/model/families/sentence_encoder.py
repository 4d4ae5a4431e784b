"""Sentence encoders: texts to vectors, for the first stage of a search.

    sentence-transformers/all-MiniLM-L6-v2   BertModel, Pooling (mean), Normalize
    intfloat/e5-small-v2                     BertModel, Pooling (mean), Normalize, two prefixes
    BAAI/bge-small-en-v1.5                   BertModel, Pooling (cls), Normalize, a query's prefix

A folder of sentence-transformers names its modules in `modules.json` and its prefixes in
`config_sentence_transformers.json`; for a bare encoder `--pooling` says what its vectors are. The
prompt is the tokenizer's own template of one text.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
import transformers
from pydantic import ValidationError
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from sidecar.errors import ModelError, first_fault
from sidecar.runtime.encoding import Encoding
from sidecar.runtime.families import ENCODER
from sidecar.runtime.manifest import Padding
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.families.modular_network import (
    HEAD_MODULES,
    POOLINGS,
    Pooling,
    read_module,
)
from sidecar.workshop.model.families.module_list import (
    ModuleEntry,
    is_cross_encoder,
    read_modules,
    read_object,
)
from sidecar.workshop.model.families.sentence_encoder_settings import (
    check_case,
    max_text_tokens,
    read_matryoshka,
    read_prefixes,
    read_text_prompt,
)
from sidecar.workshop.model.families.sequence_pairs import (
    ENCODERS,
    REFERENCE_BATCH,
    network_inputs,
    position_count,
)
from sidecar.workshop.model.pretrained import (
    CONFIG,
    card_metadata,
    max_pair_tokens,
    open_config,
    open_fast_tokenizer,
    open_network,
    pad_token,
    plain_tokenizer,
)
from sidecar.workshop.model.text_pair import TextPair

ARCHITECTURES = {f"{name}Model" for name in ENCODERS}


def accepts(architecture: str, folder: Path) -> bool:
    """Whether the folder's modules begin with such an encoder and pool its states."""
    kinds = [entry.kind for entry in read_modules(folder)]
    return architecture in ARCHITECTURES and "Pooling" in kinds and not is_cross_encoder(folder)


def open_folder(
    folder: Path,
    name: str,
    *,
    max_tokens: int | None = None,
    pooling: str | None = None,
    query_prefix: str | None = None,
    document_prefix: str | None = None,
    matryoshka: str | None = None,
) -> Checkpoint:
    """The encoder in the folder; `max_tokens` lowers its own limit.

    `pooling` ("mean", "cls" or "lasttoken") is for a folder without modules. The prefixes replace
    those of the folder's settings. `matryoshka` has the smaller sizes that it was trained for,
    separated by commas, where `config.json` does not list them. Raises ModelError: a module that is
    not known here, a size that is no number, or a file that is missing, damaged or does not fit.
    """
    config = open_config(folder)
    architecture = (config.architectures or [""])[0]
    if architecture not in ARCHITECTURES:
        raise ModelError(
            f"{folder}: {architecture or 'an unnamed network'} is no encoder of texts: "
            "docs/embeddings.md has the table of those that can be exported"
        )
    head = _head(folder, pooling)
    network_class: type[PreTrainedModel] = getattr(transformers, architecture)
    encoder = open_network(network_class, folder)
    inputs = network_inputs(encoder)
    network = SentenceNetwork(encoder, head, inputs).eval()
    framework_tokenizer = open_fast_tokenizer(folder)
    tokenizer = plain_tokenizer(framework_tokenizer)
    check_case(folder, tokenizer)
    limit = min(
        max_pair_tokens(framework_tokenizer, position_count(config)),
        max_text_tokens(folder),
        max_tokens or sys.maxsize,
    )
    encoding = _encoding(
        folder,
        dimensions=_dimensions(folder, network),
        pooling=_modes(head),
        prefixes=read_prefixes(folder, {"query": query_prefix, "document": document_prefix}),
        matryoshka=read_matryoshka(folder, matryoshka),
    )
    languages, licence = card_metadata(folder)
    return Checkpoint(
        name=name,
        family=ENCODER,
        network=network,
        inputs=inputs,
        tokenizer=tokenizer,
        prompt=read_text_prompt(tokenizer, with_segments="token_type_ids" in inputs),
        padding=Padding(token=pad_token(framework_tokenizer, folder)),
        max_tokens=limit,
        reference=_framework_cosines(network, inputs, framework_tokenizer, limit, encoding),
        encoding=encoding,
        languages=languages,
        licence=licence,
    )


class SentenceNetwork(nn.Module):
    """(vectors [batch, dimensions], last states [batch, tokens, width]) of an encoder; the first
    module of its head pools the states."""

    def __init__(
        self, encoder: PreTrainedModel, head: list[nn.Module], inputs: tuple[str, ...]
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.ModuleList(head)
        self.inputs = inputs

    def forward(self, *values: Tensor) -> tuple[Tensor, Tensor]:
        arguments = dict(zip(self.inputs, values, strict=True))
        states: Tensor = self.encoder(**arguments).last_hidden_state
        pooling, *others = self.head
        vectors: Tensor = pooling(states, arguments["attention_mask"])
        for module in others:
            vectors = module(vectors)
        return vectors, states


def _head(folder: Path, pooling: str | None) -> list[nn.Module]:
    """The modules behind the encoder, the first of which pools."""
    entries = read_modules(folder)
    if pooling is not None and not entries:
        if pooling not in POOLINGS:
            raise ModelError(f"--pooling {pooling} is not known: {', '.join(POOLINGS)} are")
        return [Pooling((pooling,))]
    if pooling is not None:
        raise ModelError(f"{folder} says itself how it pools: leave --pooling out")
    _check(folder, entries)
    return [read_module(folder, entry.kind, entry.path) for entry in entries[1:]]


def _check(folder: Path, entries: list[ModuleEntry]) -> None:
    """Raises ModelError for what would change the vectors and is not read here."""
    if entries[0].kind != "Transformer" or entries[0].path:
        raise ModelError(f"{folder}: its first module is no Transformer in the folder itself")
    kinds = [entry.kind for entry in entries[1:]]
    if unknown := [kind for kind in kinds if kind not in HEAD_MODULES]:
        raise ModelError(
            f"{folder}: its module {unknown[0]} is not known: behind an encoder there may be "
            f"{', '.join(HEAD_MODULES)}"
        )
    if kinds[0] != "Pooling" or "Pooling" in kinds[1:]:
        raise ModelError(f"{folder}: the module behind its encoder must be its only Pooling")
    config = read_object(folder / entries[1].path / CONFIG, {})
    if config.get("include_prompt") is False:
        raise ModelError(f"{folder}: it leaves a prefix out of the mean, which is not done here")


def _encoding(folder: Path, **facts: Any) -> Encoding:
    try:
        return Encoding(**facts)
    except ValidationError as fault:
        raise ModelError(f"{folder}: {first_fault(fault)}") from None


def _dimensions(folder: Path, network: SentenceNetwork) -> int:
    ones = torch.ones((1, 2), dtype=torch.long)
    try:
        with torch.no_grad():
            vectors, _ = network(*(ones for _ in network.inputs))
    except RuntimeError as fault:  # torch's, of shapes
        raise ModelError(f"{folder}: its modules do not fit together ({fault})") from None
    return int(vectors.shape[-1])


def _modes(head: list[nn.Module]) -> str:
    (pooling,) = (module for module in head if isinstance(module, Pooling))
    return "+".join(pooling.modes)


def _framework_cosines(
    network: nn.Module,
    inputs: tuple[str, ...],
    tokenizer: PreTrainedTokenizerFast,
    max_tokens: int,
    encoding: Encoding,
) -> Callable[[Sequence[TextPair]], list[float]]:
    """A function that compares pairs with the framework's tokenizer, in padded batches."""

    def vectors(texts: Sequence[str]) -> Tensor:
        encoded = tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=max_tokens,
            return_token_type_ids=True,
            return_tensors="pt",
        )
        rows: Tensor = network(*(encoded[name] for name in inputs))[0]
        return nn.functional.normalize(rows, dim=-1)

    @torch.no_grad()
    def cosines(pairs: Sequence[TextPair]) -> list[float]:
        values: list[float] = []
        for start in range(0, len(pairs), REFERENCE_BATCH):
            queries, documents = zip(*pairs[start : start + REFERENCE_BATCH], strict=True)
            left = vectors([encoding.prefix("query") + text for text in queries])
            right = vectors([encoding.prefix("document") + text for text in documents])
            values += (left * right).sum(-1).tolist()
        return values

    return cosines
