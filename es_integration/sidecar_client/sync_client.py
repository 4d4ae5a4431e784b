"""The sidecar's client for code without an event loop; `async_client` documents the calls.

    with SyncSidecarClient("http://127.0.0.1:8080", timeout=2.0) as sidecar:
        ranking = sidecar.rerank_or_keep("red shoes", documents, top_n=10)

The async client runs in its own thread, so it also works inside a running event loop, and several
threads can share one client.
"""

import asyncio
import threading
from collections.abc import Coroutine, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from es_integration.sidecar_client.async_client import Ranking, Reply, SidecarClient

T = TypeVar("T")


class SyncSidecarClient:
    """Holds a connection pool and a thread for the time of a `with` block.

    Takes the same arguments as SidecarClient; its calls raise what those of SidecarClient raise.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float = 10.0,
        retries: int = 2,
        api_key: str | None = None,
    ) -> None:
        self._client = SidecarClient(base_url, timeout=timeout, retries=retries, api_key=api_key)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._run(self._client.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._run(self._client.__aexit__(kind, error, trace))
        loop, self._loop = self._loop, None
        if loop is not None and self._thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            self._thread.join()
            loop.close()

    def rerank(
        self,
        query: str | Mapping[str, Any],
        documents: Sequence[str | Mapping[str, Any]],
        **options: Any,
    ) -> list[tuple[int, float]]:
        """(index of the document, score) in the order of the answer."""
        return self._run(self._client.rerank(query, documents, **options))

    def rerank_or_keep(
        self,
        query: str | Mapping[str, Any],
        documents: Sequence[str | Mapping[str, Any]],
        **options: Any,
    ) -> Ranking:
        """As `rerank`, or the given order with the reason."""
        return self._run(self._client.rerank_or_keep(query, documents, **options))

    def post(self, path: str, body: Any) -> Reply:
        """Status, headers and parsed body, whatever the status."""
        return self._run(self._client.post(path, body))

    def get(self, path: str) -> Reply:
        """Status, headers and parsed body."""
        return self._run(self._client.get(path))

    def _run(self, call: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            call.close()
            raise RuntimeError("SyncSidecarClient is used outside of its `with`")
        return asyncio.run_coroutine_threadsafe(call, self._loop).result()
