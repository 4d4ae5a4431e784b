"""Who won an interleaved search: each clicked hit is a point for the arm that had added it.

Radlinski, Kurup and Joachims (CIKM 2008) for two arms; for more, Schuth et al. (CIKM 2014) compare
them pair by pair by the same points.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sidecar.workshop.clicks.ubi import UbiEvent
from sidecar.workshop.experiments.records import Exposure


@dataclass(frozen=True, slots=True)
class Credit:
    """The points of one interleaved search."""

    query_id: str
    unit: str
    time_s: float
    """Of its first page, in seconds since 1970; NaN where that is not known."""
    points: Mapping[str, int]
    """Arm -> its clicked hits, for every arm that was interleaved."""

    def outcome(self, arm: str, other: str) -> float:
        """1 where the first arm has more points than the other, 0 where it has fewer, else 0.5."""
        ours, theirs = self.points[arm], self.points[other]
        return 0.5 if ours == theirs else float(ours > theirs)


@dataclass(slots=True)
class _Search:
    unit: str
    time_s: float
    arms: set[str] = field(default_factory=set)
    teams: dict[str, str] = field(default_factory=dict)
    clicked: set[str] = field(default_factory=set)


def credits(
    exposures: Iterable[Exposure], events: Iterable[UbiEvent], clicks: Iterable[str] = ("click",)
) -> list[Credit]:
    """The points of each interleaved search, in the order in which they were shown first.

    A hit counts once, however often it is clicked. Searches whose reranking failed give no points,
    and neither do clicks on hits behind the window, or on what was not shown. Pages and reloads
    with one query ID are one search. `clicks` are the actions that count.
    """
    searches: dict[str, _Search] = {}
    failed = set()
    for exposure in exposures:
        if exposure.failure or exposure.failed_arms:
            failed.add(exposure.query.query_id)
        if exposure.teams:
            _show(searches, exposure)
    actions = set(clicks)
    for event in events:
        search = searches.get(event.query_id)
        if search is None or event.action_name not in actions:
            continue
        for document in (event.object_id, event.internal_id):
            if search.teams.get(document):
                search.clicked.add(document)
                break
    return [
        Credit(query_id, search.unit, search.time_s, _points(search))
        for query_id, search in searches.items()
        if query_id not in failed
    ]


def _show(searches: dict[str, _Search], exposure: Exposure) -> None:
    query = exposure.query
    search = searches.setdefault(query.query_id, _Search(exposure.unit, query.time_s))
    search.arms.update(exposure.arms)  # an arm may be stopped between two pages
    for document, team in zip(query.hit_ids, exposure.teams, strict=True):
        search.teams.setdefault(document, team)


def _points(search: _Search) -> Mapping[str, int]:
    points = dict.fromkeys(sorted(search.arms), 0)
    for document in search.clicked:
        points[search.teams[document]] += 1
    return points
