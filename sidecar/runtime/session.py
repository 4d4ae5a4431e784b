"""The contract of a session: token ids in, named tensors out. Nothing here knows a runtime.

What a tensor means (a logit, an embedding, a network's early exits) is the model family's: see
`families`. A new runtime is one file with a class that implements `Session`, and the places that
docs/architecture.md lists.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sidecar.errors import ModelError

Ids = NDArray[np.int64]
Tensors = Mapping[str, NDArray[Any]]
"""A graph's outputs by name, in the graph's order; the first axis is the input."""


@dataclass(frozen=True, slots=True, eq=False)
class ModelInput:
    """One input of a model: ids of shape (tokens,), and the segment of each (or None)."""

    ids: Ids
    segments: Ids | None

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Batch:
    """The arrays of one run: of shape (inputs, tokens) and int64, but for the states."""

    input_ids: Ids
    attention_mask: Ids
    token_type_ids: Ids | None
    hidden_states: NDArray[np.float32] | None = None
    """(inputs, tokens, width), of a graph that goes on where another ended: see `exit_session`."""


class Session(Protocol):
    """A graph that is ready to run. Called from several threads at once."""

    def run(self, batch: Batch) -> Tensors:
        """The graph's outputs, one row per input. Raises whatever the runtime raises."""


@runtime_checkable
class RunsAlone(Session, Protocol):
    """A session that is faster while nothing else runs on its device, with the same numbers."""

    def run_alone(self, batch: Batch) -> Tensors:
        """As `run`, while no other run is under way."""


@runtime_checkable
class ClosableSession(Session, Protocol):
    """A session that holds more than memory."""

    def close(self) -> None:
        """Ends it; runs under way fail."""


def close_session(session: Session) -> None:
    """Ends a session that nothing runs any more; what holds memory alone ends by itself."""
    if isinstance(session, ClosableSession):
        session.close()


def check_inputs(file: str, names: Iterable[str]) -> None:
    """Raises ModelError if the graph of `file` has an input that no run provides."""
    if unknown := set(names) - {field.name for field in dataclasses.fields(Batch)}:
        raise ModelError(f"{file} has inputs that no run provides: {sorted(unknown)}")
