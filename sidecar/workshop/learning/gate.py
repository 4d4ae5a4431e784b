"""Whether a run's model may take the place of the one that serves. Pure.

Lift: on held-out queries nDCG@10 rises. Its paired bootstrap interval must lie above 0, and the
randomisation test must agree at 5 %: it is exact however few queries there are, where the interval
is too narrow (`tests/workshop/learning/test_gate.py` shows how often noise passes both).

Kept: on each general collection the mean nDCG@10 falls by no more than a bound. It is compared with
the model of run 0, so that small losses of many runs do not add up unseen.

Order: the logits of the package's sample pairs keep their rank correlation with those of run 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sidecar.workshop.evaluation.inference import LEVEL, interval, randomisation_p
from sidecar.workshop.evaluation.orders import Floats

MIN_QUERIES = 6
"""Fewer cannot show a lift: if all of five gain, the randomisation test still says p = 0.06."""


@dataclass(frozen=True)
class Change:
    """The mean nDCG@10 of a collection's queries, before and after."""

    name: str
    queries: int
    before: float
    after: float
    low: float
    """Of the 95 % interval of the mean difference."""
    high: float
    p: float
    """Of the randomisation test, two-sided."""

    @property
    def difference(self) -> float:
        return self.after - self.before

    @classmethod
    def between(cls, name: str, before: Floats, after: Floats) -> "Change":
        """From the values [queries] of the same queries, two or more."""
        differences = after - before
        low, high = interval(differences)
        p = randomisation_p(differences)
        return cls(name, len(before), float(np.mean(before)), float(np.mean(after)), low, high, p)


@dataclass(frozen=True)
class Bounds:
    """What may be lost."""

    loss: float = 0.01
    """Of the mean nDCG@10 of a general collection."""
    order: float = 0.9
    """The least rank correlation of the sample pairs."""


def objections(
    lift: Change, kept: Sequence[Change], order: float, bounds: Bounds
) -> tuple[str, ...]:
    """Why the model must not serve, a line each; none when it may."""
    found = []
    if not (lift.low > 0 and lift.p < LEVEL):
        found.append(
            f"the lift on {lift.queries} held-out queries may be 0: {lift.difference:+.4f}, "
            f"interval [{lift.low:+.4f}, {lift.high:+.4f}], p = {lift.p:.3f}"
        )
    found += [
        f"{each.name}: nDCG@10 falls by {-each.difference:.4f}, more than {bounds.loss:g}"
        for each in kept
        if each.difference < -bounds.loss
    ]
    if order < bounds.order:
        found.append(
            f"the sample pairs' rank correlation with run 0 is {order:.3f}, less than "
            f"{bounds.order:g}"
        )
    return tuple(found)
