"""OpenAI's answers as cosines."""

import base64
from typing import Any

import numpy as np
import pytest

from sidecar.workshop.bench.compare.contender import ContenderFailed
from sidecar.workshop.bench.compare.embedding_servers import read_cosines

VECTORS = ([1.0, 0.0], [3.0, 4.0], [0.0, -2.0])


def answer(*vectors: list[float]) -> dict[str, Any]:
    rows = [
        {"index": index, "embedding": base64.b64encode(np.array(each, "<f4").tobytes()).decode()}
        for index, each in enumerate(vectors)
    ]
    return {"data": rows[::-1]}  # in any order


def test_each_text_beside_the_first() -> None:
    body = {"input": ["q", "a", "b"]}
    assert read_cosines(answer(*VECTORS), body) == pytest.approx((0.6, 0.0))


def test_what_is_no_such_answer_fails() -> None:
    with pytest.raises(ContenderFailed, match="3 vectors for 2 texts"):
        read_cosines(answer(*VECTORS), {"input": ["q", "a"]})
    for other in ({}, {"data": [{"index": 0}]}, {"data": []}, [1.0]):
        with pytest.raises(ContenderFailed, match="not understood"):
            read_cosines(other, {"input": ["q"]})
