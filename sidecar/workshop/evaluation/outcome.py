"""The nouns of an evaluation's outcome: a way of ranking, how it compares, all of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sidecar.workshop.evaluation.candidates import Candidates
from sidecar.workshop.evaluation.changes import WinsAndLosses
from sidecar.workshop.evaluation.configuration import FIRST_STAGE
from sidecar.workshop.evaluation.cost import Cost
from sidecar.workshop.evaluation.depth import DepthPoint
from sidecar.workshop.evaluation.inference import LEVEL
from sidecar.workshop.evaluation.measures import Grading, Metric
from sidecar.workshop.evaluation.orders import Floats
from sidecar.workshop.evaluation.unjudged import judged_cutoff


@dataclass(frozen=True)
class Comparison:
    """A way of ranking beside the baseline, by the first metric."""

    change: float
    low: float
    high: float
    """95 % interval of the mean change."""
    p: float
    """Of the randomisation test, adjusted by Holm for all comparisons of the evaluation."""
    p_alone: float
    """Before it was adjusted."""
    detectable: float
    """The change that as many queries would show with a chance of 80 %."""
    queries: WinsAndLosses

    @property
    def verdict(self) -> str:
        """better, worse, or no difference shown."""
        if self.p >= LEVEL or self.change == 0:
            return "no difference shown"
        return "better" if self.change > 0 else "worse"


@dataclass(frozen=True)
class Ranking:
    """One way of ranking, and what it is worth."""

    name: str
    values: Mapping[str, Floats]
    """metric -> values [queries]"""
    intervals: Mapping[str, tuple[float, float]]
    """metric -> 95 % interval of the mean"""
    judged: float
    """judged@k, the mean over the queries."""
    bounds: tuple[float, float] | None
    """The first metric's mean in the worst and the best case for the unjudged documents."""
    comparison: Comparison | None = None
    """None for the baseline."""
    curve: tuple[DepthPoint, ...] = ()
    """By depth; empty for the first stage."""
    cost: Cost | None = None

    def mean(self, metric: str) -> float:
        return float(self.values[metric].mean())


@dataclass(frozen=True)
class Evaluation:
    """All of it, for the reports."""

    queries: tuple[Candidates, ...]
    grades: tuple[Mapping[str, float], ...]
    metrics: tuple[Metric, ...]
    """The first decides."""
    grading: Grading
    baseline: str
    rankings: tuple[Ranking, ...]
    """The first stage, then the configurations."""
    perfect: float
    """The first metric's mean if the same hits were in the best order."""
    source: str
    """What the first stage is, in words."""
    notes: tuple[str, ...]
    """What was left out, and why."""
    price_per_hour: float | None = None

    @property
    def metric(self) -> Metric:
        """The one that decides."""
        return self.metrics[0]

    @property
    def cutoff(self) -> int:
        """The k of judged@k."""
        return judged_cutoff(self.metric)

    @property
    def tested(self) -> tuple[Ranking, ...]:
        """Those whose p-values were adjusted together."""
        compared = (each for each in self.rankings if each.comparison is not None)
        return tuple(each for each in compared if each.name != FIRST_STAGE)
