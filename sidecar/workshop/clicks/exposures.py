"""Which searches there were, and which documents each of them showed."""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from sidecar.workshop.clicks.actions import IMPRESSION
from sidecar.workshop.clicks.choices import Exposure
from sidecar.workshop.clicks.event_log import NONE, EventLog
from sidecar.workshop.clicks.impressions import BLOCK_ROWS, Bools, Ints, Numbers, joint, ranks
from sidecar.workshop.clicks.searches import Searches


class Begun(NamedTuple):
    """The searches before anything is known of what they showed."""

    searches: Searches
    of_query: Numbers
    """The search of each record of a query."""
    of_event: Numbers
    """The search of each event, -1 where it is not known."""

    @property
    def repeated(self) -> int:
        """Records of a query ID that an earlier record has: another page, or the same again."""
        return len(self.of_query) - len(np.unique(self.of_query))


class Exposed(NamedTuple):
    """The searches with the documents that they showed, and how those were found."""

    searches: Searches
    """Nothing is clicked yet."""
    from_hits: int
    """Searches whose documents are the search engine's hits."""
    from_impressions: int
    unknown: int
    """Searches of which nothing says what they showed; they have no rows."""
    nameless: int
    """Impression events without the ID of a search."""
    too_deep: int
    """Documents below the lowest position that counts, which are left out."""


def begin(log: EventLog) -> Begun:
    """The searches: those of the queries, and of impression events without a query's record.

    What a query's record does not say is taken from the first event of the search that does.
    """
    queries, events = log.queries, log.events
    alone = (events.action == IMPRESSION) & (events.key != 0)
    keys = np.concatenate([queries.key, events.key[alone]])
    unique, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    number = np.empty(len(unique), np.int32)
    number[np.argsort(first)] = np.arange(len(unique))  # as they come: hashes differ by process
    of_query = number[inverse[: len(queries.key)]]
    of_event = _found(unique, number, events.key)
    none = np.empty(0, np.int32)
    searches = Searches(
        _first_known(len(unique), NONE, of_query, queries.text, of_event, events.text),
        _first_known(len(unique), np.nan, of_query, queries.time_s, of_event, events.time_s),
        _first_known(len(unique), 0, of_query, queries.client, of_event, events.client),
        is_bot=np.zeros(len(unique), bool),
        row_search=none,
        row_document=none,
        row_position=none,
        row_clicked=np.empty(0, bool),
        row_actions=np.empty(0, np.uint8),
    )
    searches.is_bot[of_query[queries.is_bot]] = True
    searches.is_bot[of_event[events.is_bot & (of_event >= 0)]] = True
    return Begun(searches, of_query, of_event)


def expose(log: EventLog, begun: Begun, exposure: Exposure, max_position: int) -> Exposed:
    """The searches with their documents, each document once, down to `max_position`."""
    events, count = log.events, len(begun.searches)
    search, document = np.empty(0, np.int32), np.empty(0, np.int32)
    has_hits = np.zeros(count, bool)
    if exposure is not Exposure.IMPRESSIONS:
        search, document = np.repeat(begun.of_query, log.queries.hit_counts), log.queries.hits
        has_hits[search] = True
    position = np.full(len(search), NONE, np.int32)
    seen = np.flatnonzero((events.action == IMPRESSION) & (begun.of_event >= 0))
    first = 0 if (events.ordinal[seen] == 0).any() else 1
    seen = seen[(exposure is not Exposure.HITS) & ~has_hits[begun.of_event[seen]]]
    if len(seen):
        ordinal = events.ordinal[seen]
        top_down = np.argsort(np.where(ordinal < 0, np.iinfo(np.int32).max, ordinal), kind="stable")
        seen, ordinal = seen[top_down], ordinal[top_down]
        shown = np.where(events.document >= 0, events.document, events.other_document)[seen]
        search = np.concatenate([search, begun.of_event[seen]])
        document = np.concatenate([document, shown])
        position = np.concatenate([position, np.where(ordinal < 0, NONE, ordinal - first + 1)])
    if (search[1:] < search[:-1]).any():
        order = np.argsort(search, kind="stable")
        search, document, position = search[order], document[order], position[order]
    once = _first_times(search, document, len(log.documents))
    if not once.all():
        search, document, position = search[once], document[once], position[once]
    position = np.where(position > 0, position, ranks(search) + 1)
    has_rows = np.zeros(count, bool)
    has_rows[search] = True
    found, shallow = len(search), position <= max_position
    if not shallow.all():  # else the columns stay: a copy of each would be most of the memory
        search, document, position = search[shallow], document[shallow], position[shallow]
    rows = len(search)
    searches = replace(
        begun.searches,
        row_search=search,
        row_document=document,
        row_position=position,
        row_clicked=np.zeros(rows, bool),
        row_actions=np.zeros(rows, np.uint8),
    )
    return Exposed(
        searches,
        int((has_rows & has_hits).sum()),
        int((has_rows & ~has_hits).sum()),
        int((~has_rows).sum()),
        int(((events.action == IMPRESSION) & (begun.of_event < 0)).sum()),
        found - rows,
    )


def _found(unique: Ints, number: Numbers, keys: Ints) -> Numbers:
    """The number of each key, -1 where it is not among the sorted `unique`, or 0."""
    if not len(unique):
        return np.full(len(keys), NONE, np.int32)
    place = np.minimum(np.searchsorted(unique, keys), len(unique) - 1)
    return np.where((unique[place] == keys) & (keys != 0), number[place], NONE)


def _first_known(
    count: int, unknown: float, of_query: Numbers, query_values: Any, of_event: Numbers, values: Any
) -> Any:
    """For each search the first value that is known: of its queries' records, then its events."""
    known = np.full(count, unknown, values.dtype)
    for searches, given in ((of_event, values), (of_query, query_values)):
        told = (searches >= 0) & (given == given) & (given != unknown)
        known[searches[told][::-1]] = given[told][::-1]  # the last that is written is the first
    return known


def _first_times(search: Numbers, document: Numbers, documents: int) -> Bools:
    """True for the first row of each document in each search; rows of a search lie together."""
    first = np.ones(len(search), bool)
    start = 0
    while start < len(search):  # in blocks of whole searches: sorting takes four times the memory
        end = min(start + BLOCK_ROWS, len(search)) - 1
        end = int(np.searchsorted(search, search[end], side="right"))
        key = joint(search[start:end], document[start:end], documents)
        order = np.argsort(key, kind="stable")
        again = np.flatnonzero(np.diff(key[order]) == 0) + 1
        first[start + order[again]] = False
        start = end
    return first
