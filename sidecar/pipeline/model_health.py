"""Whether a model answers: its circuit breaker, and the probe that closes it.

The probe is what startup proves a model by, its canonical pairs, past the cache: their logits must
be the manifest's. It runs when the breaker has been open long enough, by a timer or at the next
request, whichever comes first.
"""

import asyncio
import time
import weakref
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from sidecar.errors import (
    CircuitOpen,
    DeadlineExceeded,
    DeviceError,
    InferenceFailed,
    NonFiniteScore,
    RerankError,
)
from sidecar.pipeline.breaker import Breaker, State
from sidecar.pipeline.deadline import Clock
from sidecar.pipeline.served_model import ServedModel
from sidecar.request import RankResult
from sidecar.runtime.canonical import canonical_pairs, compare
from sidecar.runtime.families import FAMILIES
from sidecar.runtime.scorer import Scored, Scorer

PROBE_S = 10.0
"""Seconds for the probe's runs; a device that takes longer is not well."""
HUNG_RUN_S = 10.0
"""A request that ends without scores while a run takes longer than these seconds was failed by the
model: no run within the limits takes nearly as long."""
log = structlog.get_logger("rerank")


@dataclass
class Outcome:
    """Of a request."""

    result: RankResult | None = None
    """A reranker's."""
    embedded: bool = False
    """Whether an encoder made its vectors."""

    @property
    def was_run(self) -> bool:
        """Whether the model ran for it, and not the cache alone."""
        if self.embedded:
            return True
        return self.result is not None and self.result.cached < len(self.result.pair_logits)

    @property
    def is_partial(self) -> bool:
        return self.result is not None and bool(self.result.unscored)


class ModelHealth:
    """Of one model. Thread-safe; requests come in an event loop."""

    def __init__(self, model: ServedModel, scorer: Scorer, clock: Clock = time.monotonic) -> None:
        """`scorer` has no cache in front of it."""
        self._model = model
        self._scorer = scorer
        self._clock = clock
        health = weakref.ref(self)  # no cycle: a closed model's memory must go at once

        def changed(state: State) -> None:
            if (alive := health()) is not None:
                alive._changed(state)

        self._breaker = Breaker(clock, changed)
        self._loop: asyncio.AbstractEventLoop | None = None
        """In which timers run: that of the last request which the model failed."""

    @property
    def state(self) -> State:
        """The breaker's."""
        return self._breaker.state

    @contextmanager
    def watched(self) -> Iterator[Outcome]:
        """A request to the model, whose outcome tells how the model is. Raises CircuitOpen unless
        requests go to it."""
        self._check()
        outcome = Outcome()
        try:
            yield outcome
        except (InferenceFailed, NonFiniteScore) as fault:
            if self._is_own(fault):
                self._failed()
            raise
        except DeadlineExceeded:
            self._failed_if_it_hangs()
            raise
        if outcome.was_run:
            self._breaker.succeeded()
        elif outcome.is_partial:
            self._failed_if_it_hangs()

    def _check(self) -> None:
        if self._breaker.state == "closed":
            return
        self._probe_if_due()
        refused = CircuitOpen(
            "the model failed several requests in a row, and is asked again when it passes a probe",
            retry_after_s=self._breaker.retry_after_s,
        )
        refused.model = self._model.name
        raise refused

    def _is_own(self, fault: RerankError) -> bool:
        """Whether this model failed, and not an encoder that the request needed too, whose health
        has seen the fault first."""
        fault.model = fault.model or self._model.name
        return fault.model == self._model.name

    def _failed(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._breaker.failed()

    def _failed_if_it_hangs(self) -> None:
        if self._scorer.load().longest_run_s > HUNG_RUN_S:
            self._failed()

    def _changed(self, state: State) -> None:
        logged = log.info if state == "closed" else log.warning
        logged("breaker", model=self._model.name, state=state)
        if state == "open":
            self._wait_for_probe()

    def _wait_for_probe(self) -> None:
        loop, seconds = self._loop, self._breaker.retry_after_s
        try:
            if loop is not None:  # a probe's end comes in a worker's thread
                loop.call_soon_threadsafe(loop.call_later, seconds, self._probe_if_due)
        except RuntimeError:  # the loop is closed: the next request probes
            pass

    def _probe_if_due(self) -> None:
        if not self._breaker.begin_probe():
            return
        pairs = canonical_pairs(self._model.running.manifest, self._model.tokenizer)
        try:
            job = self._scorer.submit(pairs, self._clock() + PROBE_S)
        except RerankError:  # the scorer is closed
            self._breaker.probed(False)
            return
        job.add_done_callback(lambda done: self._breaker.probed(self._is_well(done)))

    def _is_well(self, probe: "Future[Scored]") -> bool:
        running = self._model.running
        if probe.cancelled() or probe.exception() is not None:
            return False
        outputs = probe.result().outputs
        logits = FAMILIES[running.manifest.family].pair_values(outputs).tolist()
        try:
            compare(logits, running.manifest, running.name, running.graph.canonical_tolerance)
        except DeviceError:
            return False
        return True
