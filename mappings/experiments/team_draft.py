"""Several rankings in one list, and which hit is whose: users' clicks then say which is better.

Team-draft interleaving (Radlinski, Kurup and Joachims, *How does clickthrough data reflect
retrieval quality?*, CIKM 2008) and, for more than two, team-draft multileaving (Schuth, Sietsma,
Whiteson, Lefortier and de Rijke, *Multileaved comparisons for fast online evaluation*, CIKM 2014):
in each round every arm, in an order that is drawn anew, adds its best hit that is not in the list
yet.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from mappings.experiments.assignment import normalised
from mappings.experiments.experiment import Experiment
from mappings.experiments.hashing import drawn, hash_key

H = TypeVar("H", bound=Hashable)


class Draft(NamedTuple, Generic[H]):
    """The list that is shown."""

    order: tuple[H, ...]
    teams: tuple[str, ...]
    """The arm that added each hit."""


def team_draft(rankings: Mapping[str, Sequence[H]], seed: bytes) -> Draft[H]:
    """The hits of all rankings, each once; the same for the same rankings and seed.

    An arm whose ranking has ended adds none. `seed` has at most 64 bytes.
    """
    order: list[H] = []
    teams: list[str] = []
    placed: set[H] = set()
    waiting = {arm: iter(ranking) for arm, ranking in rankings.items()}
    turn = 0
    while waiting:
        turn += 1
        for arm in sorted(waiting, key=lambda arm: (drawn(seed, f"{turn} {arm}"), arm)):
            hit = next((hit for hit in waiting[arm] if hit not in placed), None)
            if hit is None:
                del waiting[arm]
                continue
            order.append(hit)
            teams.append(arm)
            placed.add(hit)
    return Draft(tuple(order), tuple(teams))


def draft_seed(experiment: Experiment, unit: str, query: str) -> bytes:
    """The seed of a unit's query: its pages and reloads show one list."""
    return hash_key(experiment.salt, "draft", unit, normalised(query))
