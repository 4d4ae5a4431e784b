"""An async HTTP client of the sidecar; `sync_client` has the same for code without an event loop.

    async with SidecarClient("http://127.0.0.1:8080", timeout=2.0) as sidecar:
        ranked = await sidecar.rerank("red shoes", ["Plain sock", "Nike Air"])
    # [(1, 0.93), (0, 0.02)]
        kept = await sidecar.rerank_or_keep("red shoes", documents)
    # kept.order, kept.scores; without scores it is the given order, and kept.reason says why

A call asks again after 429, 502, 503 or a broken connection, as long as its deadline allows, and
tells the sidecar what is left of that, so that nobody works for an answer that comes too late.
"""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

from es_integration.errors import (
    SidecarAnswerInvalid,
    SidecarError,
    SidecarRefused,
    SidecarUnreachable,
)
from es_integration.sidecar_client.retry import RETRIED, pause_s, retry_after_s

Reply = tuple[int, Mapping[str, str], Any]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Indexes into the documents, the best first, with their scores; or as they were given."""

    order: tuple[int, ...]
    scores: tuple[float, ...] | None
    """None where the given order was kept."""
    reason: str | None = None
    """Why it was kept, for the log."""


class SidecarClient:
    """Holds a connection pool while the `async with` lasts. `timeout` is the seconds of a call,
    its retries included; `retries` is how often it asks again; `api_key` is sent as a bearer."""

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float = 10.0,
        retries: int = 2,
        api_key: str | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._timeout = timeout
        self._retries = retries
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # Opened here and not in __init__: aiohttp binds a session to the running event loop.
        self._session = aiohttp.ClientSession(headers=self._headers)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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
        """(index into documents, score) in the order of the answer; `extra` goes into the body.

        `deadline_s` is the client's `timeout` for this call. Raises SidecarRefused,
        SidecarUnreachable or SidecarAnswerInvalid, the last attempt's.
        """
        body: dict[str, Any] = {"query": query, "documents": list(documents), **extra}
        if top_n is not None:
            body["top_n"] = top_n
        until = time.monotonic() + (self._timeout if deadline_s is None else deadline_s)
        return await self._ask_again(path, orjson.dumps(body), len(documents), until)

    async def rerank_or_keep(
        self,
        query: str | Mapping[str, Any],
        documents: Sequence[str | Mapping[str, Any]],
        *,
        top_n: int | None = None,
        **options: Any,
    ) -> Ranking:
        """As `rerank`, but a search goes on without the sidecar: then the documents stay as they
        were given, and the reason is told."""
        if not documents:
            return Ranking((), ())
        try:
            ranked = await self.rerank(query, documents, top_n=top_n, **options)
        except SidecarError as error:
            given = tuple(range(len(documents)))
            return Ranking(given[:top_n] if top_n else given, None, error.message)
        return Ranking(tuple(index for index, _ in ranked), tuple(score for _, score in ranked))

    async def post(self, path: str, body: Any) -> Reply:
        """Status, headers and parsed body, whatever the status is. Asks once."""
        return await self._request("POST", path, orjson.dumps(body), self._timeout)

    async def get(self, path: str) -> Reply:
        """Status, headers and parsed body (text where the answer is not JSON, as for /metrics)."""
        return await self._request("GET", path, None, self._timeout)

    async def _ask_again(
        self, path: str, data: bytes, documents: int, until: float
    ) -> list[tuple[int, float]]:
        attempt = 0
        while True:
            told: float | None = None
            left = until - time.monotonic()
            try:
                deadline = {"X-Request-Deadline-Ms": str(max(1, int(left * 1000)))}
                status, headers, answer = await self._request("POST", path, data, left, deadline)
                if status == 200:
                    return _ranking(answer, documents)
                told = retry_after_s(headers, time.time())
                raise SidecarRefused(status, _reason(answer), told)
            except (SidecarRefused, SidecarUnreachable) as error:
                pause = pause_s(attempt, told, random.random())
                again = not isinstance(error, SidecarRefused) or error.status in RETRIED
                if not again or attempt >= self._retries or pause >= until - time.monotonic():
                    raise
            await asyncio.sleep(pause)
            attempt += 1

    async def _request(
        self,
        method: str,
        path: str,
        data: bytes | None,
        seconds: float,
        more: Mapping[str, str] | None = None,
    ) -> Reply:
        if self._session is None:
            raise RuntimeError("SidecarClient is used outside of its `async with`")
        headers = {"Content-Type": "application/json"} if data is not None else {}
        url = self.base_url + path
        timeout = aiohttp.ClientTimeout(total=max(0.001, seconds))  # to aiohttp 0 is no limit
        try:
            async with self._session.request(
                method, url, data=data, headers={**headers, **(more or {})}, timeout=timeout
            ) as response:
                raw = await response.read()
                return response.status, response.headers, _parse(raw, response.content_type)
        except TimeoutError:
            raise SidecarUnreachable(
                f"{url}: no answer within {round(seconds, 2):g} seconds"
            ) from None
        except aiohttp.ClientError as error:
            raise SidecarUnreachable(f"{url}: {error or type(error).__name__}") from error


def _parse(raw: bytes, content_type: str) -> Any:
    if content_type == "application/json" or content_type.endswith("+json"):
        try:
            return orjson.loads(raw)
        except orjson.JSONDecodeError:
            pass  # A proxy in between may label its own error page as JSON.
    return raw.decode("utf-8", errors="replace")


def _reason(answer: Any) -> str:
    """The text for people in an error body, whichever dialect's shape it has."""
    while isinstance(answer, dict):
        answer = next((answer[key] for key in ("message", "error", "detail") if key in answer), "")
    return str(answer)[:500] or "no reason given"


def _ranking(answer: Any, documents: int) -> list[tuple[int, float]]:
    try:
        ranking = [(int(row["index"]), float(row["relevance_score"])) for row in answer["results"]]
    except (KeyError, TypeError, ValueError) as error:
        raise SidecarAnswerInvalid(f"not a rerank answer: {error!r}") from error
    # An index outside would raise far from here, or with a negative one pick a wrong document.
    if any(not 0 <= index < documents for index, _ in ranking):
        raise SidecarAnswerInvalid("the answer names a document that was not sent")
    return ranking
