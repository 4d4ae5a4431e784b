"""What is measured: one reranker with one model, in a process of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sidecar.errors import StartupError

MAX_MESSAGE_CHARS = 300
"""Characters of a program's words that are shown."""


class ContenderFailed(StartupError):
    """It could not be installed or started, or failed at its work; the message says why."""


def last_line(said: str) -> str:
    """The end of what a program said, on one line."""
    return " ".join(said.split())[-MAX_MESSAGE_CHARS:]


@dataclass(frozen=True, slots=True)
class TextRequest:
    """One request: a query and what it found."""

    query: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What a contender made of some requests."""

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
    batch_sizes: tuple[int, ...] = ()
    """Batch sizes to choose from; none where it has none."""
    environment: str | None = None
    """Its environment's name; None for the one that this command runs in."""


class Contender(Protocol):
    @property
    def kind(self) -> ContenderSpec: ...

    @property
    def versions(self) -> Mapping[str, str]:
        """Of its libraries, by name; known once it has started."""

    @property
    def pid(self) -> int | None:
        """The root of its processes while it runs."""

    def start(self, batch_size: int | None) -> None:
        """Ready to work with that batch size. Raises ContenderFailed."""

    def run(self, searches: Sequence[TextRequest], *, at_once: bool) -> RoundResult:
        """Scores all, one after the other or all at once. Raises ContenderFailed."""

    def stop(self) -> None:
        """Ends its processes; may be called twice."""
