"""What the tensors of a model mean, by the manifest's `family`.

A family that a model folder may name is a row of FAMILIES; how such a model is made and exported is
a file in `workshop/model/families`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidecar.runtime.session import Tensors

Logits = NDArray[np.float32]
Outputs = NDArray[Any]
"""What a family reads from a run, one row per input: a reranker's logits have shape (inputs,), an
encoder's vectors (inputs, dimensions)."""


@dataclass(frozen=True, slots=True)
class Family:
    """How to read a run, and what it says of a pair."""

    outputs: Callable[[Tensors], Outputs]
    pair_values: Callable[[Outputs], Logits] = lambda outputs: outputs
    """Outputs of whole pairs -> one number per pair, shape (pairs,), by which a graph is proven and
    measured: a reranker's logit, an encoder's cosine."""
    inputs_per_pair: int = 1
    """A reranker reads both texts at once, an encoder each alone."""


def logits(tensors: Tensors) -> Logits:
    """A reranker's logits, shape (inputs,), from a graph whose first output is (inputs,) or
    (inputs, 1)."""
    first = next(iter(tensors.values()))
    return np.asarray(first, dtype=np.float32).reshape(-1)


def vectors(tensors: Tensors) -> Outputs:
    """An encoder's vectors, shape (inputs, dimensions), of whatever length the pooling gives them:
    the graph's first output."""
    return np.asarray(next(iter(tensors.values())), dtype=np.float32)


def token_vectors(tensors: Tensors) -> Outputs:
    """An encoder's last states, its second output: an array of objects, shape (inputs, 1), each an
    array (tokens, width), because inputs of several runs differ in tokens. Padding is included."""
    states = np.asarray([*tensors.values()][1], dtype=np.float32)
    rows = np.empty((len(states), 1), dtype=object)
    for index, state in enumerate(states):
        rows[index, 0] = state
    return rows


def unit_vectors(rows: Outputs) -> Outputs:
    """The vectors at length 1; a zero vector stays one, and NaN stays NaN."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    units: Outputs = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths != 0)
    return units


def cosines(outputs: Outputs) -> Logits:
    """The cosine of each pair of rows, shape (pairs,)."""
    units = unit_vectors(outputs)
    products: Logits = np.einsum("pd,pd->p", units[::2], units[1::2])
    return products


ENCODER = "encoder"
TOKEN_VECTORS = Family(token_vectors)
"""Another reading of an encoder's runs."""
FAMILIES: Mapping[str, Family] = {
    "cross-encoder": Family(logits),
    "yes-no-decoder": Family(logits),
    ENCODER: Family(vectors, cosines, inputs_per_pair=2),
}
