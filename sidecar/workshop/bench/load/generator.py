"""Sends the requests of a plan on time, over as many connections as that takes.

Latencies count from the moment at which the plan has the request, and not from when it was sent: a
generator that is late must not hide how long clients would have waited ("coordinated omission").
How late it was is reported. It speaks just enough HTTP/1.1 for the sidecar's own answers, on plain
streams: an HTTP client would take some ten times the CPU time, on the cores that are measured. It
stands for clients who have cores of their own, so it gets one at once where it is allowed to.
"""

import asyncio
import contextlib
import gc
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sidecar.runtime.thread_priority import going_first
from sidecar.workshop.bench.load.plan import Planned

LEAD_S = 0.3
"""Between the call and the start of the plan."""
PATIENCE_S = 20.0
"""Beyond a request's deadline, after which it counts as unanswered."""
BUSY_CLIENTS = 8
"""Of a closed loop that keeps the service busy: searches wait while others are scored. Each more
costs a connection and shows nothing more."""
PATIENT_S = 600.0
"""A deadline so long that nothing is refused."""
LIMIT = 2**20
FIRST = 10
"""Steps of nice(1) by which the generator goes before the service."""
UNANSWERED = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """A request of the plan and what came back. Seconds count from the start of the plan."""

    planned: Planned
    sent_s: float
    done_s: float
    status: int
    """Of HTTP; UNANSWERED if there was no answer."""

    @property
    def latency_s(self) -> float:
        """From the planned moment to the last byte of the answer."""
        return self.done_s - self.planned.at_s


@dataclass(frozen=True, slots=True)
class Sent:
    """The outcomes of a plan, in its order, and what sending it took."""

    outcomes: Sequence[Outcome]
    cpu_s: float
    """CPU time of the generator's process."""
    wall_s: float
    first: bool = False
    """Whether the generator got a core before the service."""


class SendPlan(Protocol):
    """Sends a plan to one sidecar, as `send` does."""

    def __call__(self, plan: Sequence[Planned], clients: int | None = None) -> Sent:
        """The outcomes; with `clients` the loop is closed."""


def send(
    host: str,
    port: int,
    plan: Sequence[Planned],
    requests: Sequence[bytes],
    clients: int | None = None,
) -> Sent:
    """Sends each request at its moment; returns when all are answered. With `clients` the loop is
    closed: so many send the requests in their order, each the next one when it has an answer, and
    a request's planned moment is the one at which it is sent."""
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    generator = _Generator(host, port)
    sending = (
        generator.send(plan, requests)
        if clients is None
        else generator.keep_busy(plan, requests, clients)
    )
    with going_first(FIRST) as first:
        outcomes = asyncio.run(sending)
    return Sent(outcomes, time.process_time() - cpu, time.perf_counter() - wall, first)


class _Generator:
    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._start = 0.0

    async def send(self, plan: Sequence[Planned], requests: Sequence[bytes]) -> list[Outcome]:
        self._start = time.perf_counter() + LEAD_S
        at_once = Counter(planned.at_s for planned in plan)
        tasks = []
        for planned, request in sorted(
            zip(plan, requests, strict=True), key=lambda item: item[0].at_s
        ):
            if planned.at_s > self._now():
                await self._open(at_once[planned.at_s])
                await asyncio.sleep(planned.at_s - self._now())
            tasks.append(asyncio.create_task(self._ask(planned, request)))
        outcomes = await asyncio.gather(*tasks)
        await self._close()
        return outcomes

    async def keep_busy(
        self, plan: Sequence[Planned], requests: Sequence[bytes], clients: int
    ) -> list[Outcome]:
        """See `send`: the loop is closed."""
        self._start = time.perf_counter()
        waiting = iter(zip(plan, requests, strict=True))
        outcomes: list[Outcome] = []

        async def send_in_turn() -> None:
            for planned, request in waiting:
                outcomes.append(await self._ask(replace(planned, at_s=self._now()), request))

        await asyncio.gather(*(send_in_turn() for _ in range(clients)))
        await self._close()
        return outcomes

    async def _open(self, count: int) -> None:
        """So many connections are idle: those that come next need not connect, as with the pools
        of clients."""
        while len(self._idle) < count:
            try:
                self._idle.append(await self._connect())
            except OSError:
                return  # who needs it will find out

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self._host, self._port, limit=LIMIT)

    async def _close(self) -> None:
        for _, writer in self._idle:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _now(self) -> float:
        return time.perf_counter() - self._start

    async def _ask(self, planned: Planned, request: bytes) -> Outcome:
        sent_s = self._now()
        status = UNANSWERED
        with contextlib.suppress(TimeoutError, OSError, asyncio.IncompleteReadError):
            async with asyncio.timeout(planned.deadline_s + PATIENCE_S):
                status = await self._exchange(request)
        return Outcome(planned, sent_s, self._now(), status)

    async def _exchange(self, request: bytes) -> int:
        """The status of the answer, which is read to its end."""
        reader, writer = self._idle.pop() if self._idle else await self._connect()
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(content_length(head))
        except BaseException:
            writer.close()
            raise
        self._idle.append((reader, writer))
        return int(head[9:12])


def content_length(head: bytes) -> int:
    """Of an answer's head; 0 if it names none."""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
