"""Small logs, written by hand."""

from collections.abc import Iterable
from typing import Any

from sidecar.workshop.clicks.actions import Actions
from sidecar.workshop.clicks.event_log import EventLog, EventLogBuilder
from sidecar.workshop.clicks.ubi import records

DAY = "2026-11-01T"


def query(query_id: str, text: str, hits: Iterable[Any] = (), **more: Any) -> dict[str, Any]:
    return {
        "query_id": query_id,
        "user_query": text,
        "timestamp": f"{DAY}10:00:00Z",
        "client_id": "anna",
        "query_response_hit_ids": list(hits),
        **more,
    }


def event(
    action: str,
    query_id: str | None,
    document: str,
    ordinal: int | None = None,
    *,
    at: str = "10:00:05",
    **more: Any,
) -> dict[str, Any]:
    position = {} if ordinal is None else {"ordinal": ordinal}
    return {
        "action_name": action,
        "query_id": query_id,
        "timestamp": f"{DAY}{at}Z",
        "client_id": "anna",
        "session_id": "s1",
        "event_attributes": {"object": {"object_id": document}, "position": position},
        **more,
    }


def log_of(*values: dict[str, Any], application: str | None = None) -> EventLog:
    builder = EventLogBuilder(Actions(), application)
    for value in values:
        for record in records(value):
            builder.add(record)
    return builder.done()
