"""Judgements as live traffic meets them: found by what the user typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from sidecar.judgements import jsonl
from sidecar.judgements.files import read_text
from sidecar.judgements.judgements import Judgements, JudgementsError
from sidecar.judgements.top_ten import MAX_GRADE, dcg, ideal_dcg, reciprocal_rank
from sidecar.lenient_json import loads


@dataclass(frozen=True, slots=True)
class TopTen:
    """What the first ten documents of a search are worth."""

    mrr: float
    ndcg: float
    documents: int
    """How many there are, at most ten."""
    judged: int
    """How many of them have a judgement."""


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query for which a relevant document is known."""

    grades: Mapping[str, float]
    """document ID -> grade"""
    ideal: float
    """The DCG of the perfect order, above 0."""

    def top_ten(self, documents: Sequence[str | None]) -> TopTen:
        """Of at most ten documents, best first; None is one whose ID is not known, and counts as
        one without a judgement."""
        grades = [self.grades.get(document) if document else None for document in documents]
        values = [grade or 0.0 for grade in grades]
        judged = sum(grade is not None for grade in grades)
        return TopTen(reciprocal_rank(values), dcg(values) / self.ideal, len(grades), judged)


class JudgedQueries:
    """Queries by their text: as it was typed, else without regard to case and spaces."""

    def __init__(self, judgements: Judgements) -> None:
        """Of queries with the same text the first counts. Raises JudgementsError."""
        self._as_typed: dict[str, JudgedQuery] = {}
        self._folded: dict[str, JudgedQuery] = {}
        self.left_out = 0
        """Queries for which no document is relevant, and repeated ones."""
        for query, graded in judgements.grades.items():
            text = judgements.texts.get(query)
            if text is None:
                raise JudgementsError(
                    f"the text of query {query!r} is not known, and live searches are known by it: "
                    "rerank-sidecar judgements convert --queries"
                )
            if max(graded.values(), default=0.0) > MAX_GRADE:
                raise JudgementsError(
                    f"query {query!r} has a grade above {MAX_GRADE:g}, too high for the gain "
                    "2^grade - 1"
                )
            judged = JudgedQuery(graded, ideal_dcg(graded.values()))
            if not judged.ideal or text in self._as_typed:
                self.left_out += 1
                continue
            self._as_typed[text] = judged
            self._folded.setdefault(_folded(text), judged)

    def __len__(self) -> int:
        return len(self._as_typed)

    def find(self, text: str) -> JudgedQuery | None:
        """The judgements of a query."""
        return self._as_typed.get(text) or self._folded.get(_folded(text))


def read_judged_queries(file: Path) -> JudgedQueries:
    """The judgements of JSON lines. Raises JudgementsError: another format, and a line for each
    fault."""
    if file.is_dir():
        raise _another_form(file)
    text = read_text(file)
    if not _is_jsonl(text):
        raise _another_form(file)
    try:
        return JudgedQueries(jsonl.read(file, text))
    except JudgementsError as fault:
        named = str(file) in fault.message
        raise fault if named else JudgementsError(f"{file}: {fault.message}") from None


def _is_jsonl(text: str) -> bool:
    head = next((line for line in text.split("\n") if line.strip()), "")
    try:
        return jsonl.is_jsonl(loads(head))
    except orjson.JSONDecodeError:
        return False


def _another_form(file: Path) -> JudgementsError:
    return JudgementsError(
        f"{file} does not hold judgements as JSON lines, which the service reads: "
        f"rerank-sidecar judgements convert {file} judgements.jsonl"
    )


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
