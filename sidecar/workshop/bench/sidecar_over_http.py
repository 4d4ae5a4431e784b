"""One round through the sidecar's HTTP port, with the stage times of its Server-Timing header."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from es_integration.errors import SidecarRefused
from es_integration.sidecar_client import SidecarClient
from sidecar.workshop.bench.workload import Request, Round
from sidecar.workshop.server_timing import stage_seconds

PATH = "/v2/rerank"
TIMEOUT_S = 600.0


@dataclass(frozen=True, slots=True)
class RequestTiming:
    """One request's seconds as the client saw them, and the sidecar's seconds per stage."""

    seconds: float
    stages: Mapping[str, float]


class SidecarOverHttp:
    """Sends the requests of a round, `concurrency` at a time, over kept-alive connections."""

    name = "over HTTP"

    def __init__(self, url: str, concurrency: int = 1) -> None:
        self._client = SidecarClient(url, timeout=TIMEOUT_S)
        self._concurrency = concurrency
        self._timings: list[RequestTiming] = []
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        self._runner.__enter__()
        self._runner.run(self._client.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._runner.run(self._client.__aexit__(kind, error, trace))
        self._runner.close()

    def info(self) -> Mapping[str, Any]:
        """The body of the sidecar's /info."""
        _, _, answer = self._runner.run(self._client.get("/info"))
        return dict(answer)

    def run(self, requests: Round) -> None:
        """Returns when all are answered. Raises SidecarError unless every status is 200."""
        self._runner.run(self._send_all(requests))

    def take_timings(self) -> list[RequestTiming]:
        """The timings of all requests since the last call."""
        timings, self._timings = self._timings, []
        return timings

    def scores(self, body: Mapping[str, Any]) -> list[float]:
        """The scores of the body's documents, in their order. Raises SidecarError."""
        status, _, answer = self._runner.run(self._client.post(PATH, body))
        if status != 200:
            raise SidecarRefused(status, str(answer)[:500])
        by_index = {row["index"]: row["relevance_score"] for row in answer["results"]}
        return [by_index[index] for index in range(len(by_index))]

    async def _send_all(self, requests: Round) -> None:
        waiting = iter(requests)

        async def send_in_turn() -> None:
            for request in waiting:
                self._timings.append(await self._send(request))

        # Not a TaskGroup, which would wrap one request's error in an ExceptionGroup.
        await asyncio.gather(*(send_in_turn() for _ in range(self._concurrency)))

    async def _send(self, request: Request) -> RequestTiming:
        start = time.perf_counter()
        status, headers, answer = await self._client.post(PATH, request.body)
        seconds = time.perf_counter() - start
        if status != 200:
            raise SidecarRefused(status, str(answer)[:500])
        return RequestTiming(seconds, stage_seconds(headers.get("Server-Timing", "")))
