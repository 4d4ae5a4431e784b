"""Which arm do users prefer, in interleaved searches? Signs, one for each draft. Pure.

A draft that is repeated (the same unit, the same query) is the same coin: its first search counts.
Searches in which neither arm got more clicks say nothing about the share of wins (Chapelle,
Joachims, Radlinski and Yue, *Large-scale validation and analysis of interleaved search evaluation*,
TOIS 2012).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from scipy.stats import binomtest

from mappings.experiments.assignment import normalised
from sidecar.workshop.experiments.searches import ExperimentLog, Search
from sidecar.workshop.experiments.sequential import sign_interval, sign_p_value


@dataclass(frozen=True, slots=True)
class Preference:
    """An arm against the control."""

    arm: str
    wins: int
    """Searches in which the arm got more clicks than the control."""
    losses: int
    ties: int
    """Without a click on either too."""
    units_for: int
    """Units with more wins than losses."""
    units_against: int
    interval: tuple[float, float]
    """Of the share of wins among wins and losses; holds at every look at once."""
    p_value: float
    """Of no preference, holds whenever one looks."""
    fixed_p_value: float
    """Of no preference, holds for one look at a time that was fixed before."""

    @property
    def share(self) -> float:
        """Of wins among wins and losses; a half where there are none."""
        decided = self.wins + self.losses
        return self.wins / decided if decided else 0.5

    @property
    def verdict(self) -> str:
        """better, worse or undecided."""
        low, high = self.interval
        return "better" if low > 0.5 else "worse" if high < 0.5 else "undecided"


def preferences(log: ExperimentLog, *, alpha: float) -> tuple[Preference, ...]:
    """Of each arm against the control, in the file's order; `alpha` of all arms together
    (Bonferroni)."""
    control = log.experiment.control
    drafts = _first_of_each_draft(log.searches)
    others = [arm.name for arm in log.experiment.arms if arm.name != control]
    return tuple(
        _preference(arm, control, drafts, alpha / len(others), len(others)) for arm in others
    )


def _first_of_each_draft(searches: Iterable[Search]) -> list[Search]:
    first: dict[tuple[str, str], Search] = {}
    for search in searches:
        if search.teams and not search.failed and not search.failed_arms:
            first.setdefault((search.unit, normalised(search.text)), search)
    return [*first.values()]


def _preference(
    arm: str, control: str, drafts: Iterable[Search], alpha: float, comparisons: int
) -> Preference:
    wins = losses = ties = 0
    balance: dict[str, int] = {}
    for search in drafts:
        if arm not in search.arms or control not in search.arms:
            continue
        credit = search.credit
        difference = credit[arm] - credit[control]
        wins += difference > 0
        losses += difference < 0
        ties += not difference
        if difference:
            balance[search.unit] = balance.get(search.unit, 0) + (1 if difference > 0 else -1)
    decided = wins + losses
    fixed = float(binomtest(wins, decided).pvalue) if decided else 1.0
    return Preference(
        arm,
        wins,
        losses,
        ties,
        sum(each > 0 for each in balance.values()),
        sum(each < 0 for each in balance.values()),
        sign_interval(wins, losses, alpha),
        min(1.0, comparisons * sign_p_value(wins, losses)),
        min(1.0, comparisons * fixed),
    )
