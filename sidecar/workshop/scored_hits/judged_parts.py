"""The parts of judged pairs, as arrays: what a fit reads.

One row per pair of a query and a judged document, the pairs of a query next to each other.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sidecar.errors import StartupError

Floats = NDArray[np.float64]
Indexes = NDArray[np.int64]


def times(table: Floats, vector: Floats) -> Floats:
    """table @ vector [rows]. Not by BLAS, whose threads for a table so narrow cost more than they
    save: on two busy cores a fit took four times the CPU time."""
    found: Floats = np.einsum("ij,j->i", table, vector)
    return found


def summed(vector: Floats, table: Floats) -> Floats:
    """vector @ table [columns], not by BLAS either."""
    found: Floats = np.einsum("i,ij->j", vector, table)
    return found


class FittingError(StartupError):
    """Judgements, candidates or a profile that nothing can be fitted on."""

    code = "fitting"


@dataclass(frozen=True)
class JudgedParts:
    """Pairs of judged documents, and what each part of the score would be at weight 1."""

    starts: Indexes
    """[queries + 1]: the pairs of query q are starts[q] to starts[q + 1]."""
    fixed: Floats
    """[pairs]: the parts that no weight multiplies: the model's, rules, what a query excludes."""
    fixed_match: Floats
    """[pairs]: field matches whose weight stays, already multiplied; the match cap holds them."""
    matches: Floats
    """[pairs, fields]: match of each field, in [0, 1] but for boosts."""
    strengths: Floats
    """[pairs, signals]: in [-1, 1]; 0 where an exclusion counts instead, which `fixed` has."""
    grades: Floats
    """[pairs]"""
    ideal: Floats
    """[queries]: the DCG of the best order of all documents that are judged for the query."""
    certainty: Floats = field(default_factory=lambda: np.zeros(0))
    """[pairs]: effective sample size of each judgement; empty: all count the same."""

    @property
    def queries(self) -> int:
        return len(self.starts) - 1

    @property
    def pairs(self) -> int:
        return int(self.starts[-1])

    @property
    def sizes(self) -> Indexes:
        """[queries]: how many pairs each query has."""
        return np.diff(self.starts)

    def of_queries(self, chosen: Indexes) -> "JudgedParts":
        """The pairs of these queries, in the given order."""
        sizes = self.sizes[chosen]
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        rows = np.repeat(self.starts[chosen] - starts[:-1], sizes) + np.arange(starts[-1])
        return JudgedParts(
            starts,
            self.fixed[rows],
            self.fixed_match[rows],
            self.matches[rows],
            self.strengths[rows],
            self.grades[rows],
            self.ideal[chosen],
            self.certainty[rows] if len(self.certainty) else self.certainty,
        )

    def varying(self, columns: Floats) -> NDArray[np.int64]:
        """[columns]: in how many queries each column is not the same for all documents."""
        if not self.pairs:
            return np.zeros(columns.shape[1], dtype=np.int64)
        low = np.minimum.reduceat(columns, self.starts[:-1], axis=0)
        high = np.maximum.reduceat(columns, self.starts[:-1], axis=0)
        counts: NDArray[np.int64] = (high > low).sum(axis=0)
        return counts
