"""Are the arms as large as their shares say? A sample-ratio mismatch means that units, or their
records, got lost on the way, and of one arm more than of others. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sidecar.workshop.experiments.searches import ExperimentLog
from sidecar.workshop.experiments.sequential import allocation_p_value

ALARM = 0.001


@dataclass(frozen=True, slots=True)
class Allocation:
    """Units of each arm, and what was expected."""

    units: Mapping[str, int]
    shares: Mapping[str, float]
    p_value: float
    """Of units that are dealt out by the shares; holds whenever one looks."""

    @property
    def mismatch(self) -> bool:
        """Whether the arms' sizes are none that the shares give."""
        return self.p_value < ALARM


def allocation(log: ExperimentLog) -> Allocation:
    """Of a split. Once an arm was stopped its units are served outside of the experiment, so those
    count that were seen before."""
    stopped_s = [stop.at.timestamp() for stop in log.experiment.stops.values()]
    until_s = min(stopped_s, default=math.inf)
    shares = {arm.name: arm.share or 0.0 for arm in log.experiment.arms}
    units: dict[str, set[str]] = {arm: set() for arm in shares}
    for search in log.searches:
        if search.time_s < until_s:
            units[search.arms[0]].add(search.unit)
    counts = {arm: len(seen) for arm, seen in units.items()}
    if any(counts[arm] for arm, share in shares.items() if not share):
        return Allocation(counts, shares, 0.0)  # of an arm that gets no unit
    dealt = [arm for arm, share in shares.items() if share]
    p_value = allocation_p_value([counts[arm] for arm in dealt], [shares[arm] for arm in dealt])
    return Allocation(counts, shares, p_value)
