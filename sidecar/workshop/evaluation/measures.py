"""nDCG, MRR, MAP, precision and recall, per query, by ir-measures. Pure.

A document without a judgement is not relevant, and a relevant document that was not found is
missed. nDCG takes the gain 2^grade - 1 (Burges et al., ICML 2005), or the grade itself; the others
ask whether the grade reaches a threshold.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import ir_measures
import numpy as np

from sidecar.judgements.judgements import Judgements
from sidecar.workshop.evaluation.candidates import EvaluationError
from sidecar.workshop.evaluation.orders import Floats

Gain = Literal["exponential", "linear"]
DEFAULT_METRICS = "nDCG@10,MRR@10,MAP,P@10,R@10"
FRACTIONAL_SCALE = 1000
"""ir-measures needs integer gains: those of fractional grades are given in thousandths."""
MAX_EXPONENTIAL = 20.0
"""Grades of ten steps are common, percentages are not grades: 2^100 would drown all others."""
_KINDS = {"ndcg": "nDCG", "mrr": "RR", "rr": "RR", "map": "AP", "ap": "AP", "p": "P", "r": "R"}
_KINDS |= {"recall": "R", "precision": "P"}
_NAMES = {"RR": "MRR", "AP": "MAP"}


@dataclass(frozen=True)
class Metric:
    """A measure at a cut-off."""

    kind: str
    """ir-measures' name of it."""
    cutoff: int | None

    @property
    def name(self) -> str:
        """As it is shown: "nDCG@10"."""
        name = _NAMES.get(self.kind, self.kind)
        return name if self.cutoff is None else f"{name}@{self.cutoff}"

    @property
    def graded(self) -> bool:
        """Whether it looks at grades, and not only at what is relevant."""
        return self.kind == "nDCG"

    def measure(self) -> Any:
        """ir-measures' own object."""
        measure = getattr(ir_measures, self.kind)
        return measure if self.cutoff is None else measure @ self.cutoff


def parse_metrics(text: str) -> tuple[Metric, ...]:
    """Of "nDCG@10,MRR@10,MAP". Raises EvaluationError."""
    metrics = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = re.fullmatch(r"([A-Za-z]+)(?:@([1-9]\d{0,5}))?", part)
        kind = _KINDS.get(match[1].lower()) if match else None
        if match is None or kind is None:
            raise EvaluationError(f"--metrics: {part!r} is none of nDCG@k, MRR@k, MAP, P@k, R@k")
        if kind in ("P", "R") and match[2] is None:
            raise EvaluationError(f"--metrics: {part!r} needs a cut-off, as in {part}@10")
        metrics.append(Metric(kind, int(match[2]) if match[2] else None))
    if not metrics:
        raise EvaluationError("--metrics: name at least one")
    return tuple(dict.fromkeys(metrics))


@dataclass(frozen=True)
class Grading:
    """How grades become gains, and which are relevant."""

    threshold: float = 1.0
    """The lowest relevant grade."""
    gain: Gain = "exponential"

    def check(self, judgements: Judgements) -> None:
        """Raises EvaluationError for grades whose exponential gain would be absurd."""
        highest = max(max(graded.values(), default=0.0) for graded in judgements.grades.values())
        if self.gain == "exponential" and highest > MAX_EXPONENTIAL:
            raise EvaluationError(
                f"the highest grade is {highest:g}, too high for the gain 2^grade - 1: "
                "--gain linear, and --relevant for the lowest relevant grade"
            )

    def value(self, grade: float) -> float:
        """The gain of a grade."""
        if grade <= 0:
            return 0.0
        return 2.0**grade - 1 if self.gain == "exponential" else grade


Qrels = Mapping[str, Mapping[str, int]]


def measured(
    metrics: Sequence[Metric],
    grading: Grading,
    grades: Sequence[Mapping[str, float]],
    rankings: Sequence[Sequence[str]],
) -> dict[str, Floats]:
    """metric -> values [queries]. `grades` are each query's, by document; `rankings` each query's
    documents, best first."""
    values = {metric.name: np.zeros(len(rankings)) for metric in metrics}
    runs = {
        str(query): {document: float(-rank) for rank, document in enumerate(ranking)}
        for query, ranking in enumerate(rankings)
        if ranking
    }
    for chosen, qrels in (
        ([metric for metric in metrics if metric.graded], _gains(grading, grades)),
        ([metric for metric in metrics if not metric.graded], _relevance(grading, grades)),
    ):
        if chosen and runs:
            names = {str(metric.measure()): metric.name for metric in chosen}
            measures = [metric.measure() for metric in chosen]
            for found in ir_measures.iter_calc(measures, qrels, runs):
                values[names[str(found.measure)]][int(found.query_id)] = found.value
    return values


def _gains(grading: Grading, grades: Sequence[Mapping[str, float]]) -> Qrels:
    whole = all(grade == int(grade) for graded in grades for grade in graded.values())
    scale = 1 if whole else FRACTIONAL_SCALE
    return {
        str(query): {
            document: round(grading.value(grade) * scale) for document, grade in graded.items()
        }
        for query, graded in enumerate(grades)
    }


def _relevance(grading: Grading, grades: Sequence[Mapping[str, float]]) -> Qrels:
    return {
        str(query): {
            document: int(grade >= grading.threshold) for document, grade in graded.items()
        }
        for query, graded in enumerate(grades)
    }
