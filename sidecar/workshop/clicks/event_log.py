"""Queries and events in columns, as they are read: what a million of them need is memory.

IDs that are only compared (queries, clients, sessions) are kept as 64-bit hashes, those that are
shown (documents, query texts) once each. Two of a million IDs share a hash with a chance of 3e-8.
"""

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidecar.workshop.clicks.actions import Actions
from sidecar.workshop.clicks.impressions import Bools, Floats, Ints, Numbers
from sidecar.workshop.clicks.ubi import UbiEvent, UbiQuery

NONE = -1
Column = NDArray[Any]


@dataclass(frozen=True)
class QueryColumns:
    """One entry per record of a query."""

    key: Ints
    text: Numbers
    time_s: Floats
    client: Ints
    is_bot: Bools
    hit_counts: Numbers
    hits: Numbers
    """The documents of all of them, one after the other."""


@dataclass(frozen=True)
class EventColumns:
    """One entry per event."""

    key: Ints
    """The hash of its query ID, 0 without one."""
    action: Numbers
    """0 an impression, 1 a click, from 2 the later actions."""
    document: Numbers
    other_document: Numbers
    """By the search engine's own ID."""
    time_s: Floats
    client: Ints
    session: Ints
    ordinal: Numbers
    text: Numbers
    is_bot: Bools

    def where(self, kept: Bools) -> "EventColumns":
        """Those for which `kept` is true."""
        return EventColumns(*(column[kept] for column in vars(self).values()))


@dataclass(frozen=True)
class EventLog:
    """All that was read."""

    queries: QueryColumns
    events: EventColumns
    texts: Sequence[str]
    documents: Sequence[str]
    action_counts: Mapping[str, int]
    """By name, also those that count for nothing."""
    other_applications: int
    """Records of applications that were not asked for."""
    without_object: int
    """Events of a known action that name no object."""


class EventLogBuilder:
    """Takes records one by one."""

    def __init__(self, actions: Actions, application: str | None = None) -> None:
        self._codes = actions.codes
        self._application = application
        self._texts: dict[str, int] = {}
        self._spellings: dict[str, int] = {"": NONE}
        self._shown: list[str] = []
        self._documents: dict[str, int] = {"": NONE}
        self._names: list[str] = []
        self._actions: Counter[str] = Counter()
        self._queries = [array(kind) for kind in "qidqbi"]
        self._hits = array("i")
        self._events = [array(kind) for kind in "qiiidqqiib"]
        self._other_applications = self._without_object = 0

    def add(self, record: UbiQuery | UbiEvent) -> None:
        """Keeps what counts of it."""
        if self._application is not None and record.application != self._application:
            self._other_applications += 1
        elif isinstance(record, UbiQuery):
            self._add_query(record)
        else:
            self._add_event(record)

    def _add_query(self, query: UbiQuery) -> None:
        values = (
            hash(query.query_id),
            self._text(query.user_query),
            query.time_s,
            _hashed(query.client_id),
            query.is_bot,
            len(query.hit_ids),
        )
        for column, value in zip(self._queries, values, strict=True):
            column.append(value)  # type: ignore[arg-type]
        self._hits.extend([self._document(hit) for hit in query.hit_ids])

    def _add_event(self, event: UbiEvent) -> None:
        self._actions[event.action_name] += 1
        code = self._codes.get(event.action_name)
        if code is None:
            return
        if not event.object_id and not event.internal_id:
            self._without_object += 1
            return
        values = (
            _hashed(event.query_id),
            code,
            self._document(event.object_id),
            self._document(event.internal_id),
            event.time_s,
            _hashed(event.client_id),
            _hashed(event.session_id),
            NONE if event.ordinal is None else event.ordinal,
            self._text(event.user_query),
            event.is_bot,
        )
        for column, value in zip(self._events, values, strict=True):
            column.append(value)  # type: ignore[arg-type]

    def done(self) -> EventLog:
        """The columns. The builder is used up."""
        queries = QueryColumns(*map(_taken, [*self._queries, self._hits]))
        events = EventColumns(*map(_taken, self._events))
        return EventLog(
            queries,
            events,
            self._shown,
            self._names,
            dict(self._actions.most_common()),
            self._other_applications,
            self._without_object,
        )

    def _text(self, raw: str) -> int:
        """One number for all spellings that differ in case and spaces alone."""
        number = self._spellings.get(raw)
        if number is None:
            number = self._texts.setdefault(" ".join(raw.casefold().split()), len(self._shown))
            if number == len(self._shown):
                self._shown.append(" ".join(raw.split()))
            self._spellings[raw] = number
        return number

    def _document(self, name: str) -> int:
        number = self._documents.get(name)
        if number is None:
            number = self._documents[name] = len(self._names)
            self._names.append(name)
        return number


def _hashed(name: str) -> int:
    return hash(name) if name else 0


def _taken(column: "array[Any]") -> Column:
    """The column as an array of numpy; its own memory is given back."""
    taken: Column = np.array(column, dtype=bool if column.typecode == "b" else None)
    del column[:]
    return taken
