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
"""What a family reads from a run, one row per input: a reranker's logits have shape (inputs,)."""


@dataclass(frozen=True, slots=True)
class Family:
    """How to read a run."""

    outputs: Callable[[Tensors], Outputs]


def logits(tensors: Tensors) -> Logits:
    """A reranker's logits, shape (inputs,), from a graph whose first output is (inputs,) or
    (inputs, 1)."""
    first = next(iter(tensors.values()))
    return np.asarray(first, dtype=np.float32).reshape(-1)


FAMILIES: Mapping[str, Family] = {
    "cross-encoder": Family(logits),
    "yes-no-decoder": Family(logits),
}
