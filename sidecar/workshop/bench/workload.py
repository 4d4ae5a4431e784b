"""Rounds of requests: a synthetic workload, or a file of request bodies.

Synthetic documents have lognormal lengths in the model's own tokens. They are runs of English words
from the demo's collections, new in every round and the same for the same seed.
"""

import bisect
import itertools
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from sidecar.contracts.dialects.cohere import COHERE_V2
from sidecar.contracts.validation import parse
from sidecar.errors import InvalidRequest, StartupError
from sidecar.pipeline.preparation import prepare, read_all
from sidecar.profile import PLAIN
from sidecar.request import RankRequest
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.text.compose import Passage

MEDIAN_TOKENS = 90
SIGMA = 0.65  # mean 111, p90 207: near the hits of passage collections
MIN_TOKENS = 8
MAX_TOKENS = 400
QUERY_WORDS = (4, 12)
RUN_WORDS = (5, 14)
SEED = 20


@dataclass(frozen=True, slots=True)
class Request:
    """One request: its body for HTTP, and its composed texts for the bare loops."""

    body: Mapping[str, Any]
    query: str
    texts: tuple[str, ...]

    @classmethod
    def of(cls, body: Mapping[str, Any], document_tokens: int) -> "Request":
        """A body's request, its texts cut to `document_tokens`. Raises InvalidRequest."""
        rank_request = COHERE_V2.decode(body)
        passages = plain_passages(rank_request, document_tokens)
        texts = ("".join(segment.text for segment in passage.segments) for passage in passages)
        return cls(body, rank_request.query, tuple(texts))


Round = tuple[Request, ...]


def synthetic(
    tokenizer: PairTokenizer, documents: int, requests: int, seed: int = SEED
) -> Iterator[Round]:
    """Endless rounds of `requests` requests of `documents` documents each."""
    words = WordSource.bundled(tokenizer)
    max_tokens = tokenizer.document_tokens
    for number in itertools.count():
        rng = random.Random(f"{seed} {number}")  # a round does not depend on earlier rounds
        yield tuple(
            Request.of(
                {
                    "query": words.query(rng),
                    "documents": [
                        words.text(rng, lognormal_length(rng, max_tokens)) for _ in range(documents)
                    ],
                },
                max_tokens,
            )
            for _ in range(requests)
        )


def from_file(path: Path, document_tokens: int) -> Round:
    """The file's requests. Raises StartupError that names the line which is no request."""
    requests = []
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                requests.append(Request.of(parse(line), document_tokens))
            except InvalidRequest as fault:
                raise StartupError(f"{path}, line {number}: {fault.message}") from None
    if not requests:
        raise StartupError(f"{path} holds no requests")
    return tuple(requests)


class WordSource:
    """Running English words, and the number of tokens of each."""

    def __init__(self, words: Sequence[str], tokens: Sequence[int]) -> None:
        self._words = words
        # ends[i] is the number of tokens of the words before i.
        self._ends = list(itertools.accumulate(tokens, initial=0))
        self._single = [word for word, count in zip(words, tokens, strict=True) if count == 1]

    @classmethod
    def bundled(cls, tokenizer: PairTokenizer) -> "WordSource":
        """The words of the demo's collections, in reading order."""
        data = files("sidecar.workshop.demo") / "data"
        words = []
        for name, keys in (("clauses", ["text"]), ("products", ["title", "description"])):
            for line in (data / f"{name}.jsonl").read_bytes().splitlines():
                record = orjson.loads(line)
                words += [word for key in keys for word in record[key].split()]
        return cls(words, count_tokens(tokenizer, words))

    def query(self, rng: random.Random) -> str:
        """QUERY_WORDS consecutive words from anywhere."""
        start = rng.randrange(len(self._words) - QUERY_WORDS[1])
        return " ".join(self._words[start : start + rng.randint(*QUERY_WORDS)])

    def text(self, rng: random.Random, tokens: int) -> str:
        """A text of `tokens` tokens: runs of words from anywhere, filled up with one-token words.

        Exact if a word's tokens do not depend on its neighbours, as in BERT's vocabularies.
        """
        words: list[str] = []
        left = tokens
        while left > 0:
            start = rng.randrange(len(self._words))
            # The longest run from here that still fits.
            fits = bisect.bisect_right(self._ends, self._ends[start] + left) - 1
            end = min(start + rng.randint(*RUN_WORDS), fits)
            if end > start:
                words += self._words[start:end]
                left -= self._ends[end] - self._ends[start]
            else:
                words.append(rng.choice(self._single))
                left -= 1
        return " ".join(words)


def plain_passages(request: RankRequest, max_tokens: int) -> Sequence[Passage]:
    """The request's passages under the `plain` profile, as the request path composes them."""
    return prepare(request, PLAIN, read_all(request.documents, PLAIN), None, max_tokens).passages


def count_tokens(tokenizer: PairTokenizer, texts: Sequence[str]) -> list[int]:
    """The document tokens of each text."""
    return [len(ids) for ids in tokenizer.encode(texts)]


def lognormal_length(rng: random.Random, max_tokens: int) -> int:
    """Tokens of a synthetic document, at most MAX_TOKENS and `max_tokens`."""
    tokens = round(rng.lognormvariate(math.log(MEDIAN_TOKENS), SIGMA))
    return min(max(tokens, MIN_TOKENS), MAX_TOKENS, max_tokens)
