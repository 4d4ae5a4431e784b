"""Clients that misbehave, and a stop in the middle of the traffic:

    python -m tests.service.faults --hours 1

Some clients go away while they are answered, some send slowly or never end a body, some send what
is no JSON, some have hardly any time. Every answer must be that of a quiet run, or a well-formed
refusal; when all are gone nothing of them may be left, and memory may not have grown by more than a
tenth. The traffic of an hour is compressed into minutes: nobody pauses between requests.
"""

import argparse
import asyncio
import itertools
import json
import os
import random
import re
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.contracts.shapes import indexed
from tests.http_client import ERROR_KEYS
from tests.resident_memory import growth, resident_mb
from tests.service.searches import searches
from tests.tiny_models import tiny_model

BODIES = 20
CLIENTS = 8
TOLERANCE = 1e-4
PER_HOUR = 5 * 3600
"""Requests: five a second."""
MAX_GROWTH = 0.1
"""Of memory, from the second to the last fifth: the first is warming up."""
Scores = dict[int, float]


@dataclass
class Outcome:
    """What clients saw, and what the service kept of it."""

    done: Counter[str] = field(default_factory=Counter)
    """By what the client did and what it got."""
    wrong: list[str] = field(default_factory=list)
    rss_mb: list[float] = field(default_factory=list)
    """At every fiftieth of the requests."""
    left: dict[str, float] = field(default_factory=dict)
    """Gauges once all clients are gone, which must be 0."""
    exit_code: int | None = None
    """After a SIGTERM in the middle of traffic."""


