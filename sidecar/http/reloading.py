"""Files that are read again while the service runs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import structlog

from sidecar.errors import StartupError
from sidecar.telemetry.metrics import Metrics

POLL_S = 1.0
"""A change is seen after one to two of these: it must look the same twice."""
log = structlog.get_logger("rerank")


@dataclass(frozen=True, slots=True)
class Part:
    """What was read from files, by its name in the log and the metrics."""

    name: str
    reload_if_changed: Callable[[], bool]
    """Whether it was read again; called in a thread. Raises StartupError, and changes nothing,
    when the files are not understood."""
    changed: Callable[[], None] = lambda: None
    """Called after that, on the event loop."""


@asynccontextmanager
async def reloading(metrics: Metrics, *parts: Part) -> AsyncIterator[None]:
    """Keeps the parts up to date while the block runs."""

    async def watch() -> None:
        while True:
            await asyncio.sleep(POLL_S)
            for part in parts:
                await _reload(part, metrics)

    for part in parts:
        metrics.reload_failed.labels(part=part.name).set(0)
    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _reload(part: Part, metrics: Metrics) -> None:
    try:
        if not await asyncio.to_thread(part.reload_if_changed):
            return
    except StartupError as fault:
        metrics.reload_failed.labels(part=part.name).set(1)
        metrics.reloads.labels(part=part.name, outcome="failed").inc()
        log.error("reload", part=part.name, outcome="failed", fault=fault.message)
        return
    part.changed()
    metrics.reload_failed.labels(part=part.name).set(0)
    metrics.reloads.labels(part=part.name, outcome="ok").inc()
    log.info("reload", part=part.name, outcome="ok")
