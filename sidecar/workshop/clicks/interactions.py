"""Clicks and later actions, put on what their searches showed."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sidecar.workshop.clicks.actions import CLICK, LATER
from sidecar.workshop.clicks.event_log import NONE, EventColumns
from sidecar.workshop.clicks.impressions import Bools, Floats, Ints, Numbers
from sidecar.workshop.clicks.searches import Searches

WINDOW_S = 86_400.0
"""How long after a click a later action that names no search may come."""
BLOCK_EVENTS = 50_000
"""Events whose searches' rows are looked through at a time."""


class Interacted(NamedTuple):
    """The searches with what was clicked, and what belongs to none of their documents."""

    searches: Searches
    unknown_search: int
    """Clicks and later actions whose search is not known."""
    not_shown: int
    """Clicks and later actions on a document that their search did not show."""
    by_session: int
    """Later actions among neither, which count for the search in whose results the same session
    or client had clicked the document last."""


def interact(searches: Searches, events: EventColumns, of_event: Numbers) -> Interacted:
    """Marks the rows. A later action is a click too: users look at what they take."""
    acted = events.action >= CLICK
    events, search = events.where(acted), of_event[acted]
    row = _rows(searches, search, events.document)
    row = np.where(row >= 0, row, _rows(searches, search, events.other_document))
    adrift = (row < 0) & (events.action >= LATER)
    adopted = _by_owner(events, row, adrift)
    row = np.where(adrift, adopted, row)
    on = row >= 0
    clicked = searches.row_clicked.copy()
    clicked[row[on]] = True
    later = on & (events.action >= LATER)
    number = events.action[later] - LATER
    bits = np.min_scalar_type(1 << int(number.max(initial=0)))  # one byte, for up to 8 actions
    actions = np.zeros(len(clicked), bits)
    np.bitwise_or.at(actions, row[later], bits.type(1) << number.astype(bits))
    return Interacted(
        replace(searches, row_clicked=clicked, row_actions=actions),
        int((~on & (search < 0)).sum()),
        int((~on & (search >= 0)).sum()),
        int((adrift & on).sum()),
    )


def _rows(searches: Searches, search: Numbers, document: Numbers) -> Ints:
    """The row of each (search, document), -1 where there is none. A search's rows lie together, and
    each is compared: sorting all rows of all searches would take most of the memory."""
    found = np.full(len(search), NONE)
    wanted = np.flatnonzero((search >= 0) & (document >= 0))
    for at in range(0, len(wanted), BLOCK_EVENTS):
        event = wanted[at : at + BLOCK_EVENTS]
        start = np.searchsorted(searches.row_search, search[event], side="left")
        length = np.searchsorted(searches.row_search, search[event], side="right") - start
        of_row = np.repeat(np.arange(len(event)), length)
        row = np.arange(len(of_row)) + np.repeat(start - np.cumsum(length) + length, length)
        same = searches.row_document[row] == document[event][of_row]
        found[event[of_row[same]]] = row[same]
    return found


def _by_owner(events: EventColumns, row: Ints, adrift: Bools) -> Ints:
    """For each event that is adrift, the row of the last click on its document before it: of its
    session, or else of its client. -1 where there is none."""
    found = np.full(len(row), NONE)
    anchored = (row >= 0) & (events.action == CLICK)
    for owner in (events.session, events.client):
        open_ = np.flatnonzero(adrift & (found < 0) & (owner != 0) & (events.document >= 0))
        clicks = np.flatnonzero(anchored & (owner != 0))
        if not len(open_) or not len(clicks):
            continue
        both = np.concatenate([clicks, open_])
        _, group = np.unique(
            np.stack([owner[both], events.document[both]], axis=1), axis=0, return_inverse=True
        )
        last = _last_before(
            group.ravel()[: len(clicks)], events.time_s[clicks],
            group.ravel()[len(clicks) :], events.time_s[open_],
        )  # fmt: skip
        found[open_] = np.where(last >= 0, row[clicks[last]], NONE)
    return found


def _last_before(group: Ints, time_s: Floats, wanted: Ints, until_s: Floats) -> Ints:
    """For each of `wanted` the index of the latest in its group that is not after `until_s` and
    within the window, -1 where there is none."""
    order = np.lexsort((time_s, group))
    merged = np.lexsort((
        np.concatenate([np.zeros(len(group)), np.ones(len(wanted))]),
        np.concatenate([time_s, until_s]),
        np.concatenate([group, wanted]),
    ))  # fmt: skip
    before = np.cumsum(merged < len(group))
    count = np.empty(len(merged), np.int64)
    count[merged] = before
    candidate = order[np.maximum(count[len(group) :] - 1, 0)]
    age = until_s - time_s[candidate]
    fits = (count[len(group) :] > 0) & (group[candidate] == wanted) & (age >= 0) & (age <= WINDOW_S)
    return np.where(fits, candidate, NONE)
