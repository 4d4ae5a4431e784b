"""Records in the cluster's UBI indices, in bulk from a thread, so that no search waits for them."""

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from es_integration.cluster.search_engine import search_engine_of
from es_integration.ubi.log import Losses
from mappings import SearchEngine

QUERIES, EVENTS = "ubi_queries", "ubi_events"
BULK = 500
EVERY_S = 1.0
MAX_WAITING = 10_000


class UbiIndices:
    """A log in a cluster. `close` it at the end, which writes what waits. Thread-safe.

    `client` is a sync client of either search engine; it stays open.
    """

    def __init__(
        self,
        client: Any,
        *,
        queries: str = QUERIES,
        events: str = EVENTS,
        max_waiting: int = MAX_WAITING,
    ) -> None:
        """At most `max_waiting` records wait while the cluster is away; those beyond are lost."""
        self.losses = Losses(f"{queries}, {events}")
        self._client = client
        is_opensearch = search_engine_of(client) is SearchEngine.OPENSEARCH
        self._argument = "body" if is_opensearch else "operations"
        self._indices = queries, events
        self._max_waiting = max_waiting
        self._waiting: deque[Mapping[str, Any]] = deque()
        self._wake = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="ubi-indices", daemon=True)
        self._thread.start()

    @property
    def lost(self) -> int:
        """Records that did not arrive."""
        return self.losses.count

    def write(self, record: Mapping[str, Any]) -> None:
        """Takes the record, which is written within about a second."""
        if self._closed or len(self._waiting) >= self._max_waiting:
            self.losses.add(1, "the log is closed" if self._closed else "too many records wait")
            return
        self._waiting.append(record)
        if len(self._waiting) >= BULK:
            self._wake.set()

    def close(self, timeout_s: float = 10.0) -> None:
        """Writes what waits, for at most so many seconds."""
        self._closed = True
        self._wake.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._closed:
            self._wake.wait(EVERY_S)
            self._wake.clear()
            self._flush()
        self._flush()

    def _flush(self) -> None:
        while self._waiting:
            count = min(BULK, len(self._waiting))
            records = [self._waiting.popleft() for _ in range(count)]
            try:
                answer = self._client.bulk(**{self._argument: self._operations(records)})
                failed = [each for item in answer["items"] for each in item.values()]
                failed = [each for each in failed if "error" in each]
                if failed:
                    self.losses.add(len(failed), failed[0]["error"])
            except Exception as fault:  # of either client, which share no class
                self.losses.add(count, fault)

    def _operations(self, records: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        queries, events = self._indices
        return [
            line
            for record in records
            for line in (
                {"index": {"_index": events if "action_name" in record else queries}},
                record,
            )
        ]
