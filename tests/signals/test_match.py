"""The query names a value."""

from tests.signals.strengths import strengths


def test_match() -> None:
    values = ["WH-1000 XM4", "wh1000xm4", "WH-1000", ["0815", "Sony"], "On", "Son", "a", 1000]
    query = "Sony wh 1000xm4 on a stand"
    assert strengths({"kind": "match"}, values, query) == [1, 1, 0, 1, 0, 0, 0, 0]
    assert strengths({"kind": "match", "min_length": 4}, values, query) == [1, 1, 0, 1, 0, 0, 0, 0]
