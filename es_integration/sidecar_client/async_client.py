"""The sidecar's async HTTP client; `sync_client` has the same calls without an event loop.

    async with SidecarClient("http://127.0.0.1:8080", timeout=2.0) as sidecar:
        ranked = await sidecar.rerank("red shoes", ["Plain sock", "Nike Air"])
        # [(1, 0.93), (0, 0.02)]
        ranking = await sidecar.rerank_or_keep("red shoes", documents)
        # ranking.order, ranking.scores; scores is None if the given order was kept: ranking.reason

A call is retried after 429, 502, 503 or a broken connection, as long as its deadline allows. Each
attempt tells the sidecar how much time is left, so that it does no work for a late answer.
"""

import asyncio
import random
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import aiohttp
import orjson

from es_integration.errors import SidecarError, SidecarRefused, SidecarUnreachable
from es_integration.sidecar_client.answers import (
    Ranking,
    error_message,
    parsed,
    ranking_of,
    vectors_of,
)
from es_integration.sidecar_client.retry import RETRIED, pause_s, retry_after_s

T = TypeVar("T")
Reply = tuple[int, Mapping[str, str], Any]
ANSWER_SHARE = 0.1
"""Share of the time left that is kept for the network when the answer may come at the deadline."""


class SidecarClient:
    """Holds a connection pool, from an `async with` block or the first call on until it is closed.

    An application opens one and keeps it: `sidecar = SidecarClient(url)`, later
    `await sidecar.close()`. All its calls run in one event loop.

    `timeout` is the seconds for a call, retries included; `retries` is the most retries of a call;
    `api_key` is sent as a bearer token; `tls` says which certificates to trust and which to show,
    when the system's authorities are not enough: `ssl.create_default_context(cafile="ca.crt")`.
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
        self.base_url = base_url.rstrip("/")
        self._timeout = timeout
        self._retries = retries
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def __aenter__(self) -> Self:
        self._closed = False
        self._open_session()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections. Later calls raise RuntimeError."""
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def rerank(
        self,
        query: str | Mapping[str, Any],
        documents: Sequence[str | Mapping[str, Any]],
        *,
        path: str = "/v2/rerank",
        top_n: int | None = None,
        deadline_s: float | None = None,
        **extra: Any,
    ) -> list[tuple[int, float]]:
        """(index of the document, score) in the order of the answer.

        `deadline_s` replaces the client's `timeout` for this call; `extra` goes into the body.
        Raises the last attempt's SidecarRefused, SidecarUnreachable or SidecarAnswerInvalid.
        """
        body: dict[str, Any] = {"query": query, "documents": list(documents), **extra}
        if top_n is not None:
            body["top_n"] = top_n
        ranking = await self._ranking(path, body, deadline_s)
        return list(zip(ranking.order, ranking.scores or (), strict=True))

    async def rerank_or_keep(
        self,
        query: str | Mapping[str, Any],
        documents: Sequence[str | Mapping[str, Any]],
        *,
        path: str = "/v2/rerank",
        top_n: int | None = None,
        deadline_s: float | None = None,
        **extra: Any,
    ) -> Ranking:
        """As `rerank`, but without exceptions: when the sidecar fails, or scores nothing before the
        deadline, the documents keep their given order, and the ranking says why."""
        if not documents:
            return Ranking((), ())
        body: dict[str, Any] = {"query": query, "documents": list(documents), **extra}
        if top_n is not None:
            body["top_n"] = top_n
        given_order = tuple(range(len(documents)))[: top_n or None]
        try:
            ranking = await self._ranking(path, body, deadline_s)
        except SidecarError as error:
            return Ranking(given_order, None, error.message)
        if ranking.coverage == 0.0:
            return Ranking(given_order, None, "no document was scored before the deadline")
        if ranking.degraded == "order":
            return Ranking(given_order, None, "the model failed")
        return ranking

    async def rerank_or_keep_each(
        self,
        query: str | Mapping[str, Any],
        calls: Sequence[tuple[Sequence[str | Mapping[str, Any]], Mapping[str, Any]]],
    ) -> list[Ranking]:
        """`rerank_or_keep` for each (documents, options), all at the same time."""
        waiting = (self.rerank_or_keep(query, documents, **options) for documents, options in calls)
        return list(await asyncio.gather(*waiting))

    async def embed(
        self,
        texts: Sequence[str],
        *,
        kind: Literal["query", "document"] = "query",
        model: str | None = None,
        path: str = "/v1/embeddings",
        dimensions: int | None = None,
        deadline_s: float | None = None,
    ) -> list[list[float]]:
        """A vector of each text, by the sidecar's encoder; texts that are too long are cut.

        `kind` is what the texts are to a search, `model` the encoder's name where there are
        several. Raises as `rerank`.
        """
        body: dict[str, Any] = {"input": list(texts), "input_type": kind, "truncate": True}
        if model is not None:
            body["model"] = model
        if dimensions is not None:
            body["dimensions"] = dimensions
        count = len(body["input"])
        return await self._answer(path, body, deadline_s, lambda each: vectors_of(each, count))

    async def post(self, path: str, body: Any) -> Reply:
        """Status, headers and parsed body, whatever the status. Never retries."""
        return await self._request("POST", path, orjson.dumps(body), self._timeout)

    async def get(self, path: str) -> Reply:
        """Status, headers and parsed body (a string if it is not JSON, as for /metrics)."""
        return await self._request("GET", path, None, self._timeout)

    async def _ranking(
        self, path: str, body: Mapping[str, Any], deadline_s: float | None
    ) -> Ranking:
        count = len(body["documents"])
        return await self._answer(path, body, deadline_s, lambda each: ranking_of(each, count))

    async def _answer(
        self,
        path: str,
        body: Mapping[str, Any],
        deadline_s: float | None,
        read: Callable[[Any], T],
    ) -> T:
        """What is read of the answer to the body, after retries. Raises as `rerank`."""
        data = orjson.dumps(body)
        deadline = time.monotonic() + (self._timeout if deadline_s is None else deadline_s)
        answer_share = ANSWER_SHARE if body.get("on_deadline") == "partial" else 0.0
        attempt = 0
        while True:
            retry_after: float | None = None
            left_s = deadline - time.monotonic()
            try:
                deadline_ms = int(left_s * (1 - answer_share) * 1000)
                header = {"X-Request-Deadline-Ms": str(max(1, deadline_ms))}
                status, headers, answer = await self._request("POST", path, data, left_s, header)
                if status == 200:
                    return read(answer)
                retry_after = retry_after_s(headers, time.time())
                raise SidecarRefused(status, error_message(answer), retry_after)
            except (SidecarRefused, SidecarUnreachable) as error:
                pause = pause_s(attempt, retry_after, random.random())
                retryable = not isinstance(error, SidecarRefused) or error.status in RETRIED
                late = pause >= deadline - time.monotonic()
                if not retryable or attempt >= self._retries or late:
                    raise
            await asyncio.sleep(pause)
            attempt += 1

    async def _request(
        self,
        method: str,
        path: str,
        data: bytes | None,
        timeout_s: float,
        extra_headers: Mapping[str, str] | None = None,
    ) -> Reply:
        session = self._open_session()
        headers = {"Content-Type": "application/json"} if data is not None else {}
        url = self.base_url + path
        # To aiohttp 0 means no limit.
        timeout = aiohttp.ClientTimeout(total=max(0.001, timeout_s))
        try:
            async with session.request(
                method,
                url,
                data=data,
                headers={**headers, **(extra_headers or {})},
                timeout=timeout,
            ) as response:
                raw = await response.read()
                return response.status, response.headers, parsed(raw, response.content_type)
        except TimeoutError:
            raise SidecarUnreachable(
                f"{url}: no answer within {round(timeout_s, 2):g} seconds"
            ) from None
        except aiohttp.ClientError as error:
            raise SidecarUnreachable(f"{url}: {error or type(error).__name__}") from error

    def _open_session(self) -> aiohttp.ClientSession:
        """The session; opened in a call because aiohttp binds it to the running event loop."""
        if self._closed:
            raise RuntimeError("this client of the sidecar is closed")
        if self._session is None:
            connector = aiohttp.TCPConnector(ssl=True if self._tls is None else self._tls)
            self._session = aiohttp.ClientSession(headers=self._headers, connector=connector)
        return self._session
