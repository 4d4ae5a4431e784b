"""The noun: grades of documents for queries."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sidecar.errors import StartupError


class JudgementsError(StartupError):
    """Judgements that cannot be read or written; a line for each fault, with its file and place."""

    code = "judgements"


@dataclass(frozen=True)
class Judgements:
    """Queries with graded documents.

    Formats without query IDs name a query by its text.
    """

    grades: Mapping[str, Mapping[str, float]]
    """query ID -> document ID -> grade, in the order of the file. A higher grade is more relevant,
    and 0 or less is not relevant at all."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """query ID -> what the user searched for, where it is known."""
    weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """query ID -> document ID -> effective sample size: how many certain observations the grade is
    worth. Only where it is known, as for grades from clicks."""
    notes: tuple[str, ...] = ()
    """What the reader passed over, a line each."""

    def __len__(self) -> int:
        """How many documents are judged, over all queries."""
        return sum(map(len, self.grades.values()))

    def weight(self, query_id: str, document_id: str) -> float:
        """The effective sample size of one judgement; 1 where it is not known."""
        return self.weights.get(query_id, {}).get(document_id, 1.0)

    def relevant(self, query_id: str, threshold: float = 1.0) -> set[str]:
        """The query's documents with that grade or a higher one."""
        graded = self.grades.get(query_id, {})
        return {document for document, grade in graded.items() if grade >= threshold > 0}

    def without_relevant(self, threshold: float = 1.0) -> list[str]:
        """The queries for which no document has that grade: any order of theirs is as good."""
        return [query for query in self.grades if not self.relevant(query, threshold)]

    def with_texts(self, texts: Mapping[str, str]) -> "Judgements":
        """These judgements with more query texts; the given ones win."""
        known = {query: texts[query] for query in self.grades if query in texts}
        return replace(self, texts={**self.texts, **known})
