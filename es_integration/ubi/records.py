"""UBI's records of queries and events; pure.

What is not known is left out: null has no place in the mappings of the plugin's indices.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

Record = dict[str, Any]


def query_record(
    query_id: str,
    user_query: str,
    hit_ids: Sequence[str],
    *,
    client_id: str | None = None,
    application: str | None = None,
    attributes: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Record:
    """A search and what it showed, in order. `at` is now when absent."""
    return _without_none(
        {
            "application": application,
            "query_id": query_id,
            "client_id": client_id,
            "user_query": user_query,
            "timestamp": _timestamp(at),
            "query_response_hit_ids": list(hit_ids),
            "query_attributes": attributes,
        }
    )


def event_record(
    query_id: str,
    object_id: str,
    ordinal: int | None = None,
    *,
    action_name: str = "click",
    client_id: str | None = None,
    session_id: str | None = None,
    application: str | None = None,
    at: datetime | None = None,
) -> Record:
    """What a user did with a hit of a search. `ordinal` is its place, from 1; `at` is now when
    absent."""
    position = None if ordinal is None else {"ordinal": ordinal}
    attributes = {"object": {"object_id": object_id}, "position": position}
    return _without_none(
        {
            "application": application,
            "action_name": action_name,
            "query_id": query_id,
            "client_id": client_id,
            "session_id": session_id,
            "timestamp": _timestamp(at),
            "event_attributes": _without_none(attributes),
        }
    )


def _timestamp(at: datetime | None) -> str:
    moment = (at or datetime.now(UTC)).astimezone(UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _without_none(values: Mapping[str, Any]) -> Record:
    return {key: value for key, value in values.items() if value is not None}
