"""Requests as bytes, made before the clock starts: sending one is a write, so that the generator
takes next to nothing of the cores that the sidecar is measured on."""

import itertools
import random
from collections.abc import Mapping, Sequence

import orjson

from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench.load.plan import Planned
from sidecar.workshop.bench.sidecar_over_http import PATH
from sidecar.workshop.bench.workload import WordSource, lognormal_length

TEXTS = 3000
"""Different texts; each query is new, so that no pair is ever in the cache."""


class RequestBytes:
    """Makes requests of the synthetic workload; the same ones for the same seed."""

    def __init__(
        self, tokenizer: PairTokenizer, keys: Mapping[str, str], seed: int, texts: int = TEXTS
    ) -> None:
        """`keys` are the API keys of the clients, by name."""
        self._seed = seed
        rng = random.Random(seed)
        words = WordSource.bundled(tokenizer)
        most = tokenizer.document_tokens
        made = (words.text(rng, lognormal_length(rng, most)) for _ in range(texts))
        self._texts = [orjson.dumps(text) for text in made]
        self._words = words
        self._rng = rng
        self._keys = keys
        self._numbers = itertools.count()

    def all_of(self, plan: Sequence[Planned]) -> list[bytes]:
        """The requests of a plan. The first ones of two plans have the same documents, if they are
        of the same size: latencies alone and beside others are those of equal work."""
        return [self.of(planned, place) for place, planned in enumerate(plan)]

    def of(self, planned: Planned, place: int) -> bytes:
        """One HTTP request: its head and its body, with the documents of that place in a plan."""
        query = orjson.dumps(f"{self._words.query(self._rng)} {next(self._numbers)}")
        chosen = random.Random(f"{self._seed} {place}")
        documents = b",".join(chosen.choices(self._texts, k=planned.kind.documents))
        body = b'{"query":%b,"documents":[%b]}' % (query, documents)
        head = [
            f"POST {PATH} HTTP/1.1",
            "Host: bench",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            f"X-Request-Deadline-Ms: {planned.deadline_s * 1000:.0f}",
            f"Authorization: Bearer {self._keys[planned.client]}",
        ]
        if planned.batch:
            head.append("X-Rerank-Priority: batch")
        return "\r\n".join([*head, "", ""]).encode() + body
