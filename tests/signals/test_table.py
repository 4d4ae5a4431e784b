"""Values looked up in the profile's table."""

import pytest
from pydantic import ValidationError

from tests.signals.strengths import strengths


def test_table() -> None:
    signal = {
        "kind": "table",
        "table": {"Supreme Court": 1, "True": 0.5, "low": -1},
        "default": 0.1,
    }
    values = ["supreme court ", True, ["low", "true"], "other", None]
    assert strengths(signal, values) == [1, 0.5, 0.5, 0.1, 0]


def test_the_longest_key_within_a_value_counts() -> None:
    numbers = {
        "Supreme Court": 0.9,
        "Court of Appeals": 0.6,
        "Court of Appeal": 0.5,
        "District Court": 0.3,
        "High Court": 0.4,
        "最高人民法院": 1,
        "1": 0.2,
    }
    expected = {
        "Supreme Court of the United States": 0.9,
        "SUPREME COURT, N.Y.": 0.9,
        "Court of Appeals for the Ninth Circuit": 0.6,
        "Court of Appeal": 0.5,
        "Court of Appeal (Civil Division)": 0.5,
        "Court of Appealing": 0.1,
        "District Court of Appeal": 0.5,
        "Highest Court": 0.1,
        "中华人民共和国最高人民法院": 1,
        "Cour suprême": 0.1,
        1.0: 0.2,
        "  ": 0,
    }
    signal = {"kind": "table", "table": numbers, "default": 0.1}
    assert strengths(signal, list(expected)) == list(expected.values())
    assert strengths({**signal, "table": {"Supreme Court": 1, "Court": -1}}, ["Court"]) == [-1]


def test_a_value_is_looked_up_under_the_names_of_an_extractor() -> None:
    numbers = {"Ninth Circuit": 0.6, "Bundesgericht": 1, "Court of Appeals": 0.5}
    signal = {"kind": "table", "table": numbers, "names_of": "court"}
    values = ["ca9", "Tribunal fédéral", "ca2", "Ninth Circuit", "x"]
    assert strengths(signal, values) == [0.6, 1, 0.5, 0.6, 0]
    with pytest.raises(ValidationError, match="is none of court"):
        strengths({**signal, "names_of": "price"}, values)
