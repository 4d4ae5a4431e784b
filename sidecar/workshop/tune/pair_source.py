"""The pairs that are scored: the benchmark's synthetic workload, or a file of requests."""

from collections.abc import Sequence
from pathlib import Path

from sidecar.runtime.session import ModelInput
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench.workload import Round, from_file, synthetic

MAX_DOCUMENTS = 100
"""Of a synthetic request."""

Pairs = Sequence[Sequence[ModelInput]]
"""The pairs of each request."""


class PairSource:
    """Endless requests as pairs, tokenised before they are timed."""

    def __init__(self, tokenizer: PairTokenizer, path: Path | None, concurrency: int) -> None:
        """A round has at least `concurrency` requests.

        Raises StartupError when the file has no requests.
        """
        self.concurrency = concurrency
        self._tokenizer = tokenizer
        self._requests = from_file(path, tokenizer.document_tokens) if path is not None else None
        self._next = 0
        self._synthetic = synthetic(tokenizer, documents=1, requests=1)

    def rounds(self, count: int, min_pairs: int) -> list[Pairs]:
        """`count` rounds of at least `min_pairs` pairs each.

        Synthetic pairs are never repeated. Rounds of a file are whole requests in the file's order,
        which starts again at its end.
        """
        if self._requests is not None:
            return [self._file_round(self._requests, min_pairs) for _ in range(count)]
        documents = max(1, min(MAX_DOCUMENTS, -(-min_pairs // self.concurrency)))
        requests = max(self.concurrency, -(-min_pairs // documents))
        return [[self._synthetic_request(documents) for _ in range(requests)] for _ in range(count)]

    def _synthetic_request(self, documents: int) -> list[ModelInput]:
        singles = [next(self._synthetic)[0] for _ in range(documents)]
        texts = [text for request in singles for text in request.texts]
        return self._pairs(singles[0].query, texts)

    def _file_round(self, requests: Round, min_pairs: int) -> Pairs:
        request_pairs: list[list[ModelInput]] = []
        while len(request_pairs) < self.concurrency or sum(map(len, request_pairs)) < min_pairs:
            request = requests[self._next % len(requests)]
            request_pairs.append(self._pairs(request.query, request.texts))
            self._next += 1
        return request_pairs

    def _pairs(self, query_text: str, texts: Sequence[str]) -> list[ModelInput]:
        """As the request path makes them, except that long texts are cut, not read in windows."""
        tokenizer = self._tokenizer
        query = tokenizer.query(query_text)
        ids = tokenizer.encode([tokenizer.lead + text for text in texts])
        return [tokenizer.pair(query, text_ids[: query.room]) for text_ids in ids]
