"""More work than a sidecar can do before its deadline, so that it refuses with 429.

Several connections send one request after another, each worth a quarter of the deadline. The
sidecar takes about four of them and refuses the rest, and any other large request.
Standard library alone: it also runs in the clients' environments.
"""

import contextlib
import http.client
import json
import threading
import time
from types import TracebackType
from urllib.parse import urlsplit

from tests.clients.wire import answered, tokens_per_second

DIALECT = "vllm-score"
"""Of the overload itself; no client under test speaks it, so the counters stay apart."""
CONNECTIONS = 12
SHARE = 0.25
"""Of the deadline's work, in each request."""
TOKENS = 400
"""Of a document, by the sidecar's estimate of four characters a token."""
PAUSE_S = 0.05
"""After a refusal."""
START_LIMIT_S = 30.0


def documents_worth(seconds: float, rate: float) -> list[str]:
    """Documents that a sidecar of `rate` tokens per second reads in about so many seconds."""
    count = max(2, round(seconds * rate / TOKENS))
    words = "the queue of this service is full of work " * (TOKENS * 4)
    return [f"{number} {words}"[: TOKENS * 4] for number in range(count)]


class Overload:
    """A sidecar that refuses, from enter until `stop` or exit.

    Raises TimeoutError where it has not refused anything within START_LIMIT_S.
    """

    def __init__(self, url: str, key: str, deadline_s: float) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._seconds = deadline_s * SHARE
        self._stopped = threading.Event()
        self._connections: list[http.client.HTTPConnection] = []
        self._threads = [
            threading.Thread(target=self._ask, daemon=True) for _ in range(CONNECTIONS)
        ]

    def __enter__(self) -> "Overload":
        before = answered(self._url, DIALECT, 429)
        for thread in self._threads:
            thread.start()
        limit = time.monotonic() + START_LIMIT_S
        while answered(self._url, DIALECT, 429) < before + CONNECTIONS:
            if time.monotonic() > limit:
                self.stop()
                raise TimeoutError("the sidecar refuses nothing")
            time.sleep(PAUSE_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Goes away; the sidecar drops what was queued for it. May be called twice."""
        self._stopped.set()
        for connection in self._connections:
            # close() alone would wait for the thread that reads from it
            if connection.sock is not None:
                with contextlib.suppress(OSError):
                    connection.sock.shutdown(2)
        for thread in self._threads:
            thread.join(10)

    def _body(self) -> bytes:
        """A request of the size that the sidecar now thinks is worth the share."""
        documents = documents_worth(self._seconds, tokens_per_second(self._url))
        return json.dumps({"queries": "queue", "documents": documents}).encode()

    def _ask(self) -> None:
        connection = http.client.HTTPConnection(urlsplit(self._url).netloc, timeout=60)
        self._connections.append(connection)
        while not self._stopped.is_set():
            try:
                connection.request("POST", "/score", self._body(), self._headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                continue
            if answer.status == 429:
                time.sleep(PAUSE_S)
        connection.close()
