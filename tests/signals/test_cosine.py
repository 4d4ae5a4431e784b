"""Vectors."""

import math

import pytest

from tests.signals.strengths import CONTEXT, strengths


def test_cosine() -> None:
    values = [
        [2, 0],
        [0, 1],
        [-1, 0],
        [1, 1],
        [1],
        [0, 0],
        ["1", "0"],
        "1,0",
        [math.inf, 1],
        [1e300, 0],
    ]
    actual = strengths({"kind": "cosine", "vector": "v"}, values, context=CONTEXT)
    assert actual == pytest.approx([1, 0, -1, math.sqrt(0.5), 0, 0, 0, 0, 0, 1])
    assert strengths({"kind": "cosine", "vector": "other"}, values, context=CONTEXT) == [0] * len(
        values
    )
