"""The rules at work: which events and searches each of them leaves out."""

from collections.abc import Iterator

import numpy as np

from sidecar.workshop.clicks.actions import CLICK
from sidecar.workshop.clicks.event_log import EventColumns
from sidecar.workshop.clicks.exposures import Begun
from sidecar.workshop.clicks.impressions import Bools, Floats, Ints
from sidecar.workshop.clicks.rules import RuleCount, Rules
from sidecar.workshop.clicks.searches import Searches

_DAY_S, _MINUTE_S = 86_400, 60


def filter_events(
    events: EventColumns, begun: Begun, rules: Rules
) -> tuple[Bools, list[RuleCount]]:
    """Which events are kept, and what each rule on events left out."""
    kept, counts = np.ones(len(events.key), bool), []
    for name, limit, out in _of_events(events, begun, rules):
        counts.append(RuleCount(name, limit, int((kept & out).sum()), 0))
        kept &= ~out
    return kept, counts


def filter_searches(
    searches: Searches, clicks: EventColumns, rules: Rules
) -> tuple[Bools, list[RuleCount]]:
    """Which searches are kept, and what each rule on searches and clients left out."""
    kept, counts = np.ones(len(searches), bool), []
    of_row = np.bincount(searches.row_search[searches.row_clicked], minlength=len(searches))
    for name, limit, out in _of_searches(searches, of_row, clicks, rules):
        fresh = kept & out
        counts.append(RuleCount(name, limit, int(of_row[fresh].sum()), int(fresh.sum())))
        kept &= ~out
    return kept, counts


def _of_events(
    events: EventColumns, begun: Begun, rules: Rules
) -> Iterator[tuple[str, float | None, Bools]]:
    nothing = np.zeros(len(events.key), bool)
    known = begun.of_event >= 0
    limit = rules.duplicates
    yield "duplicates", limit, nothing if limit is None else _repeated(events, begun, limit)
    asked_s = (
        np.where(known, begun.searches.time_s[begun.of_event], np.nan)
        if known.any()
        else (np.full(len(events.key), np.nan))
    )
    early = rules.early_s
    yield "early_s", early, nothing if early is None else events.time_s < asked_s - early
    late = rules.late_s
    yield "late_s", late, nothing if late is None else events.time_s > asked_s + late


def _repeated(events: EventColumns, begun: Begun, within_s: float) -> Bools:
    """True for an event that repeats the one before it, of the same search, action and document."""
    order = np.lexsort((events.time_s, events.document, events.action, begun.of_event))
    same = (begun.of_event[order] >= 0)[1:]
    for column in (begun.of_event, events.action, events.document, events.other_document):
        same = same & (np.diff(column[order]) == 0)
    same = same & (np.diff(events.time_s[order]) <= within_s)
    repeated = np.zeros(len(order), bool)
    repeated[order[1:][same]] = True
    return repeated


def _of_searches(
    searches: Searches, clicked: Ints, clicks: EventColumns, rules: Rules
) -> Iterator[tuple[str, float | None, Bools]]:
    nothing = np.zeros(len(searches), bool)
    yield "bots", rules.bots, nothing if rules.bots is None else searches.is_bot
    limit = rules.searches_per_day
    busy = _crowded(searches.client, searches.time_s, _DAY_S, limit)
    yield "searches_per_day", limit, np.isin(searches.client, busy)
    limit = rules.clicks_per_minute
    presses = clicks.where(clicks.action == CLICK)
    fast = _crowded(presses.client, presses.time_s, _MINUTE_S, limit)
    yield "clicks_per_minute", limit, np.isin(searches.client, fast)
    limit = rules.silent_searches
    yield "silent_searches", limit, nothing if limit is None else _silent(searches, clicked, limit)
    limit = rules.clicks_per_search
    yield "clicks_per_search", limit, nothing if limit is None else clicked > limit


def _crowded(client: Ints, time_s: Floats, span_s: int, limit: float | None) -> Ints:
    """The clients with more than `limit` entries in one span of time."""
    told = (client != 0) & np.isfinite(time_s)
    if limit is None or not told.any():
        return np.empty(0, np.int64)
    spans = np.stack([client[told], (time_s[told] // span_s).astype(np.int64)], axis=1)
    order = np.lexsort((spans[:, 1], spans[:, 0]))
    starts = np.flatnonzero(np.any(np.diff(spans[order], axis=0, prepend=-1) != 0, axis=1))
    lengths = np.diff(starts, append=len(order))
    return np.unique(spans[order][starts[lengths > limit], 0])


def _silent(searches: Searches, clicked: Ints, limit: float) -> Bools:
    """True for the searches of clients that searched as often and never clicked."""
    clients, index, count = np.unique(searches.client, return_inverse=True, return_counts=True)
    pressed = np.bincount(index, clicked, len(clients))
    silent = (count >= limit) & (pressed == 0) & (clients != 0)
    return np.asarray(silent[index])
