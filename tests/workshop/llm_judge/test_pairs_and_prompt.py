"""Which pairs are asked, and with which words."""

import json
from pathlib import Path
from typing import Any

import pytest

from sidecar.judgements.judgements import Judgements
from sidecar.workshop.llm_judge.pairs import Pair, read_pairs
from sidecar.workshop.llm_judge.prompt import LlmJudgeError, read_prompt

NONE = Judgements({})


def written(tmp_path: Path, *rows: Any) -> Path:
    path = tmp_path / "candidates.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_hits_become_pairs(tmp_path: Path) -> None:
    source = {"title": "Shoe", "tags": ["red", "new"], "price": {"eur": 5}, "none": None}
    hits = [
        {"_id": "p1", "_source": source},
        {"_id": 2, "text": "a b c d"},
        {"_id": "p1", "text": "x"},
    ]
    path = written(tmp_path, {"query": "red", "hits": {"hits": hits}})
    given = Judgements({"q7": {"p1": 1.0}}, {"q7": "red"})
    pairs = read_pairs(path, given, size=3, max_words=3)
    assert pairs == [
        Pair("q7", "red", "p1", "title: Shoe\ntags: red,"),
        Pair("q7", "red", "2", "a b c"),
    ]
    (only,) = read_pairs(path, given, size=1, fields=["price", "title"])
    assert only.text == "price: eur 5\ntitle: Shoe"


def test_queries_are_those_that_evaluate_reads(tmp_path: Path) -> None:
    rows = [
        {"query": " red ", "hits": [{"_id": "p1", "text": "x"}]},
        {"query_id": None, "query": "red", "hits": [{"_id": "p1", "text": "y"}, {"_id": "p2"}]},
        {"query_id": "q7", "hits": [{"_id": "p3", "_source": {"brand": {"name": "B", "id": 1}}}]},
    ]
    path = written(tmp_path, *rows)
    given = Judgements({"q7": {"p1": 1.0}}, {"q7": "red"})
    assert read_pairs(path, given, size=1, fields=["brand.name"]) == [
        Pair("q7", "red", "p1", "x"),
        Pair("q7", "red", "p3", "brand: name B"),
    ]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ([], "line 1: is not"),
        ({"query": "a"}, "line 1: is not"),
        ({"query": " ", "hits": []}, "line 1: query '' has no text"),
        ({"query": "a", "hits": [{"_source": {"t": "x"}}]}, "line 1: hit 1 has no `_id`"),
        (
            {"query": "a", "hits": [{"_id": "1", "_source": {}}]},
            "hit 1 has nothing to read",
        ),
        ({"query": "a", "hits": []}, "holds no hit"),
    ],
)
def test_what_is_not_understood_has_a_line(tmp_path: Path, row: Any, why: str) -> None:
    with pytest.raises(LlmJudgeError, match=why):
        read_pairs(written(tmp_path, row), NONE, size=5)


def test_the_shipped_prompt_takes_any_text() -> None:
    filled = read_prompt(None).filled("{document}", "{query} {grade}")
    assert "<query>\n{document}\n</query>" in filled
    assert "<document>\n{query} {grade}\n</document>" in filled


@pytest.mark.parametrize("text", ["", "{query}", "{document} {query}", "{query}{query}{document}"])
def test_a_prompt_has_both_places_once(tmp_path: Path, text: str) -> None:
    path = tmp_path / "prompt.txt"
    path.write_text(text)
    with pytest.raises(LlmJudgeError, match="once"):
        read_prompt(path)
