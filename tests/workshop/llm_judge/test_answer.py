"""The grade in what a model wrote, and nothing guessed where there is none."""

import pytest

from sidecar.workshop.llm_judge.answer import read_grade


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ('{"grade": 2}', 2),
        ('```json\n{"grade": 3, "why": "exact"}\n```', 3),
        ('The query asks for 3 things, {"x": 1} is one.\n{"grade": "1"}', 1),
        ('First {"grade": 0}, but then {"grade": 2.0}', 2),
        ("2", 2),
        (" Grade: 1. ", 1),
    ],
)
def test_a_grade_is_found(text: str, grade: int) -> None:
    assert read_grade(text, 3) == grade


@pytest.mark.parametrize(
    "text",
    [
        *("", "I cannot judge this.", "between 1 and 2", '{"grade": 4}', '{"grade": -1}'),
        *('{"grade": true}', '{"grade": 1.5}', '{"grade": null}', '{"score": 2}', "7", "grade {1"),
    ],
)
def test_what_holds_no_grade_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="grade"):
        read_grade(text, 3)
