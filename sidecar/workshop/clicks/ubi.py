"""Records of User Behavior Insights 1.3: queries and events (https://github.com/o19s/ubi).

A query has `query_id`, `user_query` and, where the search engine's plugin wrote it,
`query_response_hit_ids`: the documents in the order in which they were returned. An event has
`action_name` and, in `event_attributes`, the `object` it is about and its `position`.

Read as real collectors write them: times as text or as milliseconds (as seconds where that would
be before 1973), IDs as text or as numbers, session and browser also inside `event_attributes`.
"""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sidecar.errors import StartupError

MAX_ORDINAL = 100_000
_FIRST_MS, _LAST_MS = 1e11, 2.5e14
"""1973 and 9892: a smaller number is one of seconds, a larger one no time."""
_BULK_ACTIONS = ({"index"}, {"create"})
# Cubot makes telephones.
_BOT = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|headless|phantomjs|lighthouse|monitor|curl/|wget/|"
    r"python-requests|python-urllib|httpclient|okhttp|go-http-client|scrapy",
    re.IGNORECASE,
)


class ClicksError(StartupError):
    """Records of clicks that give no judgements, with the reason."""

    code = "clicks"


class UbiQuery(NamedTuple):
    """A search; what a record does not have is empty, None, or NaN for its time."""

    query_id: str
    user_query: str
    time_s: float
    """Seconds since 1970."""
    client_id: str
    hit_ids: list[str]
    application: str
    is_bot: bool


class UbiEvent(NamedTuple):
    """What a user did; what a record does not have is empty, None, or NaN for its time."""

    action_name: str
    query_id: str
    user_query: str
    time_s: float
    client_id: str
    session_id: str
    object_id: str
    internal_id: str
    """The search engine's own ID of the object."""
    ordinal: int | None
    application: str
    is_bot: bool


def records(value: Any) -> Iterator[UbiQuery | UbiEvent]:
    """The records of one line: an object, a search hit, or a list of them.

    Nothing for an action line of a bulk request. Raises ValueError for anything else.
    """
    if isinstance(value, list):
        for part in value:
            yield from records(part)
        return
    if not isinstance(value, dict):
        raise ValueError("is not a JSON object")
    source = value.get("_source", value)
    if not isinstance(source, dict):
        raise ValueError("_source is not an object")
    if source.get("action_name") is not None:
        yield _event(source)
    elif "query_id" in source and ("user_query" in source or "query_response_hit_ids" in source):
        yield _query(source)
    elif set(source) not in _BULK_ACTIONS:
        raise ValueError("has no action_name, as events have, and no query_id with user_query")


def _query(source: Mapping[str, Any]) -> UbiQuery:
    hits = source.get("query_response_hit_ids") or ()
    if not isinstance(hits, list | tuple):
        raise ValueError("query_response_hit_ids is not a list")
    query_id = _text(source.get("query_id"))
    if not query_id:
        raise ValueError("query_id is empty")
    client = _text(source.get("client_id"))
    attributes = _object(source.get("query_attributes"))
    return UbiQuery(
        query_id,
        _text(source.get("user_query")),
        _time_s(source.get("timestamp")),
        client,
        [text for text in map(_text, hits) if text],
        _text(source.get("application")),
        _is_bot(client, source.get("user_agent") or attributes.get("user_agent")),
    )


def _event(source: Mapping[str, Any]) -> UbiEvent:
    attributes = _object(source.get("event_attributes"))
    thing, position = _object(attributes.get("object")), _object(attributes.get("position"))
    client = _text(source.get("client_id"))
    agent = source.get("user_agent") or attributes.get("user_agent") or attributes.get("browser")
    return UbiEvent(
        _text(source["action_name"]),
        _text(source.get("query_id")),
        _text(source.get("user_query")),
        _time_s(source.get("timestamp")),
        client or _text(source.get("user_id")),
        _text(source.get("session_id") or attributes.get("session_id")),
        _text(thing.get("object_id")),
        _text(thing.get("internal_id")),
        _ordinal(position.get("ordinal")),
        _text(source.get("application")),
        _is_bot(client, agent),
    )


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _ordinal(value: Any) -> int | None:
    is_whole = isinstance(value, int) or (isinstance(value, str) and value.strip().isdecimal())
    number = int(value) if is_whole and not isinstance(value, bool) else -1
    return number if 0 <= number <= MAX_ORDINAL else None


def _time_s(value: Any) -> float:
    """Seconds since 1970; a time without a zone is UTC. NaN for what is no time."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        if isinstance(value, int | float) and not isinstance(value, bool):
            milliseconds = value if abs(value) >= _FIRST_MS else value * 1000
            return milliseconds / 1000 if 0 <= milliseconds < _LAST_MS else math.nan
    except (ValueError, OverflowError):
        pass
    return math.nan


def _is_bot(client: str, agent: Any) -> bool:
    return bool(_BOT.search(f"{client} {agent}" if isinstance(agent, str) else client))
