"""Evidence and hits -> what is trained on, and what the gate ranks. Pure.

A training row is a line of `model train --pairs`: a text with its grade and weight. The texts of a
query that were judged worse are its negatives, and so are its hits that nobody judged: what the
first stage takes for an answer is the hardest that a reranker has to tell from one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sidecar.workshop.evaluation.candidates import Candidates
from sidecar.workshop.learning.evidence import Evidence

ReadPassages = Callable[[Candidates], Sequence[str]]
"""The passage of each hit of a query."""


@dataclass(frozen=True)
class Ranked:
    """A held-out query with the passages that are ranked, and their grades."""

    query: str
    passages: tuple[str, ...]
    grades: tuple[float, ...]


@dataclass(frozen=True)
class Material:
    """What a run learns from, and what it is measured on."""

    rows: tuple[dict[str, Any], ...]
    """Lines of `model train --pairs`."""
    held_out: tuple[Ranked, ...]
    training_queries: int
    """Those that have a relevant hit."""
    relevant_pairs: int
    hard_negatives: int
    """Hits of these queries that are judged not relevant, or not at all."""
    absent: int
    """Relevant documents that are not among the hits."""
    without_hits: int

    @property
    def figures(self) -> dict[str, int]:
        """The counts, by what they count."""
        return {
            "training queries": self.training_queries,
            "relevant pairs": self.relevant_pairs,
            "hard negatives": self.hard_negatives,
            "held-out queries": len(self.held_out),
            "relevant documents that are no hits": self.absent,
            "queries without hits": self.without_hits,
        }


def assemble(
    evidence: Evidence,
    candidates: Sequence[Candidates],
    read: ReadPassages,
    *,
    relevant: float,
    unjudged_irrelevant: bool,
) -> Material:
    """The material of all queries that have hits. A held-out query is ranked over its judged hits,
    or with `unjudged_irrelevant` over all of them; those of which every order is as good are left
    out."""
    rows: list[dict[str, Any]] = []
    held_out: list[Ranked] = []
    training = relevant_pairs = negatives = absent = 0
    without_hits = len(evidence.judgements.grades) - len(candidates)
    for each in candidates:
        texts = dict(zip((hit.id for hit in each.hits), read(each), strict=True))
        texts = {document: text for document, text in texts.items() if text}
        known = evidence.judgements.grades[each.query_id]
        if each.query_id in evidence.held_out:
            ranked = _ranked(each.query, texts, known, unjudged_irrelevant)
            if len({grade >= relevant for grade in ranked.grades}) == 2:
                held_out.append(ranked)
            continue
        right = [document for document in texts if known.get(document, 0.0) > 0]
        absent += sum(grade > 0 and document not in texts for document, grade in known.items())
        if right:
            of_query = [_row(evidence, each, document, text) for document, text in texts.items()]
            rows += of_query
            training += 1
            relevant_pairs += len(right)
            negatives += len(of_query) - len(right)
    counts = (training, relevant_pairs, negatives, absent, without_hits)
    return Material(tuple(rows), tuple(held_out), *counts)


def _ranked(query: str, texts: dict[str, str], known: Any, unjudged_irrelevant: bool) -> Ranked:
    ranked = [document for document in texts if unjudged_irrelevant or document in known]
    return Ranked(
        query,
        tuple(texts[document] for document in ranked),
        tuple(float(known.get(document, 0.0)) for document in ranked),
    )


def _row(evidence: Evidence, each: Candidates, document: str, text: str) -> dict[str, Any]:
    grade = max(0.0, evidence.judgements.grades[each.query_id].get(document, 0.0))
    row: dict[str, Any] = {"query": each.query, "text": text, "grade": grade}
    if grade > 0:
        row["weight"] = evidence.weight(each.query_id, document)
    return row
