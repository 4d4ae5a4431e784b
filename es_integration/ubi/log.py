"""Where records go. A log never fails a search: what it cannot keep it counts, and says so in
Python's log `es_integration.ubi`."""

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any, Protocol

import orjson

SAY_EVERY_S = 60.0
"""Between two lines about records that are lost."""
_LOG = logging.getLogger("es_integration.ubi")


class UbiLog(Protocol):
    """What keeps records."""

    def write(self, record: Mapping[str, Any]) -> None:
        """Keeps a record of `query_record` or `event_record`. Never raises; may block briefly."""


class Losses:
    """Counts records that were lost. Thread-safe."""

    def __init__(self, place: str) -> None:
        self.count = 0
        self._place = place
        self._lock = threading.Lock()
        self._said_at: float | None = None

    def add(self, count: int, reason: object) -> None:
        """Counts them, and says why once a minute."""
        with self._lock:
            self.count += count
            now = time.monotonic()
            if self._said_at is not None and now - self._said_at < SAY_EVERY_S:
                return
            self._said_at = now
        _LOG.warning("%s: %d records lost so far: %s", self._place, self.count, reason)


def as_json(record: Mapping[str, Any]) -> bytes:
    """The record as one line of JSON; half of a surrogate pair becomes U+FFFD."""
    try:
        return orjson.dumps(record)
    except TypeError:
        return orjson.dumps(_whole(record))


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, Mapping):
        return {_whole(key): _whole(each) for key, each in value.items()}
    return [_whole(each) for each in value] if isinstance(value, list) else value
