"""An experiment's log put together: searches with what users did, units with their history. Pure.

    pages ─► searches, by query ID ─┐
    events ─► clicks and actions ───┴─► searches of units that are in one arm

What does not count is counted in `LogFaults`.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mappings.experiments import Experiment
from sidecar.workshop.clicks.ubi import UbiEvent
from sidecar.workshop.experiments.log_faults import EARLY_S, LATE_S, LogFaults
from sidecar.workshop.experiments.records import Exposure

FUTURE_S = 3600.0


@dataclass(slots=True)
class Search:
    """A search: its first page, all hits that it showed, and what came of it."""

    query_id: str
    text: str
    unit: str
    time_s: float
    arms: tuple[str, ...]
    """One, or those that were interleaved; none outside of the experiment."""
    took_ms: float
    failed: bool
    """Any page of it."""
    failed_arms: tuple[str, ...]
    """Of any page."""
    zero_results: bool
    places: dict[str, int] = field(default_factory=dict)
    """Shown document -> its place in the whole list, from 1."""
    teams: dict[str, str] = field(default_factory=dict)
    clicked: set[str] = field(default_factory=set)
    actions: set[str] = field(default_factory=set)
    """Other than clicks, on a document that was shown."""

    @property
    def first_click(self) -> int | None:
        """The place of the best clicked document."""
        return min((self.places[each] for each in self.clicked), default=None)

    @property
    def credit(self) -> Mapping[str, int]:
        """Arm -> its clicked hits, for every arm that was interleaved: a hit is a point for the arm
        that had added it (Radlinski, Kurup and Joachims, CIKM 2008; for more than two arms Schuth
        et al., CIKM 2014)."""
        points = dict.fromkeys(self.arms, 0)
        for document in self.clicked:
            if team := self.teams.get(document):
                points[team] = points.get(team, 0) + 1
        return points


@dataclass(frozen=True, slots=True)
class ExperimentLog:
    """The searches that count, in the order of their time."""

    experiment: Experiment
    searches: tuple[Search, ...]
    history: Mapping[str, tuple[Search, ...]]
    """Unit -> its searches outside of the experiment, before its first one in it."""
    faults: LogFaults


def assemble(
    experiment: Experiment,
    records: Iterable[Exposure | UbiEvent],
    now_s: float,
    clicks: Iterable[str] = ("click",),
) -> ExperimentLog:
    """The log of that experiment. Records may come in any order; `clicks` are the actions that
    count as one."""
    faults = LogFaults()
    pages: list[Exposure] = []
    events: list[UbiEvent] = []
    for record in records:
        (events if isinstance(record, UbiEvent) else pages).append(record)  # type: ignore[arg-type]
    searches = _searches(experiment, pages, now_s, faults)
    _add_events(searches, events, frozenset(clicks), now_s, faults)
    inside = [search for search in searches.values() if search.arms]
    mixed = _mixed_units(inside) if experiment.method == "split" else set()
    faults.units, faults.mixed_units = len({search.unit for search in inside}), len(mixed)
    kept = sorted(
        (search for search in inside if search.unit not in mixed),
        key=lambda search: (search.time_s, search.query_id),
    )
    return ExperimentLog(experiment, tuple(kept), _history(searches.values(), kept), faults)


def _searches(
    experiment: Experiment, pages: Iterable[Exposure], now_s: float, faults: LogFaults
) -> dict[str, Search]:
    """By query ID. Pages with one query ID are one search, which is of the time of the first."""
    names = {arm.name for arm in experiment.arms}
    searches: dict[str, Search] = {}
    seen: set[tuple[str, int, float, tuple[str, ...]]] = set()
    for page in pages:
        query = page.query
        if page.experiment != experiment.name:
            faults.other_experiments += 1
        elif math.isnan(query.time_s):
            faults.without_time += 1
        elif query.time_s > now_s + FUTURE_S:
            faults.after_now += 1
        elif query.is_bot:
            faults.bots += 1
        elif not page.unit:
            faults.without_unit += 1
        elif not names.issuperset(page.arms):
            faults.unknown_arms += 1
        elif (key := (query.query_id, page.first, query.time_s, tuple(query.hit_ids))) in seen:
            faults.repeated_pages += 1
        else:
            seen.add(key)
            faults.outside += not page.arms
            _add_page(searches, page)
    return searches


def _add_page(searches: dict[str, Search], page: Exposure) -> None:
    query = page.query
    search = searches.get(query.query_id)
    if search is None or (query.time_s < search.time_s and page.arms == search.arms):
        earlier = search
        search = searches[query.query_id] = Search(
            query.query_id,
            query.user_query,
            page.unit,
            query.time_s,
            page.arms,
            page.took_ms,
            bool(page.failure),
            page.failed_arms,
            page.zero_results,
        )
        if earlier is not None:
            search.places, search.teams = earlier.places, earlier.teams
            _add_failure(search, earlier.failed, earlier.failed_arms)
    _add_failure(search, bool(page.failure), page.failed_arms)
    for number, document in enumerate(query.hit_ids):
        place = page.first + number + 1
        if place < search.places.get(document, math.inf):
            search.places[document] = place
            if page.teams:
                search.teams[document] = page.teams[number]


def _add_failure(search: Search, failed: bool, arms: Iterable[str]) -> None:
    """A search failed if any page of it did: that page showed the first stage's order, with hits of
    other pages again, and a click there is no arm's."""
    search.failed |= failed
    search.failed_arms = tuple(dict.fromkeys((*search.failed_arms, *arms)))


def _add_events(
    searches: Mapping[str, Search],
    events: Iterable[UbiEvent],
    clicks: frozenset[str],
    now_s: float,
    faults: LogFaults,
) -> None:
    for event in events:
        is_click = event.action_name in clicks
        faults.clicks += is_click
        search = searches.get(event.query_id)
        if search is None:
            faults.without_search += is_click
            continue
        late_s = event.time_s - search.time_s
        if math.isnan(late_s):
            faults.without_time += 1
            continue
        faults.before_search += is_click and late_s < 0
        if late_s < -EARLY_S:
            faults.too_early += is_click
        elif late_s > LATE_S:
            faults.too_late += is_click
        elif event.time_s > now_s + FUTURE_S:
            faults.after_now += 1
        else:
            _add_event(search, event, is_click, faults)


def _add_event(search: Search, event: UbiEvent, is_click: bool, faults: LogFaults) -> None:
    ids = (event.object_id, event.internal_id)
    document = next((each for each in ids if each in search.places), None)
    if document is None:
        faults.not_shown += is_click
    elif not is_click:
        search.actions.add(event.action_name)
    elif document in search.clicked:
        faults.repeated_clicks += 1
    else:
        search.clicked.add(document)


def _mixed_units(searches: Iterable[Search]) -> set[str]:
    arms: dict[str, set[str]] = {}
    for search in searches:
        arms.setdefault(search.unit, set()).update(search.arms)
    return {unit for unit, seen in arms.items() if len(seen) > 1}


def _history(
    searches: Iterable[Search], inside: Iterable[Search]
) -> Mapping[str, tuple[Search, ...]]:
    first: dict[str, float] = {}
    for search in inside:
        first.setdefault(search.unit, search.time_s)
    before: dict[str, list[Search]] = {}
    for search in searches:
        if not search.arms and search.time_s < first.get(search.unit, -math.inf):
            before.setdefault(search.unit, []).append(search)
    return {unit: tuple(each) for unit, each in before.items()}
