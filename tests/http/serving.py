"""A service in the test's own event loop, over a session whose runs the test lets through."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np

from sidecar.http.serve import listening
from sidecar.http.service import Opener, Service, Watch
from sidecar.pipeline.ranking_config import RankingConfig
from sidecar.pipeline.registry import ModelRegistry
from sidecar.pipeline.served_model import ServedModel
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.runtime.running_graph import RunningGraph
from sidecar.runtime.runs import Layout
from sidecar.runtime.session import Batch, Tensors
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.settings import Settings

BODY = {"query": "q", "documents": ["a", "b c", "d e f"]}


class GatedSession:
    """Scores a pair by its length, when the gate is open; `fault` is raised instead."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Semaphore(0)
        self.runs = 0
        self.fault: Exception | None = None
        self.value: float | None = None

    def run(self, batch: Batch) -> Tensors:
        self.runs += 1
        self.entered.release()
        assert self.gate.wait(20)
        if self.fault is not None:
            raise self.fault
        if self.value is not None:
            return {"logits": np.full(len(batch.input_ids), self.value, dtype=np.float32)}
        return {"logits": batch.attention_mask.sum(axis=1).astype(np.float32)}

    async def wait_entered(self) -> None:
        """Returns once a run has begun."""
        assert await asyncio.to_thread(self.entered.acquire, timeout=10)


def opener_over(session: GatedSession, folder: Path | None = None) -> Opener:
    """Opens one model, with one worker over the session."""

    def opener(settings: Settings, watch: Watch) -> ModelRegistry:
        path = folder or shipped_model()
        manifest = Manifest.read(path)
        models = ModelRegistry(
            1,
            deadline_s=settings.deadline_ms / 1000,
            config=RankingConfig(
                on_deadline=settings.on_deadline,
                on_failure=settings.on_failure,
                stand_in=settings.stand_in,
            ),
            on_run=watch.on_run,
            cache_mb=settings.cache_mb if "cache_mb" in settings.model_fields_set else 0,
            worker_nice=settings.worker_nice,
            shared_cache=watch.shared_cache,
        )
        model = ServedModel(
            manifest.name,
            RunningGraph(manifest, "int8", "cpu"),
            PairTokenizer.open(path, manifest),
            Layout(workers=1, intra_op_threads=1, token_budget=0),
        )
        models.add(model, session)
        return models

    return opener


@asynccontextmanager
async def serving(
    session: GatedSession, folder: Path | None = None, **settings: Any
) -> AsyncIterator[tuple[Service, aiohttp.ClientSession]]:
    """(service, a client with its base URL) with one worker over the session."""
    opener = opener_over(session, folder)
    async with listening(Settings(port=0, **settings), opener) as (service, url):
        try:
            async with aiohttp.ClientSession(url) as client:
                yield service, client
        finally:
            session.gate.set()


def metric(service: Service, name: str, **labels: str) -> float:
    """A metric's value; 0 where it has none yet."""
    return service.metrics.registry.get_sample_value(name, labels) or 0.0


async def until(condition: Any, seconds: float = 10.0) -> None:
    """Returns when the condition holds; fails when it does not in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - a metric has no event
            await asyncio.sleep(0.005)
