"""The grade in what a language model wrote."""

import json
import re

_OBJECT = re.compile(r"\{[^{}]*\}")
_ALONE = re.compile(r"\s*(?:grade\s*:?\s*)?(\d+)\s*\.?\s*", re.IGNORECASE)


def read_grade(text: str, max_grade: int) -> int:
    """The grade of the last JSON object with a `grade`, or a number that stands alone.

    What comes before it, such as reasoning, is passed over. Raises ValueError when there is no
    grade from 0 to `max_grade`: nothing is guessed.
    """
    for found in reversed(_OBJECT.findall(text)):
        try:
            value = json.loads(found).get("grade")
        except json.JSONDecodeError:
            continue
        if value is not None:
            return _checked(value, max_grade)
    alone = _ALONE.fullmatch(text)
    if alone is None:
        raise ValueError("holds no grade")
    return _checked(int(alone[1]), max_grade)


def _checked(value: object, max_grade: int) -> int:
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= max_grade:
        raise ValueError(f"has a grade that is not one of 0 to {max_grade}")
    return value
