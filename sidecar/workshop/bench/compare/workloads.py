"""What is sent: named workloads of new texts, the same for all and for every run of the command.

Texts are runs of words from the demo's, as in `bench`, cut to a number of the model's own tokens.
The longest fill the model with their query and are never cut: a library that cuts a document and
one that reads it in windows do the same work.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench.compare.contender import TextRequest
from sidecar.workshop.bench.workload import WordSource, lognormal

SEED = 21
SHORT_TOKENS = 64
MIN_ROOM = 8


@dataclass(frozen=True, slots=True)
class Workload:
    """A round: `requests` requests of `documents` documents each."""

    key: str
    kind: str
    """What its texts are, for its title."""
    documents: int
    requests: int = 1
    at_once: bool = False
    """All requests of a round arrive together, each from a client of its own."""
    tokens: int | None = None
    """Of each document; None: lognormal."""
    share: float = 1.0
    """Of the rounds that were asked for: heavy ones take fewer."""

    @property
    def title(self) -> str:
        if self.documents == 1:
            return self.kind
        clients = f"{self.requests} clients x " if self.at_once else ""
        return f"{clients}{self.documents:,} {self.kind}"

    def rounds(self, asked: int) -> int:
        """How many there are of it when so many are asked for."""
        return max(1, round(asked * self.share))

    def scaled(self, documents: int) -> "Workload":
        """The same with `documents` where it has 100; single pairs stay single."""
        if self.documents == 1:
            return self
        return replace(self, documents=self.documents * documents // 100)


LOGNORMAL = Workload("lognormal", "documents, lognormal", 100)
WORKLOADS: Mapping[str, Workload] = {
    workload.key: workload
    for workload in (
        Workload("short", f"documents of {SHORT_TOKENS} tokens", 100, tokens=SHORT_TOKENS),
        LOGNORMAL,
        Workload("long", "pairs that fill the model", 100, tokens=10**9, share=0.3),
        Workload("clients", "documents, lognormal", 100, 32, at_once=True, share=0.2),
        Workload("single", "single pairs, lognormal", 1, requests=32),
        # Last: a library that pads all of them into one run may not have the memory.
        Workload("thousand", "documents, lognormal", 1000, share=0.2),
    )
}


class RoundSource:
    """Makes rounds for one model."""

    def __init__(self, tokenizer: PairTokenizer) -> None:
        self._tokenizer = tokenizer
        self._words = WordSource.bundled(tokenizer)

    def round(self, workload: Workload, number: int) -> tuple[TextRequest, ...]:
        """Round `number`, whatever came before it."""
        rng = random.Random(f"{SEED} {workload.key} {number}")
        return tuple(self._search(workload, rng) for _ in range(workload.requests))

    def _search(self, workload: Workload, rng: random.Random) -> TextRequest:
        query = self._words.query(rng)
        room = max(MIN_ROOM, self._tokenizer.query(query).room)
        lengths = [_length(workload, rng, room) for _ in range(workload.documents)]
        texts = [self._words.text(rng, length) for length in lengths]
        return TextRequest(query, tuple(self._fitted(text, room) for text in texts))

    def _fitted(self, text: str, room: int) -> str:
        """The text with words less, where neighbours make more tokens of it than were counted."""
        words = text.split()
        while (over := len(self._tokenizer.encode([" ".join(words)])[0]) - room) > 0:
            words = words[: -max(1, over // 4)]
        return " ".join(words)


def _length(workload: Workload, rng: random.Random, room: int) -> int:
    if workload.tokens is not None:
        return min(workload.tokens, room)
    return lognormal(rng, room)