class Traffic:
    """Clients of one service, and the scores that a quiet service gave."""

    def __init__(self, server: SidecarProcess, client: aiohttp.ClientSession, seed: int) -> None:
        chance = random.Random(seed)
        self.bodies = [json.dumps(body).encode() for body in searches(chance, BODIES)]
        self.chance = chance
        self.outcome = Outcome()
        self._server = server
        self._client = client
        self._quiet: list[Scores] = []

    async def listen(self) -> None:
        """Takes the scores while nothing else happens."""
        for body in self.bodies:
            async with self._client.post("/v2/rerank", data=body, headers=JSON) as response:
                self._quiet.append(dict(indexed(await response.json())))

    async def one(self) -> None:
        """One client does one thing."""
        (act,) = self.chance.choices([each for each, _ in ACTS], [often for _, often in ACTS])
        number = self.chance.randrange(BODIES)
        await act(self, number)

    async def ask(self, number: int) -> None:
        """As clients do."""
        await self._post("ask", number, self.bodies[number], {})

    async def hurry(self, number: int) -> None:
        """With hardly any time."""
        headers = {"X-Request-Deadline-Ms": str(self.chance.choice((1, 3, 10)))}
        await self._post("hurry", number, self.bodies[number], headers)

    async def babble(self, number: int) -> None:
        """What is no JSON."""
        body = self.bodies[number]
        await self._post("babble", number, body[: self.chance.randrange(1, len(body))], {})

    async def vanish(self, number: int) -> None:
        """A whole request, and away before the answer."""
        _, writer = await self._connect()
        writer.write(self._head(len(self.bodies[number])) + self.bodies[number])
        await writer.drain()
        await asyncio.sleep(self.chance.expovariate(500))
        writer.transport.abort()
        self.outcome.done["vanish"] += 1

    async def stop_short(self, number: int) -> None:
        """Half a request, and away."""
        _, writer = await self._connect()
        body = self.bodies[number]
        writer.write(self._head(len(body)) + body[: len(body) // 2])
        await writer.drain()
        writer.transport.abort()
        self.outcome.done["stop short"] += 1

    async def dawdle(self, number: int) -> None:
        """A request in pieces; the answer is as right as any."""
        reader, writer = await self._connect()
        body = self.bodies[number]
        writer.write(self._head(len(body)))
        for start in range(0, len(body), 1 + len(body) // 4):
            writer.write(body[start : start + 1 + len(body) // 4])
            await writer.drain()
            await asyncio.sleep(0.01)
        raw = await reader.read()
        writer.close()
        head, _, answer = raw.partition(b"\r\n\r\n")
        self._judge("dawdle", number, int(head.split()[1]), answer)

    async def _post(self, name: str, number: int, body: bytes, headers: Mapping[str, str]) -> None:
        async with self._client.post(
            "/v2/rerank", data=body, headers={**JSON, **headers}
        ) as answer:
            self._judge(name, number, answer.status, await answer.read())

    def _judge(self, name: str, number: int, status: int, raw: bytes) -> None:
        self.outcome.done[f"{name}: {status}"] += 1
        body = json.loads(raw)
        if status == 200:
            scores = dict(indexed(body))
            quiet = self._quiet[number]
            if scores.keys() != quiet.keys() or any(
                abs(scores[index] - quiet[index]) > TOLERANCE for index in quiet
            ):
                self.outcome.wrong.append(f"{name} {number}: {scores}, and not {quiet}")
        elif set(body) != ERROR_KEYS or status not in EXPECTED.get(name, ()):
            self.outcome.wrong.append(f"{name} {number}: {status} {raw[:200]!r}")

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self._server.port)

    def _head(self, length: int) -> bytes:
        return (
            f"POST /v2/rerank HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Content-Length: {length}\r\nConnection: close\r\n\r\n"
        ).encode()


JSON = {"Content-Type": "application/json"}
Act = Callable[[Traffic, int], Coroutine[Any, Any, None]]
ACTS: tuple[tuple[Act, int], ...] = (
    (Traffic.ask, 70),
    (Traffic.vanish, 10),
    (Traffic.hurry, 6),
    (Traffic.babble, 5),
    (Traffic.stop_short, 5),
    (Traffic.dawdle, 4),
)
"""With how often each happens."""
EXPECTED: Mapping[str, tuple[int, ...]] = {
    "ask": (429,),
    "dawdle": (429,),
    "hurry": (429, 504),
    "babble": (400,),
}
"""The refusals that each may get."""


async def run(server: SidecarProcess, requests: int, seed: int) -> Outcome:
    """So many requests of a few clients at a time, and then a SIGTERM in the middle of more."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(server.url, connector=connector) as client:
        traffic = Traffic(server, client, seed)
        await traffic.listen()
        numbers = iter(range(requests))

        async def work() -> None:
            for number in numbers:
                await traffic.one()
                if number % max(1, requests // 50) == 0:
                    traffic.outcome.rss_mb.append(resident_mb(server.pid))

        await asyncio.gather(*(work() for _ in range(CLIENTS)))
        traffic.outcome.left = await _left(client)
        await _stopped(server, traffic)
    return traffic.outcome


async def _left(client: aiohttp.ClientSession) -> dict[str, float]:
    """What the service still works at, once it has noticed that all are gone."""
    left: dict[str, float] = {}
    for _ in range(100):
        async with client.get("/metrics") as response:
            text = await response.text()
        found = re.findall(r"^(rerank_(?:inflight_requests|queue_pairs\{.*\})) (\S+)$", text, re.M)
        left = {name: float(value) for name, value in found}
        if not any(left.values()):
            break
        await asyncio.sleep(0.05)
    return left


async def _stopped(server: SidecarProcess, traffic: Traffic) -> None:
    """Requests that were under way at the SIGTERM are answered, and the process ends well."""
    calls = [asyncio.ensure_future(traffic.ask(number)) for number in range(BODIES)]
    for done in itertools.islice(asyncio.as_completed(calls), BODIES // 4):
        await done
    os.kill(server.pid, signal.SIGTERM)
    for answer in await asyncio.gather(*calls, return_exceptions=True):
        if answer is not None and not isinstance(answer, aiohttp.ClientConnectionError):
            traffic.outcome.wrong.append(f"at the stop: {answer!r}")
    traffic.outcome.exit_code = await asyncio.to_thread(server.wait, 30)


def served(requests: int, seed: int) -> Outcome:
    """The outcome of a service with a tiny model and no cache."""
    with tempfile.TemporaryDirectory() as folder:
        tiny_model(Path(folder) / "m", 1)
        settings = {"model": Path(folder) / "m", "workers": 2, "cache_mb": 0, "log_level": "error"}
        with SidecarProcess(settings) as server:
            return asyncio.run(run(server, requests, seed))


def main() -> None:
    """Exits with 1 when an answer was wrong, something is left or memory has grown."""
    parser = argparse.ArgumentParser(prog="python -m tests.service.faults", description=__doc__)
    parser.add_argument("--hours", type=float, default=1.0, help=f"of {PER_HOUR} requests each")
    parser.add_argument("--requests", type=int, help="in place of hours")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    requests = options.requests or round(PER_HOUR * options.hours)
    began = time.monotonic()
    outcome = served(requests, options.seed)
    print(f"{requests} requests in {(time.monotonic() - began) / 60:.1f} minutes")
    for wrong in outcome.wrong[:20]:
        print(wrong)
    print(f"{dict(sorted(outcome.done.items()))}")
    print(f"{len(outcome.wrong)} wrong; left {outcome.left}; exit code {outcome.exit_code}")
    print(f"memory {outcome.rss_mb[0]:.0f} to {outcome.rss_mb[-1]:.0f} MB, ", end="")
    grown = growth(outcome.rss_mb)
    print(f"{grown:+.1%} from the second to the last fifth")
    left = any(outcome.left.values()) or outcome.exit_code
    raise SystemExit(1 if outcome.wrong or left or grown > MAX_GROWTH else 0)


if __name__ == "__main__":
    main()
