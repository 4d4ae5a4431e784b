"""Gathers judgements row by row, and all that is wrong with them.

A reader goes through its whole file, so that every fault is shown at once. The same judgement twice
is noted and counted once; two grades for one document are a fault, because nobody knows which one
is meant.
"""

import math
from collections.abc import Callable
from pathlib import Path

from sidecar.judgements.judgements import Judgements, JudgementsError

MAX_SHOWN = 20
MAX_GRADE = 1e6
"""What is beyond is a fault of the file, and no measure could count it."""
Place = int | tuple[str | int, ...]
"""A line, or the path of keys and positions to a part of a JSON document."""


class Collector:
    """The judgements of one file as they are read."""

    def __init__(self, file: Path, line_of: Callable[[Place], int] | None = None) -> None:
        """`line_of` finds the line of a place that is none; it is called only for faults."""
        self._file, self._line_of = file, line_of
        self._grades: dict[str, dict[str, float]] = {}
        self._texts: dict[str, str] = {}
        self._weights: dict[str, dict[str, float]] = {}
        self._places: dict[tuple[str, str], Place] = {}
        self._faults: list[str] = []
        self._notes: list[str] = []

    def query(self, query_id: str, text: str | None = None) -> None:
        """A query, which may have no judgement."""
        self._grades.setdefault(query_id, {})
        if text is not None:
            self._texts.setdefault(query_id, text)

    def add(
        self,
        place: Place,
        query_id: object,
        document_id: object,
        grade: object,
        *,
        text: str | None = None,
        weight: object = None,
    ) -> None:
        """One judgement as the file has it; what is wrong with it becomes a fault."""
        query, document = _id(query_id), _id(document_id)
        if not query or not document:
            self.fault(place, f"no {'document' if query else 'query'} is named")
            return
        number = _number(grade)
        if number is None or abs(number) > MAX_GRADE:
            self.fault(place, f"the grade {_shown(grade)} is no number from -1e6 to 1e6")
            return
        key = (query, document)
        if key in self._places:
            self._again(place, key, number)
            return
        self._places[key] = place
        self.query(query, text)
        self._grades[query][document] = number
        if weight is not None:
            self._weigh(place, key, weight)

    def fault(self, place: Place, message: str) -> None:
        """Something that keeps the file from being read."""
        self._faults.append(f"{self._at(place)}: {message}")

    def note(self, place: Place, message: str) -> None:
        """Something that was passed over."""
        self._notes.append(f"{self._at(place)}: {message}")

    def done(self) -> Judgements:
        """What was gathered. Raises JudgementsError with a line for each fault, or when there is no
        judgement."""
        if self._faults:
            raise JudgementsError(listed(self._faults))
        if not self._places:
            raise JudgementsError(f"{self._file} holds no judgement")
        return Judgements(self._grades, self._texts, self._weights, tuple(self._notes))

    def _again(self, place: Place, key: tuple[str, str], grade: float) -> None:
        (query, document), earlier = key, self._places[key]
        before = self._grades[query][document]
        what = f"document {_shown(document)} of query {_shown(query)}"
        where = f"line {self._line(earlier)}"
        if before == grade:
            self.note(place, f"{what} is judged as in {where}: counted once")
        else:
            self.fault(place, f"{what} has grade {grade:g} here and {before:g} in {where}")

    def _weigh(self, place: Place, key: tuple[str, str], weight: object) -> None:
        number = _number(weight)
        if number is None or number <= 0:
            self.fault(place, f"the weight {_shown(weight)} is not a number above 0")
            return
        query, document = key
        self._weights.setdefault(query, {})[document] = number

    def _at(self, place: Place) -> str:
        path = "" if isinstance(place, int) else f" ({_path(place)})"
        return f"{self._file}, line {self._line(place)}{path}"

    def _line(self, place: Place) -> int:
        if isinstance(place, int):
            return place
        assert self._line_of is not None, "a reader of JSON gives it"
        return self._line_of(place)


def listed(lines: list[str]) -> str:
    """The first lines, and how many more there are."""
    more = len(lines) - MAX_SHOWN
    return "\n".join([*lines[:MAX_SHOWN], *([f"... and {more} more"] if more > 0 else [])])


def _id(value: object) -> str:
    """IDs are strings; a number in JSON names the same document as its digits."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _path(place: tuple[str | int, ...]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return "".join(parts).lstrip(".")
