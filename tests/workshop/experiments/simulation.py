"""Do the tests hold when somebody looks all the time? Simulated experiments with known truth.

python -m tests.workshop.experiments.simulation --runs 1000
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sidecar.workshop.experiments.lift import UnitTable, lift
from sidecar.workshop.experiments.sequential import (
    allocation_p_value,
    excess_p_value,
    sign_p_value,
)
from tests.workshop.experiments.users import Users

ALPHA = 0.05


@dataclass(frozen=True)
class Found:
    """What came of one simulated experiment, with a look after every few searches."""

    first_look: int | None
    """The first at which the always-valid test found a difference; None if none did."""
    fixed_first_look: int | None
    """The same of the test that holds for one look alone."""


def of_split(users: Users, true_lift: float, seed: int, every: int = 400) -> Found:
    """Of a split of the users in two."""
    first = fixed = None
    for number, (control, arm) in enumerate(users.searches(true_lift, seed).looks(every)):
        found = lift("clicked", "arm", UnitTable(control), UnitTable(arm), 0.05, ALPHA)
        if found.enough and found.fixed_p_value < ALPHA and fixed is None:
            fixed = number
        if found.verdict in ("better", "worse"):
            first = number if first is None else first
            break
    return Found(first, fixed)


def of_signs(share: float, seed: int, searches: int = 2000, every: int = 10) -> bool:
    """Whether interleaving finds a preference at any look."""
    wins = np.cumsum(np.random.default_rng(seed).random(searches) < share)
    looks = range(every, searches, every)
    return any(sign_p_value(int(wins[n - 1]), n - int(wins[n - 1])) < ALPHA for n in looks)


def of_troubles(share: float, seed: int, events: int = 1000) -> bool:
    """Whether a guardrail stops an arm that has that share of the units in trouble, where it may
    have half of them; it looks after each."""
    seen = np.cumsum(np.random.default_rng(seed).random(events) < share)
    return any(excess_p_value(int(seen[n - 1]), n, 0.5) < ALPHA for n in range(5, events, 5))


def of_sizes(share: float, seed: int, units: int = 10_000, every: int = 50) -> bool:
    """Whether sizes are found to be no halves, at any look."""
    first = np.cumsum(np.random.default_rng(seed).random(units) < share)
    looks = range(every, units, every)
    counts = ((int(first[n - 1]), n - int(first[n - 1])) for n in looks)
    return any(allocation_p_value(each, (0.5, 0.5)) < ALPHA for each in counts)


def lines(runs: int) -> Iterator[str]:
    """The shares of experiments in which something was found."""
    for title, users, true_lift in (
        ("no difference, users much alike", Users(2000), 0.0),
        ("no difference, users who differ much", Users(2000, spread=1.0), 0.0),
        ("no difference, 1 search in 20 has a click", Users(2000, rate=0.05), 0.0),
        ("no difference, corrected by history", Users(2000, spread=2.0, history=4.0), 0.0),
        ("lift of 10 %, users who differ", Users(8000, spread=2.0), 0.1),
        ("the same, corrected by history", Users(8000, spread=2.0, history=4.0), 0.1),
    ):
        found = [of_split(users, true_lift, seed) for seed in range(runs)]
        early = sum(each.first_look is not None for each in found) / runs
        fixed = sum(each.fixed_first_look is not None for each in found) / runs
        yield f"split: {title}: {early:.3f} (test for one look, at every look: {fixed:.3f})"
    for test, name, truths in (
        (of_signs, "interleaving: share won", (0.5, 0.53, 0.55)),
        (of_troubles, "guardrail: share of the troubles", (0.5, 0.55, 0.6)),
        (of_sizes, "sizes of the arms: share", (0.5, 0.52, 0.53)),
    ):
        for truth in truths:
            yield f"{name} {truth}: {sum(test(truth, seed) for seed in range(runs)) / runs:.3f}"


def main() -> None:
    """Prints them as they come."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    for line in lines(parser.parse_args().runs):
        print(line, flush=True)


if __name__ == "__main__":
    main()
