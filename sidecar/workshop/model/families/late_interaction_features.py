"""How two texts that were read apart are compared: the features of a late-interaction reranker.

A feature's name is a kind, or a kind and a layer: "cosine", "maxsim:12". Layer 0 is the embeddings.

    cosine     of the texts' mean states
    maxsim:L   ColBERT's (Khattab and Zaharia, 2020): each query piece's best cosine among the
               document's pieces, by the states after layer L, in the mean by information
    lexical    BM25's saturated and length-normalised frequencies of the query's pieces in the
               document, by information instead of a collection's statistics; 1 or more where the
               document has all of them, 0 where it has none

A piece's information is what its tokenizer or a sample of texts says about it, so no feature
depends on the other documents.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from sidecar.errors import ModelError

K1, B = 1.2, 0.75
"""BM25's saturation and length normalisation: Lucene's defaults."""
USUAL_PIECES = 60.0
"""Of a document, for the length normalisation."""
NO_MATCH = -1.0
"""The lowest cosine: that of a query piece in an empty document."""


@dataclass(frozen=True)
class ReadPairs:
    """Pairs as the encoder read them. Queries come first in each row; `rows` are those that hold
    the longest one. Marks and prefixes are no pieces."""

    query_ids: Tensor
    """[pairs, rows]"""
    document_ids: Tensor
    """[pairs, tokens]"""
    is_query: Tensor
    """[pairs, rows], 1 for a piece of the query, else 0."""
    is_document: Tensor
    """[pairs, tokens], likewise."""
    information: Tensor
    """[pairs, rows], 0 for what is no piece of the query."""
    vectors: tuple[Tensor, Tensor]
    """(query's, document's) mean states [pairs, width], around their usual mean."""
    states: Mapping[int, tuple[Tensor, Tensor]]
    """Layer -> (queries' [pairs, rows, width], documents' [pairs, tokens, width]) states around
    their usual mean, each of length 1."""


class Feature(NamedTuple):
    """A feature by its name."""

    name: str
    kind: str
    layer: int

    def of(self, pairs: ReadPairs) -> Tensor:
        """Values [pairs]."""
        return KINDS[self.kind](pairs, self.layer)


def cosine(pairs: ReadPairs, layer: int) -> Tensor:
    query, document = pairs.vectors
    norms = (query * query).sum(-1) * (document * document).sum(-1)
    return (query * document).sum(-1) / norms.clamp(min=1e-12).sqrt()


def maxsim(pairs: ReadPairs, layer: int) -> Tensor:
    query, document = pairs.states[layer]
    cosines = query @ document.transpose(1, 2)
    no_piece = pairs.is_document[:, None, :] == 0
    best = cosines.masked_fill(no_piece, NO_MATCH).amax(-1)
    return _mean_by_information(best, pairs)


def lexical(pairs: ReadPairs, layer: int) -> Tensor:
    same = (pairs.query_ids[:, :, None] == pairs.document_ids[:, None, :]).float()
    frequency = (same @ pairs.is_document[:, :, None])[:, :, 0]
    length = pairs.is_document.sum(-1, keepdim=True)
    saturation = K1 * (1 - B + B * length / USUAL_PIECES)
    return _mean_by_information(
        _first_of_its_kind(pairs) * frequency * (K1 + 1) / (frequency + saturation), pairs
    )


KINDS: Mapping[str, Callable[[ReadPairs, int], Tensor]] = {
    "cosine": cosine,
    "maxsim": maxsim,
    "lexical": lexical,
}
BY_LAYER = frozenset({"maxsim"})
"""Kinds whose names have a layer."""


def read_features(names: Sequence[str], layers: int) -> tuple[Feature, ...]:
    """The features of these names over an encoder of so many layers. Raises ModelError for a name
    that says no feature of it, for one that is there twice, and for none."""
    features = tuple(_feature(name, layers) for name in names)
    if not features or len(set(names)) < len(names):
        raise ModelError("the features must be different ones, and at least one")
    return features


def default_features(layers: int) -> tuple[str, ...]:
    """Names for an encoder of so many layers."""
    depths = dict.fromkeys(max(1, round(layers * part / 3)) for part in (3, 2, 1))
    return ("cosine", *(f"maxsim:{depth}" for depth in depths), "lexical")


def _feature(name: str, layers: int) -> Feature:
    kind, colon, layer = name.partition(":")
    if kind not in KINDS or bool(colon) != (kind in BY_LAYER):
        known = ", ".join(f"{kind}:LAYER" if kind in BY_LAYER else kind for kind in KINDS)
        raise ModelError(f"no feature {name!r}: there are {known}")
    if not colon:
        return Feature(name, kind, 0)
    if not (layer.isascii() and layer.isdigit() and int(layer) <= layers):
        raise ModelError(f"feature {name!r}: the encoder has layers 0 to {layers}")
    return Feature(name, kind, int(layer))


def _mean_by_information(values: Tensor, pairs: ReadPairs) -> Tensor:
    total = pairs.information.sum(-1).clamp(min=1e-6)
    return (values * pairs.information).sum(-1) / total


def _first_of_its_kind(pairs: ReadPairs) -> Tensor:
    """1 for each piece of the query that is not the repetition of an earlier one [pairs, rows]."""
    ids = pairs.query_ids
    rows = torch.arange(ids.shape[1], device=ids.device)
    same = (ids[:, :, None] == ids[:, None, :]).float()
    earlier = (rows[None, :] < rows[:, None]).float()
    return ((same * earlier * pairs.is_query[:, None, :]).sum(-1) == 0).float()
