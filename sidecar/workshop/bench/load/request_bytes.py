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

SHORT_QUERY = 2
"""Tokens, beside the number that makes a query a new one."""
LEAST_TEXTS = 12
"""Tokens of a short query and a document."""
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
        self._tokenizer = tokenizer
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
        chosen = random.Random(f"{self._seed} {place}")
        documents = chosen.choices(self._texts, k=planned.kind.documents)
        return self._request(self._new_query(), documents, planned)

    @property
    def least_tokens(self) -> int:
        """Of a pair of `of_lengths`: a short query, and a document of a few words."""
        return self._tokenizer.max_tokens - self._tokenizer.document_tokens + LEAST_TEXTS

    def of_lengths(self, planned: Planned, tokens: Sequence[int]) -> bytes:
        """One HTTP request with a document for each number: the tokens of its pair."""
        number = next(self._numbers)
        query = f"{self._words.text(self._rng, SHORT_QUERY)} {number}"
        empty = self._tokenizer.max_tokens - self._tokenizer.query(query).room
        texts = [self._words.text(self._rng, max(1, each - empty)) for each in tokens]
        return self._request(orjson.dumps(query), [orjson.dumps(text) for text in texts], planned)

    def _new_query(self) -> bytes:
        return orjson.dumps(f"{self._words.query(self._rng)} {next(self._numbers)}")

    def _request(self, query: bytes, documents: Sequence[bytes], planned: Planned) -> bytes:
        body = b'{"query":%b,"documents":[%b]}' % (query, b",".join(documents))
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
