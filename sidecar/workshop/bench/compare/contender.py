"""The protocol of a contender: one reranker with one model, in a process of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sidecar.errors import StartupError

MAX_OUTPUT_CHARS = 300
"""Of a program's output in an error message."""


class ContenderFailed(StartupError):
    """A contender that cannot be installed or started, or fails at work; the message says why."""


def output_tail(output: str) -> str:
    """The end of a program's output, on one line."""
    return " ".join(output.split())[-MAX_OUTPUT_CHARS:]


@dataclass(frozen=True, slots=True)
class TextRequest:
    """A query and the documents to rerank for it, as plain texts."""

    query: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoundResult:
    """A contender's logits for the requests of a round, and its times."""

    seconds: float
    """From the first request sent to the last answer."""
    request_seconds: tuple[float, ...]
    logits: tuple[tuple[float, ...], ...]
    """Per request, in the order of its documents."""


@dataclass(frozen=True, slots=True)
class ContenderSpec:
    """A row of the comparison, before anything runs."""

    key: str
    """As `--peers` takes it."""
    title: str
    ours: bool = False
    """Whether it is the sidecar."""
    batch_sizes: tuple[int, ...] = ()
    """Batch sizes to try; empty where the contender has none."""
    environment: str | None = None
    """Name of its Python environment; None for the one that this command runs in."""


class Contender(Protocol):
    """A reranker that can be started, measured and stopped."""

    @property
    def spec(self) -> ContenderSpec: ...

    @property
    def versions(self) -> Mapping[str, str]:
        """Of its libraries, by name; known once it has started."""

    @property
    def pid(self) -> int | None:
        """Process id of the root of its processes while it runs."""

    def start(self, batch_size: int | None) -> None:
        """Starts it with that batch size, ready to work. Raises ContenderFailed."""

    def run(self, requests: Sequence[TextRequest], *, at_once: bool) -> RoundResult:
        """Scores all requests, one after the other or all at once. Raises ContenderFailed."""

    def stop(self) -> None:
        """Ends its processes; may be called twice."""
