"""Does an arm do harm that must end at once? Units that meet a trouble, by arm. Pure.

Under a trouble that is as frequent in both arms, each unit that meets it for the first time is one
of the arm with the arm's share of both: an exact test by the assignment alone, which no outage that
hits both arms, and no user who tries again, can mislead. A little more is tolerated: `ratio` times
the control's, and `tolerance` more units in a hundred.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from sidecar.workshop.experiments.lift import Lift
from sidecar.workshop.experiments.preference import Preference
from sidecar.workshop.experiments.searches import ExperimentLog, Search
from sidecar.workshop.experiments.sequential import excess_p_value

FIRST_SEARCHES = 250
"""Of the control, whose 95th percentile says what slow is, where nobody says it: a limit that later
searches do not move."""
SLOW_QUANTILE = 0.95


@dataclass(frozen=True, slots=True)
class Limits:
    """What is tolerated, and how sure a stop must be."""

    ratio: float = 1.2
    """Times the control's frequency of a trouble."""
    tolerance: float = 0.01
    """The share of units by which an arm may be worse."""
    slow_ms: float | None = None
    """From which a search is slow; None: see FIRST_SEARCHES."""
    alpha: float = 0.05
    """The chance that any guardrail ever stops any arm that does no harm."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """How often the units of an arm meet one trouble."""

    arm: str
    name: str
    """failure, zero results, slow."""
    units: int
    """Of the arm, that met it."""
    share: float
    """Of the arm's units."""
    control_units: int
    control_share: float
    p_value: float
    """Of a trouble that is not more frequent than is tolerated; holds whenever one looks."""
    stop: bool

    @property
    def reason(self) -> str:
        """In one line, for the record of the stop."""
        return (
            f"{self.name}: {self.share:.1%} of the units, {self.control_share:.1%} of the "
            f"control's (p = {self.p_value:.2g})"
        )


def troubles(log: ExperimentLog, limits: Limits) -> tuple[Trouble, ...]:
    """Of each arm but the control, as far as the log can tell them apart."""
    found = []
    control = log.experiment.control
    others = [arm.name for arm in log.experiment.arms if arm.name != control]
    rules = _interleaved_rules() if log.experiment.method == "interleave" else _rules(log, limits)
    alpha = limits.alpha / len(others) / len(rules)
    for arm in others:
        for name, happens in rules:
            units = {each: _units(log.searches, each, happens) for each in (arm, control)}
            found.append(_trouble(arm, name, units[arm], units[control], limits, alpha))
    return tuple(found)


def slow_ms(log: ExperimentLog, limits: Limits) -> float | None:
    """From which a search is slow; None while that is not known."""
    if limits.slow_ms is not None:
        return limits.slow_ms
    control = (log.experiment.control,)
    known = (each for each in log.searches if each.arms == control and isfinite(each.took_ms))
    times = [search.took_ms for search in known]
    if len(times) < FIRST_SEARCHES:
        return None
    return float(np.quantile(times[:FIRST_SEARCHES], SLOW_QUANTILE))


Happens = Callable[[Search, str], bool]
"""Whether a search met a trouble, by the fault of that arm."""


def _rules(log: ExperimentLog, limits: Limits) -> Sequence[tuple[str, Happens]]:
    rules: list[tuple[str, Happens]] = [
        ("failure", lambda search, arm: search.failed),
        ("zero results", lambda search, arm: search.zero_results),
    ]
    if (limit := slow_ms(log, limits)) is not None:
        name = f"slower than {limit:.4g} ms"
        rules.append((name, lambda search, arm: search.took_ms > limit))
    return rules


def _interleaved_rules() -> Sequence[tuple[str, Happens]]:
    return [("failure", lambda search, arm: arm in search.failed_arms)]


def _units(searches: Iterable[Search], arm: str, happens: Happens) -> tuple[int, int]:
    """(units of the arm that met the trouble, all units of the arm)"""
    met, units = set(), set()
    for search in searches:
        if arm in search.arms:
            units.add(search.unit)
            if happens(search, arm):
                met.add(search.unit)
    return len(met), len(units)


def _trouble(
    arm: str,
    name: str,
    of_arm: tuple[int, int],
    of_control: tuple[int, int],
    limits: Limits,
    alpha: float,
) -> Trouble:
    (met, units), (control_met, control_units) = of_arm, of_control
    share, control_share = met / max(1, units), control_met / max(1, control_units)
    expected = limits.ratio * units / max(1, limits.ratio * units + control_units)
    p_value = 1.0
    if 0 < expected < 1:
        p_value = excess_p_value(met, met + control_met, expected)
    stop = p_value < alpha and share - control_share > limits.tolerance
    return Trouble(arm, name, met, share, control_met, control_share, p_value, stop)


def harm(found: Lift | Preference) -> str | None:
    """Why an arm is stopped that users like less; None where they do not."""
    if found.verdict != "worse":
        return None
    if isinstance(found, Preference):
        return f"users prefer the control: {found.share:.1%} wins (p = {found.p_value:.2g})"
    change = found.difference / found.control_mean if found.control_mean else 0.0
    return f"{found.metric}: {change:+.1%} (p = {found.p_value:.2g})"
