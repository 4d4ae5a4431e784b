"""The sidecar's client for code without an event loop; `async_client` documents the calls.

    sidecar = SyncSidecarClient("http://127.0.0.1:8080", timeout=2.0)
    ranking = sidecar.rerank_or_keep("red shoes", documents, top_n=10)
    sidecar.close()

The async client runs in its own thread, so it also works inside a running event loop, and several
threads can share one client.
"""

import asyncio
import ssl
import threading
import weakref
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self, TypeVar

from es_integration.sidecar_client.answers import Ranking
from es_integration.sidecar_client.async_client import Reply, SidecarClient

T = TypeVar("T")


class SyncSidecarClient:
    """Holds a connection pool and a thread, from a `with` block or the first call on until it is
    closed.

    An application opens one and keeps it. One that is never closed ends with the process.

    Takes the same arguments as SidecarClient; its calls raise what those of SidecarClient raise.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float = 10.0,
        retries: int = 2,
        api_key: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._client = SidecarClient(
            base_url, timeout=timeout, retries=retries, api_key=api_key, tls=tls
        )
        self._thread: _LoopThread | None = None
        self._closed = False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._closed = False
        self._run(self._client.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections and ends the thread. Later calls raise RuntimeError."""
        with self._lock:
            self._closed = True
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.close()

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

    def rerank_or_keep_each(
        self,
        query: str | Mapping[str, Any],
        calls: Sequence[tuple[Sequence[str | Mapping[str, Any]], Mapping[str, Any]]],
    ) -> list[Ranking]:
        """`rerank_or_keep` for each (documents, options), all at the same time."""
        return self._run(self._client.rerank_or_keep_each(query, calls))

    def embed(self, texts: Sequence[str], **options: Any) -> list[list[float]]:
        """A vector of each text."""
        return self._run(self._client.embed(texts, **options))

    def post(self, path: str, body: Any) -> Reply:
        """Status, headers and parsed body, whatever the status."""
        return self._run(self._client.post(path, body))

    def get(self, path: str) -> Reply:
        """Status, headers and parsed body."""
        return self._run(self._client.get(path))

    def _run(self, call: Coroutine[Any, Any, T]) -> T:
        try:
            loop = self._open_loop()
        except RuntimeError:
            call.close()
            raise
        return asyncio.run_coroutine_threadsafe(call, loop).result()

    def _open_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._closed:
                raise RuntimeError("this client of the sidecar is closed")
            if self._thread is None:
                self._thread = _LoopThread(self._client)
                # A client that is dropped without `close` takes its thread with it.
                weakref.finalize(self, self._thread.stop)
            return self._thread.loop


class _LoopThread:
    """An event loop that runs in its own thread, and closes the client at its end."""

    def __init__(self, client: SidecarClient) -> None:
        ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

        async def run_until_stopped() -> None:
            stopped = asyncio.Event()
            ready.set_result((asyncio.get_running_loop(), stopped))
            await stopped.wait()
            await client.close()

        self._thread = threading.Thread(
            target=lambda: asyncio.run(run_until_stopped()), name="sidecar-client", daemon=True
        )
        self._thread.start()
        self.loop, self._stopped = ready.result()

    def stop(self) -> None:
        """Lets the loop end; does not wait, because a garbage collection may call it anywhere."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._stopped.set)

    def close(self) -> None:
        """Ends the loop and the thread."""
        self.stop()
        self._thread.join()
