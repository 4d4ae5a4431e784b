"""An async HTTP client of the sidecar: one request, one answer.

    async with SidecarClient("http://127.0.0.1:8090", timeout=2.0) as sidecar:
        ranked = await sidecar.rerank("red shoes", ["Plain sock", "Nike Air"])
    # [(1, 0.93), (0, 0.02)]

There are no retries and no fallback here: who retries must know the whole search's deadline.
"""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

from es_integration.errors import SidecarAnswerInvalid, SidecarRefused, SidecarUnreachable

Reply = tuple[int, Mapping[str, str], Any]


class SidecarClient:
    """Holds a connection pool while the `async with` lasts; `timeout` (seconds) is per request."""

    def __init__(self, base_url: str, *, timeout: float = 10.0) -> None:
        self.base_url = base_url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # Opened here and not in __init__: aiohttp binds a session to the running event loop.
        self._session = aiohttp.ClientSession(timeout=self._timeout)
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
        **extra: Any,
    ) -> list[tuple[int, float]]:
        """(index into documents, score) in the order of the answer; `extra` goes into the body."""
        body: dict[str, Any] = {"query": query, "documents": list(documents), **extra}
        if top_n is not None:
            body["top_n"] = top_n
        status, headers, answer = await self.post(path, body)
        if status != 200:
            raise SidecarRefused(status, _reason(answer), _retry_after(headers))
        return _ranking(answer, len(documents))

    async def post(self, path: str, body: Any) -> Reply:
        """Status, headers and parsed body, whatever the status is."""
        return await self._request("POST", path, orjson.dumps(body))

    async def get(self, path: str) -> Reply:
        """Status, headers and parsed body (text where the answer is not JSON, as for /metrics)."""
        return await self._request("GET", path, None)

    async def _request(self, method: str, path: str, data: bytes | None) -> Reply:
        if self._session is None:
            raise RuntimeError("SidecarClient is used outside of its `async with`")
        headers = {"Content-Type": "application/json"} if data is not None else {}
        url = self.base_url + path
        try:
            async with self._session.request(method, url, data=data, headers=headers) as response:
                raw = await response.read()
                return response.status, response.headers, _parse(raw, response.content_type)
        except TimeoutError:
            raise SidecarUnreachable(
                f"{url}: no answer within {self._timeout.total} seconds"
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


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        return float(headers["Retry-After"])
    except (KeyError, ValueError):
        return None  # Absent, or the date form, which the sidecar never sends.


def _ranking(answer: Any, documents: int) -> list[tuple[int, float]]:
    try:
        ranking = [(int(row["index"]), float(row["relevance_score"])) for row in answer["results"]]
    except (KeyError, TypeError, ValueError) as error:
        raise SidecarAnswerInvalid(f"not a rerank answer: {error!r}") from error
    # An index outside would raise far from here, or with a negative one pick a wrong document.
    if any(not 0 <= index < documents for index, _ in ranking):
        raise SidecarAnswerInvalid("the answer names a document that was not sent")
    return ranking
