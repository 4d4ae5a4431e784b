"""The synthetic workload has the promised lengths, and a file of requests is read strictly."""

import itertools
import statistics
from pathlib import Path

import orjson
import pytest

from sidecar.errors import StartupError
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench.workload import (
    MAX_TOKENS,
    MIN_TOKENS,
    Request,
    Round,
    count_tokens,
    from_file,
    synthetic,
)


def take(tokenizer: PairTokenizer, rounds: int, documents: int = 100, **rest: int) -> list[Round]:
    return list(itertools.islice(synthetic(tokenizer, documents, 1, **rest), rounds))


def texts(rounds: list[Round]) -> list[str]:
    return [text for round_ in rounds for request in round_ for text in request.texts]


def test_lengths_are_lognormal_with_median_90_and_at_most_400_tokens(
    tokenizer: PairTokenizer,
) -> None:
    lengths = count_tokens(tokenizer, texts(take(tokenizer, 20)))
    assert len(lengths) == 2000
    assert statistics.median(lengths) == pytest.approx(90, abs=5)
    assert statistics.fmean(lengths) == pytest.approx(110, abs=6)
    assert max(lengths) == MAX_TOKENS
    assert min(lengths) >= MIN_TOKENS


def test_every_round_has_new_texts(tokenizer: PairTokenizer) -> None:
    documents = texts(take(tokenizer, 10))
    assert len(set(documents)) == len(documents)


def test_the_same_seed_gives_the_same_texts(tokenizer: PairTokenizer) -> None:
    assert take(tokenizer, 2, seed=1) == take(tokenizer, 2, seed=1)
    assert take(tokenizer, 2, seed=1) != take(tokenizer, 2, seed=2)


def test_a_round_holds_as_many_requests_and_documents_as_asked(tokenizer: PairTokenizer) -> None:
    (round_,) = itertools.islice(synthetic(tokenizer, 7, 3), 1)
    assert [len(request.texts) for request in round_] == [7, 7, 7]
    for request in round_:
        assert request.body == {"query": request.query, "documents": list(request.texts)}


def test_a_file_gives_its_requests(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    first = {"query": "red shoe", "documents": ["a shoe", {"title": "boot", "price": 3}]}
    second = {"query": {"query_text": "q"}, "documents": ["d"], "top_n": 1}
    path.write_bytes(orjson.dumps(first) + b"\n\n" + orjson.dumps(second))
    assert from_file(path, 500) == (
        Request(first, "red shoe", ("a shoe", "title: boot\nprice: 3\n")),
        Request(second, "q", ("d",)),
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: the body is not JSON"),
        ('{"query": "q"}', r"line 2: \$.documents"),
        ('{"query": "q", "documents": []}', "line 2: .*empty"),
    ],
)
def test_a_line_that_is_no_request_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "requests.jsonl"
    path.write_text('{"query": "q", "documents": ["d"]}\n' + line)
    with pytest.raises(StartupError, match=message):
        from_file(path, 500)


def test_a_file_without_requests_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    path.write_text("\n")
    with pytest.raises(StartupError, match="no requests"):
        from_file(path, 500)
