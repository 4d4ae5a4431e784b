"""What is scored while it is measured: the benchmark's synthetic mix, or a file of requests."""

from collections.abc import Sequence
from pathlib import Path

from sidecar.runtime.tokenizer import Pair, PairTokenizer
from sidecar.workshop.bench.workload import Round, from_file, synthetic

DOCUMENTS = 100
"""Most documents of a synthetic request."""

Pairs = Sequence[Sequence[Pair]]
"""The pairs of some requests."""


class PairSource:
    """Endless requests as pairs, tokenised before anything is timed."""

    def __init__(self, tokenizer: PairTokenizer, path: Path | None, together: int) -> None:
        """`together` requests at least make a round.

        Raises StartupError where the file holds no requests.
        """
        self.together = together
        self._tokenizer = tokenizer
        self._file = from_file(path, tokenizer.document_tokens) if path is not None else None
        self._taken = 0
        self._mix = synthetic(tokenizer, documents=1, requests=1)

    def rounds(self, number: int, pairs: int) -> list[Pairs]:
        """So many rounds of at least so many pairs each. Synthetic ones never come again; those
        of a file are whole requests, one after the other and over again."""
        if self._file is not None:
            return [self._of_file(self._file, pairs) for _ in range(number)]
        documents = max(1, min(DOCUMENTS, -(-pairs // self.together)))
        requests = max(self.together, -(-pairs // documents))
        return [[self._of_mix(documents) for _ in range(requests)] for _ in range(number)]

    def _of_mix(self, documents: int) -> list[Pair]:
        alone = [next(self._mix)[0] for _ in range(documents)]
        return self._pairs(alone[0].query, [text for request in alone for text in request.texts])

    def _of_file(self, requests: Round, pairs: int) -> Pairs:
        taken: list[list[Pair]] = []
        while len(taken) < self.together or sum(map(len, taken)) < pairs:
            request = requests[self._taken % len(requests)]
            taken.append(self._pairs(request.query, request.texts))
            self._taken += 1
        return taken

    def _pairs(self, query_text: str, texts: Sequence[str]) -> list[Pair]:
        """As the request path makes them, but that what is too long is cut and not windowed."""
        tokenizer = self._tokenizer
        query = tokenizer.query(query_text)
        ids = tokenizer.encode([tokenizer.lead + text for text in texts])
        return [tokenizer.pair(query, each[: query.room]) for each in ids]
