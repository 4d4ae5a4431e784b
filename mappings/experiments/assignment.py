"""Which arm a unit is in: the same one every time, everywhere, without a table.

Weighted rendezvous hashing: each arm draws a number from the hash of salt, arm and unit, and the
arm with the largest share / -ln(number) has the unit (the logarithmic method of Schindelhauer and
Schomaker, *Weighted distributed hash tables*, SPAA 2005). Changing one arm's share moves units to
or from that arm alone, no more than the change of its share, as long as the other arms keep their
proportions; with two arms that is always so. The order of the arms has no effect.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from math import log
from typing import Literal, NamedTuple

from mappings.experiments.experiment import Arm, Experiment
from mappings.experiments.hashing import drawn, hash_key

Outside = Literal["time", "canary", "stopped", "no_unit"]
"""Why a search that an experiment fits is in no arm: before its start or after its stop; not of the
canary share; of an arm that was stopped; without the unit."""
PLAIN = "plain"
"""The profile of a search that names none."""


class Asked(NamedTuple):
    """What a search says that decides about its arm."""

    query: str
    unit: str | None = None
    """The user, as the caller names it."""
    key: str | None = None
    """The name of its API key."""
    profile: str | None = None


class Assignment(NamedTuple):
    """Where a search is in an experiment."""

    experiment: Experiment
    unit: str
    """Empty where the search does not say it."""
    arms: tuple[Arm, ...] = ()
    """One, or all that are interleaved; none outside of the experiment."""
    outside: Outside | None = None

    @property
    def arm(self) -> Arm | None:
        """The only arm."""
        return self.arms[0] if len(self.arms) == 1 else None


def normalised(query: str) -> str:
    """One text for all spellings that differ in case and spaces alone."""
    return " ".join(query.casefold().split())


def assign(experiments: Iterable[Experiment], asked: Asked, now: datetime) -> Assignment | None:
    """The search's arm in the first experiment in which it has one; else the first assignment
    outside of one; None if it fits none of them."""
    first: Assignment | None = None
    for experiment in experiments:
        if (found := _assign(experiment, asked, now)) is not None:
            if found.arms:
                return found
            first = first or found
    return first


def _assign(experiment: Experiment, asked: Asked, now: datetime) -> Assignment | None:
    if experiment.profiles is not None and (asked.profile or PLAIN) not in experiment.profiles:
        return None
    if (
        experiment.api_keys is not None
        and asked.key is not None
        and asked.key not in experiment.api_keys
    ):
        return None
    unit = unit_of(experiment, asked)
    if (outside := _outside(experiment, unit, now)) is not None:
        return Assignment(experiment, unit, outside=outside)
    if experiment.method == "interleave":
        arms = experiment.running_arms
        return Assignment(experiment, unit, *((arms, None) if len(arms) > 1 else ((), "stopped")))
    arm = arm_of(experiment, unit)
    if arm.name in experiment.stops:
        return Assignment(experiment, unit, outside="stopped")
    return Assignment(experiment, unit, (arm,))


def _outside(experiment: Experiment, unit: str, now: datetime) -> Outside | None:
    if experiment.start is not None and now < experiment.start:
        return "time"
    if experiment.stop is not None and now >= experiment.stop:
        return "time"
    if not unit:
        return "no_unit"
    share = experiment.canary_share
    return None if share == 1 or in_canary(experiment, unit) else "canary"


def unit_of(experiment: Experiment, asked: Asked) -> str:
    """What the experiment assigns; empty where the search does not say it."""
    if experiment.unit == "query":
        return normalised(asked.query)
    unit = (asked.unit or "").strip()
    return asked.key or unit if experiment.unit == "key" else unit


def in_canary(experiment: Experiment, unit: str) -> bool:
    """Whether the unit takes part. A larger canary share only adds units."""
    return drawn(_key(experiment.salt, "canary", ""), unit) < experiment.canary_share


def arm_of(experiment: Experiment, unit: str) -> Arm:
    """The arm of a unit that takes part, stopped or not."""
    salt = experiment.salt

    def pull(arm: Arm) -> float:
        return (arm.share or 0.0) / -log(drawn(_key(salt, "arm", arm.name), unit))

    return max(experiment.arms, key=lambda arm: (pull(arm), arm.name))


@lru_cache(maxsize=1024)
def _key(salt: str, purpose: str, arm: str) -> bytes:
    return hash_key(salt, purpose, arm)
