"""What is sent: rounds of requests, either a synthetic mix or a file of request bodies.

The mix: documents of lognormal length in the model's own tokens, English word runs from the
demo's bundled texts, new in every round and the same for the same seed.
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

from sidecar.contracts.body import parse
from sidecar.contracts.dialects.cohere import decode_v2
from sidecar.errors import InvalidRequest, StartupError
from sidecar.pipeline.preparation import prepare, read_all
from sidecar.profile import PLAIN
from sidecar.runtime.tokenizer import PairTokenizer

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
        """Raises InvalidRequest where the sidecar would."""
        wanted = decode_v2(body)
        passages = prepare(
            wanted, PLAIN, read_all(wanted.documents, PLAIN), None, document_tokens
        ).passages
        texts = ("".join(segment.text for segment in passage.segments) for passage in passages)
        return cls(body, wanted.query, tuple(texts))


Round = tuple[Request, ...]


def synthetic(
    tokenizer: PairTokenizer, documents: int, requests: int, seed: int = SEED
) -> Iterator[Round]:
    """Endless rounds of `requests` requests of `documents` documents each."""
    words = WordSource.bundled(tokenizer)
    most = tokenizer.document_tokens
    for number in itertools.count():
        rng = random.Random(f"{seed} {number}")  # a round is the same whatever came before
        yield tuple(
            Request.of(
                {
                    "query": words.query(rng),
                    "documents": [words.text(rng, lognormal(rng, most)) for _ in range(documents)],
                },
                most,
            )
            for _ in range(requests)
        )


def from_file(path: Path, document_tokens: int) -> Round:
    """The file's requests. Raises StartupError naming the line that is not one."""
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
    """Running English words with the number of tokens of each."""

    def __init__(self, words: Sequence[str], tokens: Sequence[int]) -> None:
        self._words = words
        # ends[i] is the number of tokens of the words before i.
        self._ends = list(itertools.accumulate(tokens, initial=0))
        self._single = [word for word, count in zip(words, tokens, strict=True) if count == 1]

    @classmethod
    def bundled(cls, tokenizer: PairTokenizer) -> "WordSource":
        """The words of the demo's clauses and products, in reading order."""
        data = files("sidecar.workshop.demo") / "data"
        words = []
        for name, keys in (("clauses", ["text"]), ("products", ["title", "description"])):
            for line in (data / f"{name}.jsonl").read_bytes().splitlines():
                record = orjson.loads(line)
                words += [word for key in keys for word in record[key].split()]
        return cls(words, count_tokens(tokenizer, words))

    def query(self, rng: random.Random) -> str:
        start = rng.randrange(len(self._words) - QUERY_WORDS[1])
        return " ".join(self._words[start : start + rng.randint(*QUERY_WORDS)])

    def text(self, rng: random.Random, tokens: int) -> str:
        """A text of `tokens` tokens: runs of words from here and there, filled up by single ones.

        Exact where a word's tokens do not depend on its neighbours, as in BERT's vocabularies.
        """
        taken: list[str] = []
        left = tokens
        while left > 0:
            start = rng.randrange(len(self._words))
            # The longest run from here that still fits.
            fits = bisect.bisect_right(self._ends, self._ends[start] + left) - 1
            end = min(start + rng.randint(*RUN_WORDS), fits)
            if end > start:
                taken += self._words[start:end]
                left -= self._ends[end] - self._ends[start]
            else:
                taken.append(rng.choice(self._single))
                left -= 1
        return " ".join(taken)


def count_tokens(tokenizer: PairTokenizer, texts: Sequence[str]) -> list[int]:
    """The document tokens of each text."""
    return [len(ids) for ids in tokenizer.encode(texts)]


def lognormal(rng: random.Random, most: int) -> int:
    """A document's tokens in the mix, at most MAX_TOKENS and `most`."""
    wanted = round(rng.lognormvariate(math.log(MEDIAN_TOKENS), SIGMA))
    return min(max(wanted, MIN_TOKENS), MAX_TOKENS, most)
