"""Random requests sent to a running service, and what came of them."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from sidecar import __version__
from sidecar.contracts.openapi import document
from tests.fuzz.bounded import bounded
from tests.fuzz.random_bodies import Bodies, Shot
from tests.resident_memory import resident_mb

GOLDEN = Path(__file__).parent.parent / "golden"
MAX_SECONDS = 10.0
AT_A_TIME = 4


@dataclass
class Report:
    """Of one round."""

    statuses: Counter[int] = field(default_factory=Counter)
    slowest_s: float = 0.0
    faults: list[tuple[int, str, Shot]] = field(default_factory=list)
    """(number, what is wrong, the request)."""
    rss_mb: list[float] = field(default_factory=list)
    """At every hundredth of the round."""

    @property
    def total(self) -> int:
        return self.statuses.total()


def bodies() -> Bodies:
    """By this version's OpenAPI document, and by the golden files' bodies."""
    cases = [json.loads(path.read_text()) for path in sorted(GOLDEN.glob("*/*.json"))]
    known = [(case["path"], case["body"]) for case in cases if isinstance(case.get("body"), dict)]
    return Bodies(bounded(document(__version__)), known)


async def shoot(
    url: str,
    count: int,
    seed: int,
    pid: int,
    progress: Callable[[int, Report], None] = lambda done, report: None,
) -> Report:
    """Sends `count` requests, a few at a time; the same ones for the same seed."""
    report, source = Report(), bodies()
    numbers = iter(range(count))
    step = max(1, count // 100)

    async def work(client: aiohttp.ClientSession) -> None:
        for number in numbers:
            shot = source.shot(random.Random(f"{seed} {number}"))
            await _send(client, number, shot, report)
            if number % step == 0:
                report.rss_mb.append(resident_mb(pid))
                progress(number, report)

    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(url, timeout=timeout) as client:
        await asyncio.gather(*(work(client) for _ in range(AT_A_TIME)))
    return report


async def _send(client: aiohttp.ClientSession, number: int, shot: Shot, report: Report) -> None:
    start = time.monotonic()
    headers = {"Content-Type": "application/json", **shot.headers}
    try:
        async with client.request(
            shot.method, shot.path, data=shot.body, headers=headers, allow_redirects=False
        ) as response:
            raw = await response.read()
            status, kind = response.status, response.content_type
    except (TimeoutError, aiohttp.ClientError) as fault:
        report.faults.append((number, f"no answer: {fault!r}", shot))
        return
    seconds = time.monotonic() - start
    report.slowest_s = max(report.slowest_s, seconds)
    report.statuses[status] += 1
    if (wrong := _wrong(status, kind, raw, seconds)) is not None:
        report.faults.append((number, wrong, shot))


def _wrong(status: int, kind: str, raw: bytes, seconds: float) -> str | None:
    """What is wrong with an answer; None if nothing is."""
    if status == 500:
        return f"500: {raw[:300]!r}"
    if seconds > MAX_SECONDS:
        return f"{seconds:.1f} s"
    if kind != "application/json":
        return None if status < 400 else f"{status} without an error body: {raw[:100]!r}"
    try:
        body = json.loads(raw)
    except ValueError:
        return f"{status}: no JSON: {raw[:100]!r}"
    if status >= 400 and not (isinstance(body, dict) and body):
        return f"{status}: no error body: {raw[:100]!r}"
    return None
