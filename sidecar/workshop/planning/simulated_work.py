"""What a simulated node works at: pairs without texts, runs, and what is done beside them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from sidecar.runtime.model_queue import ModelQueue, Run
from sidecar.runtime.session import Batch, ModelInput, Tensors


class Zeros:
    """A session that answers zeros; what it takes is the clock's business."""

    def run(self, batch: Batch) -> Tensors:
        return {"logits": np.zeros(len(batch.input_ids), np.float32)}


@dataclass(slots=True, eq=False)
class Underway:
    """A run; its end moves away while others hold it up."""

    queue: ModelQueue
    run: Run
    ends: float


@dataclass(slots=True, eq=False)
class Beside:
    """Work beside runs, for which a core is needed."""

    seconds: float
    then: Callable[[], None]
    ends: float = field(default=0.0)


def pair_inputs(identity: int, tokens: Sequence[int]) -> list[ModelInput]:
    """Pairs of so many tokens each, which no other query has."""
    inputs = []
    for number, length in enumerate(tokens):
        ids = np.zeros(length, np.int64)
        ids[:2] = identity, number
        inputs.append(ModelInput(ids, None))
    return inputs
