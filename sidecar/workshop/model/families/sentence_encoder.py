"""Sentence encoders: texts to vectors, for the first stage of a search.

    sentence-transformers/all-MiniLM-L6-v2   BertModel, Pooling (mean), Normalize
    intfloat/e5-small-v2                     BertModel, Pooling (mean), Normalize, two prefixes
    BAAI/bge-small-en-v1.5                   BertModel, Pooling (cls), Normalize, a query's prefix
    Qwen/Qwen3-Embedding-0.6B, -4B, -8B      Qwen3ForCausalLM, Pooling (lasttoken), Normalize, a
                                             query's instruction

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
from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerFast, Qwen3Model

from sidecar.errors import ModelError, first_fault
from sidecar.runtime.encoding import Encoding
from sidecar.runtime.families import ENCODER
from sidecar.runtime.manifest import Padding
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.families.decoder_answers import check_layers
from sidecar.workshop.model.families.decoder_network import TextDecoder
from sidecar.workshop.model.families.module_list import is_cross_encoder, read_modules
from sidecar.workshop.model.families.sentence_encoder_network import (
    SentenceNetwork,
    count_dimensions,
    pooling_name,
    read_head,
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
    card_metadata,
    max_pair_tokens,
    open_config,
    open_fast_tokenizer,
    open_network,
    pad_token,
    plain_tokenizer,
)
from sidecar.workshop.model.text_pair import TextPair

DECODERS = {"Qwen3ForCausalLM", "Qwen3Model"}
ARCHITECTURES = {f"{name}Model" for name in ENCODERS} | DECODERS
MAX_DECODER_TOKENS = 8192
"""The limit of Qwen3-Embedding's published code; its positions are 32,768."""
INSTRUCTED = "Instruct: {instruction}\nQuery:"
"""A query's prefix by Qwen3-Embedding's card."""


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
    instruction: str | None = None,
) -> Checkpoint:
    """The encoder in the folder; `max_tokens` lowers its own limit, and takes the place of a
    decoder's 8,192.

    `pooling` ("mean", "cls" or "lasttoken") is for a folder without modules. The prefixes replace
    those of the folder's settings. `matryoshka` has the smaller sizes that it was trained for,
    separated by commas, where `config.json` does not list them. `instruction` says what a decoder's
    queries are for, in the form of Qwen3-Embedding. Raises ModelError: a module that is not known
    here, a size that is no number, or a file that is missing, damaged or does not fit.
    """
    config = open_config(folder)
    architecture = (config.architectures or [""])[0]
    if architecture not in ARCHITECTURES:
        raise ModelError(
            f"{folder}: {architecture or 'an unnamed network'} is no encoder of texts: "
            "docs/embeddings.md has the table of those that can be exported"
        )
    is_decoder = architecture in DECODERS
    if instruction is not None:
        query_prefix = _instructed(folder, instruction, query_prefix, is_decoder=is_decoder)
    head = read_head(folder, pooling)
    framework_tokenizer = open_fast_tokenizer(folder)
    tokenizer = plain_tokenizer(framework_tokenizer)
    check_case(folder, tokenizer)
    limit = min(
        max_pair_tokens(framework_tokenizer, position_count(config)),
        max_text_tokens(folder),
        max_tokens or (MAX_DECODER_TOKENS if is_decoder else sys.maxsize),
    )
    backbone, framework = _backbones(folder, config, architecture, limit)
    inputs = network_inputs(framework)
    network = SentenceNetwork(backbone, head, inputs).eval()
    encoding = _encoding(
        folder,
        dimensions=count_dimensions(folder, network),
        pooling=pooling_name(head),
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
        reference=_framework_cosines(
            SentenceNetwork(framework, head, inputs).eval(),
            inputs,
            framework_tokenizer,
            limit,
            encoding,
        ),
        encoding=encoding,
        languages=languages,
        licence=licence,
    )


def _backbones(
    folder: Path, config: PretrainedConfig, architecture: str, max_tokens: int
) -> tuple[nn.Module, PreTrainedModel]:
    """(the network for the graph, the framework's own), which share their weights."""
    if architecture not in DECODERS:
        network_class: type[PreTrainedModel] = getattr(transformers, architecture)
        network = open_network(network_class, folder)
        return network, network
    check_layers(config, folder)
    framework = open_network(Qwen3Model, folder)
    decoder = TextDecoder(framework, max_tokens)
    framework.set_attn_implementation("sdpa")  # eager holds all of a layer's attention at once
    return decoder, framework


def _instructed(
    folder: Path, instruction: str, query_prefix: str | None, *, is_decoder: bool
) -> str:
    if not is_decoder:
        raise ModelError(f"{folder} is a model without instruction: leave that option out")
    if query_prefix is not None:
        raise ModelError("--instruction is part of a query's prefix: give one of the two")
    return INSTRUCTED.format(instruction=instruction)


def _encoding(folder: Path, **facts: Any) -> Encoding:
    try:
        return Encoding(**facts)
    except ValidationError as fault:
        raise ModelError(f"{folder}: {first_fault(fault)}") from None


def _framework_cosines(
    network: nn.Module,
    inputs: tuple[str, ...],
    tokenizer: PreTrainedTokenizerFast,
    max_tokens: int,
    encoding: Encoding,
) -> Callable[[Sequence[TextPair]], list[float]]:
    """A function that compares pairs with the framework's tokenizer, in padded batches."""
    tokenizer.padding_side = "right"  # as the pooling reads them; a decoder's folder may say left

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
