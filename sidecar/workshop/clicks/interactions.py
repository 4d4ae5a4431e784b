"""Clicks and later actions, put on what their searches showed."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sidecar.workshop.clicks.actions import CLICK, LATER
from sidecar.workshop.clicks.event_log import NONE, EventColumns
from sidecar.workshop.clicks.impressions import Bools, Floats, Ints, Numbers, joint
from sidecar.workshop.clicks.searches import Searches

WINDOW_S = 86_400.0
"""How long after a click a later action that names no search may come."""


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


def interact(
    searches: Searches, events: EventColumns, of_event: Numbers, documents: int
) -> Interacted:
    """Marks the rows. A later action is a click too: users look at what they take."""
    key = joint(searches.row_search, searches.row_document, documents)
    order = np.argsort(key)
    acted = events.action >= CLICK
    events, search = events.where(acted), of_event[acted]
    row = _rows(key, order, search, events.document, documents)
    row = np.where(row >= 0, row, _rows(key, order, search, events.other_document, documents))
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


def _rows(key: Ints, order: Ints, search: Numbers, document: Numbers, documents: int) -> Ints:
    """The row of each (search, document), -1 where there is none."""
    if not len(key):
        return np.full(len(search), NONE)
    wanted = joint(search, document, documents)
    place = np.minimum(np.searchsorted(key, wanted, sorter=order), len(key) - 1)
    is_there = (search >= 0) & (document >= 0) & (key[order[place]] == wanted)
    return np.where(is_there, order[place], NONE)


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
