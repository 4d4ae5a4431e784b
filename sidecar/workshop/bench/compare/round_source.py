"""Makes the texts of a workload's rounds: the same for all contenders and every call.

Texts are runs of words from the demo's collections, as in `bench`, cut to a number of the model's
own tokens.
"""

import random

from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench.compare.contender import TextRequest
from sidecar.workshop.bench.compare.workloads import Workload
from sidecar.workshop.bench.workload import WordSource, lognormal_length

SEED = 21
MIN_ROOM = 8
"""Tokens of a document, however long its query is."""


class RoundSource:
    """Rounds of requests for one model."""

    def __init__(self, tokenizer: PairTokenizer) -> None:
        self._tokenizer = tokenizer
        self._words = WordSource.bundled(tokenizer)

    def round(self, workload: Workload, number: int) -> tuple[TextRequest, ...]:
        """Round `number`; it does not depend on earlier rounds."""
        rng = random.Random(f"{SEED} {workload.key} {number}")
        return tuple(self._request(workload, rng) for _ in range(workload.requests))

    def _request(self, workload: Workload, rng: random.Random) -> TextRequest:
        query = self._words.query(rng)
        room = max(MIN_ROOM, self._tokenizer.query(query).room)
        lengths = [_length(workload, rng, room) for _ in range(workload.documents)]
        texts = [self._words.text(rng, length) for length in lengths]
        return TextRequest(query, tuple(self._cut(text, room) for text in texts))

    def _cut(self, text: str, room: int) -> str:
        """The text cut to `room` tokens: neighbouring words may make more tokens than counted."""
        words = text.split()
        while (excess := len(self._tokenizer.encode([" ".join(words)])[0]) - room) > 0:
            words = words[: -max(1, excess // 4)]
        return " ".join(words)


def _length(workload: Workload, rng: random.Random, room: int) -> int:
    if workload.tokens is not None:
        return min(workload.tokens, room)
    return lognormal_length(rng, room)
