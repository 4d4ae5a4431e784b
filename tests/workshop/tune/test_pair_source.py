"""Rounds of pairs, synthetic or from a file."""

from pathlib import Path

import orjson
import pytest

from sidecar.errors import StartupError
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.options import RuntimeOptions
from sidecar.workshop.tune.pair_source import PairSource


@pytest.fixture(scope="module")
def pairs() -> PairSource:
    return PairSource(
        ModelFolder.read(None, RuntimeOptions(graph="int8")).tokenizer, None, concurrency=2
    )


def test_synthetic_rounds_are_new_and_as_large_as_requested(pairs: PairSource) -> None:
    first, second = pairs.rounds(2, 250)
    (third,) = pairs.rounds(1, 7)
    assert [len(request) for request in first] == [100, 100, 100]
    assert [len(request) for request in third] == [4, 4]
    assert first[0][0].ids.tolist() != second[0][0].ids.tolist() != third[0][0].ids.tolist()


def test_requests_of_a_file_come_whole_and_are_repeated(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    bodies = [
        {"query": "q", "documents": ["one"]},
        {"query": "q", "documents": ["two", "word " * 600]},
    ]
    path.write_bytes(b"\n".join(map(orjson.dumps, bodies)))
    tokenizer = ModelFolder.read(None).tokenizer
    source = PairSource(tokenizer, path, concurrency=1)
    small, large = (source.rounds(1, min_pairs)[0] for min_pairs in (1, 4))
    assert [len(request) for request in small] == [1]
    assert [len(request) for request in large] == [2, 1, 2]
    assert len(large[0][1]) == tokenizer.max_tokens
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n")
    with pytest.raises(StartupError, match="no requests"):
        PairSource(tokenizer, empty, concurrency=1)
