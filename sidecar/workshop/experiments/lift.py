"""Does an arm do better than the control? Means over searches, by units, of a split. Pure.

The mean of a metric over searches is a ratio of two sums of each unit, whose error is by the delta
method; where units have a history, it is corrected by what they did before (CUPED: Deng, Xu, Kohavi
and Walker, WSDM 2013). Both are tea-tasting's; that a look at any time is valid comes from
`sequential`.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from sidecar.workshop.experiments.searches import ExperimentLog, Search
from sidecar.workshop.experiments.sequential import mean_interval, mean_p_value

Floats = NDArray[np.float64]
Measure = Callable[[Search], float]
MIN_UNITS = 100
"""Of each arm, below which nothing is said: an error that is estimated from fewer is no measure."""
MIN_HISTORY = 0.1
"""The least share of units with a history for which it is worth a correction."""
MEASURES: Mapping[str, Measure] = {
    "clicked": lambda search: float(bool(search.clicked)),
    "clicks": lambda search: float(len(search.clicked)),
    "mrr": lambda search: 1 / search.first_click if search.first_click else 0.0,
}
"""Of a search: whether a hit was clicked, how many were, and 1 / the place of the best one."""
_COLUMNS = ("value", "searches", "value_before", "searches_before")


def measure_of(name: str) -> Measure:
    """A measure of MEASURES; any other name is an action: whether the search led to it."""
    return MEASURES.get(name) or (lambda search: float(name in search.actions))


@dataclass(frozen=True, slots=True)
class Lift:
    """What an arm changes in a mean over searches."""

    metric: str
    arm: str
    control_mean: float
    arm_mean: float
    """Both corrected, where there is a history."""
    control_units: int
    arm_units: int
    searches: int
    """Of both."""
    error: float
    """The standard error of the difference."""
    expected: float
    interval: tuple[float, float]
    """Of the difference, holds at every look at once."""
    p_value: float
    """Of no difference, holds whenever one looks."""
    fixed_p_value: float
    """Of no difference, holds for one look at a time that was fixed before."""
    corrected: bool
    """Whether by history."""

    @property
    def difference(self) -> float:
        """Arm - control."""
        return self.arm_mean - self.control_mean

    @property
    def enough(self) -> bool:
        """Whether there are units for a judgement."""
        return min(self.control_units, self.arm_units) >= MIN_UNITS

    @property
    def verdict(self) -> str:
        """better, worse, undecided, or too few."""
        low, high = self.interval
        if not self.enough:
            return "too few"
        return "better" if low > 0 else "worse" if high < 0 else "undecided"


@dataclass(frozen=True, slots=True)
class UnitTable:
    """An arm's units: [units, 4], the columns as in _COLUMNS."""

    values: Floats

    @classmethod
    def of(
        cls,
        searches: Iterable[Search],
        history: Mapping[str, Sequence[Search]],
        measure: Measure,
    ) -> "UnitTable":
        """Sums of each unit, in the experiment and before."""
        sums: dict[str, list[float]] = {}
        for search in searches:
            row = sums.get(search.unit)
            if row is None:
                before = history.get(search.unit, ())
                row = sums[search.unit] = [0, 0, sum(map(measure, before)), len(before)]
            row[0] += measure(search)
            row[1] += 1
        return cls(np.array([*sums.values()], np.float64).reshape(-1, len(_COLUMNS)))

    @property
    def history_share(self) -> float:
        """Of units that were seen before."""
        return float((self.values[:, 3] > 0).mean()) if len(self.values) else 0.0


def lifts(log: ExperimentLog, metric: str, *, expected: float, alpha: float) -> tuple[Lift, ...]:
    """Of each arm but the control, in the file's order. `expected` is the change that would be no
    surprise, as a share of the control's mean; `alpha` of all arms together (Bonferroni)."""
    measure, names = measure_of(metric), [arm.name for arm in log.experiment.arms]
    tables = {
        name: UnitTable.of(
            (search for search in log.searches if search.arms == (name,)), log.history, measure
        )
        for name in names
    }
    control = tables[log.experiment.control]
    others = [name for name in names if name != log.experiment.control]
    return tuple(
        lift(metric, name, control, tables[name], expected, alpha / len(others), len(others))
        for name in others
    )


def lift(
    metric: str,
    name: str,
    control: UnitTable,
    arm: UnitTable,
    expected: float,
    alpha: float,
    comparisons: int = 1,
) -> Lift:
    """Of one arm; p-values are those of so many comparisons."""
    from tea_tasting.aggr import Aggregates
    from tea_tasting.metrics import RatioOfMeans

    control_units, arm_units = len(control.values), len(arm.values)
    searches = int(control.values[:, 1].sum() + arm.values[:, 1].sum())
    if min(control_units, arm_units) < 2:
        nothing = (math.nan, math.nan, control_units, arm_units, searches, math.nan, math.nan)
        return Lift(metric, name, *nothing, (-math.inf, math.inf), 1.0, 1.0, False)
    corrected = min(control.history_share, arm.history_share) >= MIN_HISTORY
    covariates = _COLUMNS[2:] if corrected and _varies(control, arm) else ()

    def aggregates(table: UnitTable) -> Aggregates:
        used = _COLUMNS[: 2 + len(covariates)]
        means = table.values.mean(axis=0)
        covariances = np.cov(table.values, rowvar=False)
        return Aggregates(
            len(table.values),
            {each: float(means[at]) for at, each in enumerate(used)},
            {each: float(covariances[at, at]) for at, each in enumerate(used)},
            {
                (each, other): float(covariances[at, place])
                for at, each in enumerate(used)
                for place, other in enumerate(used)
                if at < place
            },
        )

    metric_of = RatioOfMeans(
        *_COLUMNS[:2], *covariates, use_t=False, equal_var=False, confidence_level=0.95
    )
    with np.errstate(all="ignore"):  # relative to a control without a click
        found = metric_of.analyze_aggregates(aggregates(control), aggregates(arm))
    error = float(found.effect_size_ci_upper - found.effect_size_ci_lower) / 2 / norm.ppf(0.975)
    error = error if math.isfinite(error) else 0.0
    difference, scale = float(found.treatment - found.control), expected * float(found.control)
    scale = scale if scale > 0 else expected
    return Lift(
        metric,
        name,
        float(found.control),
        float(found.treatment),
        control_units,
        arm_units,
        searches,
        error,
        scale,
        mean_interval(difference, error, scale, alpha),
        min(1.0, comparisons * mean_p_value(difference, error, scale)),
        min(1.0, comparisons * 2 * float(norm.sf(abs(difference) / error))) if error else 1.0,
        bool(covariates),
    )


def _varies(control: UnitTable, arm: UnitTable) -> bool:
    """Whether what units did before differs, in both arms: else nothing can be corrected."""
    return all(table.values[:, 2].std() > 0 for table in (control, arm))
