"""The nouns of an embedding request, from the wire to the answer. No behaviour, no I/O.

EmbedRequest ──EmbedPipeline──► EmbedResult
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sidecar.request import Cut, Priority

TextKind = Literal["query", "document"]
"""What a text is to a search: some encoders want another prefix before each."""
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EmbedRequest:
    """What every embedding dialect's body is decoded to."""

    texts: tuple[str, ...]
    kind: TextKind | None = None
    """None where the client does not say: read as documents."""
    dimensions: int | None = None
    """Of each vector; None for the encoder's own."""
    normalize: bool = True
    """Whether vectors have length 1."""
    tokens: bool = False
    """Whether a vector of each token is wanted, and not one of the text."""
    cut: Cut | None = "right"
    """None: a text that does not fit the encoder is an error."""
    model: str | None = None
    """The encoder's name as the client gave it."""
    deadline_s: float | None = None
    """Seconds from arrival; None leaves the service's own."""
    priority: Priority | None = None
    """None: `batch` for documents and for several texts of no kind, else `interactive`."""
    options: Any = None
    """What the dialect's own encoding of the answer reads."""


@dataclass(frozen=True, slots=True)
class EmbedTimings:
    """Seconds spent per stage; `queue` is the wait for the first run, `infer` the time since."""

    tokenize: float = 0.0
    queue: float = 0.0
    infer: float = 0.0


@dataclass(frozen=True, slots=True)
class EmbedResult:
    """A vector per text of the request, or with `tokens` an array (tokens, width), in its order."""

    vectors: Sequence[Vector]
    model: str
    tokens: int
    """Of all texts, prefixes included."""
    truncated: tuple[int, ...] = ()
    """Indexes of the texts that were cut to fit the encoder."""
    revision: str | None = None
    """Of the encoder as it runs: equal revisions give equal vectors."""
    timings: EmbedTimings = EmbedTimings()
