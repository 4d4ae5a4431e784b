"""A scorer in front of another: no input is run twice, neither one that was scored before nor one
that is under way for another request.

The request that brings an input first runs it; others that bring it wait. They do not wait for a
request with more inputs than their own, which would make a short one as slow as a long one, nor for
one that another client has a share for (`fair_shares`), which may be a small one. When
the request that runs an input fails or its client goes away, one that waits runs it instead, under
its own deadline.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future

import numpy as np

from sidecar.errors import RerankError
from sidecar.runtime.coalescing import Owned, Submission, UnderWay
from sidecar.runtime.families import Outputs
from sidecar.runtime.flows import ANYONE, Flow
from sidecar.runtime.jobs import TAG, settle
from sidecar.runtime.logit_cache import Key, LogitCache, SharedCache, cache_keys
from sidecar.runtime.scorer import Load, OnOutput, Scored, Scorer
from sidecar.runtime.session import ModelInput


class CachedScorer:
    """A `Scorer` with a cache in front of it. Thread-safe."""

    def __init__(
        self,
        scorer: Scorer,
        cache: LogitCache,
        score_revision: str,
        clock: Callable[[], float] = time.monotonic,
        shared: SharedCache | None = None,
    ) -> None:
        """`score_revision` is that of the scorer's model as it runs. `shared` is what replicas
        share, if they do."""
        self.scorer = scorer
        self.cache = cache
        self.shared = shared
        self._clock = clock
        self._score_revision = score_revision
        self._under_way: dict[Key, UnderWay] = {}
        self._lock = threading.Lock()

    def load(self) -> Load:
        """See `Scorer`."""
        return self.scorer.load()

    @property
    def uncached(self) -> Scorer:
        """See `Scorer`."""
        return self.scorer

    async def prefetch(self, inputs: Sequence[ModelInput]) -> Sequence[Key] | None:
        """See `Scorer`."""
        if self.shared is None:
            return None
        keys = cache_keys(self._score_revision, inputs)
        known = self.cache.get(keys)
        unknown = [key for key, output in zip(keys, known, strict=True) if output is None]
        if unknown:
            for key, output in (await self.shared.get(unknown)).items():
                self.cache.put(key, output)
        return keys

    def submit(
        self,
        inputs: Sequence[ModelInput],
        deadline: float,
        on_output: OnOutput | None = None,
        *,
        in_order: bool = False,
        flow: Flow = ANYONE,
        due: float | None = None,
        keys: Sequence[Key] | None = None,
    ) -> "Future[Scored]":
        """See `Scorer`. Inputs that run for other requests are waited for beyond the deadline: the
        caller keeps its own."""
        keys = cache_keys(self._score_revision, inputs) if keys is None else keys
        now = self._clock()
        request = Submission(flow, inputs, keys, deadline, now, on_output, in_order, due)
        with self._lock:
            owned = self._look_up(request)
            known = list(request.outputs.items())
        if on_output is not None:
            for position, output in known:
                on_output(position, output)
        request.future.add_done_callback(lambda future: _cancel_runs(request, future))
        if owned:
            self._run(request, owned)
        self._finish([request])
        return request.future

    def _look_up(self, request: Submission) -> Owned:
        """Takes what is known, waits for what is under way, and returns the rest, which the request
        must run. The lock is held."""
        owned: Owned = []
        known = self.cache.get(request.keys)
        for position, (key, output) in enumerate(zip(request.keys, known, strict=True)):
            if output is not None:
                request.outputs[position] = output
                request.cached += 1
                continue
            entry = self._under_way.get(key)
            if entry is None:
                entry = self._under_way[key] = UnderWay(key, request.flow, len(request.inputs))
                owned.append((position, entry))
            elif entry.comes_soon_for(request):
                request.cached += 1
            else:
                entry.flow, entry.inputs = request.flow, len(request.inputs)
                entry.runs += 1
                owned.append((position, entry))
            entry.waiting.append((request, position))
        return owned

    def _run(self, request: Submission, owned: Owned) -> None:
        """Submits the inputs that the request must run."""

        def receive(place: int, output: Outputs) -> None:
            self._receive(request.keys[owned[place][0]], output)

        inputs = [request.inputs[position] for position, _ in owned]
        tag = TAG.set(request.tag)
        try:
            run = self.scorer.submit(
                inputs,
                request.deadline,
                receive,
                in_order=request.in_order,
                flow=request.flow,
                due=request.due,
            )
        except RerankError as fault:
            settle(request.future, fault)
            self._hand_over(owned)
            return
        finally:
            TAG.reset(tag)
        request.runs.append(run)
        run.add_done_callback(lambda done: self._end(request, owned, done))
        if request.future.done():  # its client went away meanwhile
            run.cancel()

    def _receive(self, key: Key, output: Outputs) -> None:
        """Keeps the output of an input that was run, and gives it to all that wait for it."""
        output = output.copy()  # not a view, which would keep the whole run's array
        valid = bool(np.isfinite(output).all())  # a device's passing fault must not stay
        if valid and self.shared is not None:
            self.shared.put(key, output)
        with self._lock:
            if valid:
                self.cache.put(key, output)
            entry = self._under_way.pop(key, None)
            waiting = [] if entry is None else entry.waiting
            for request, position in waiting:
                request.outputs[position] = output
        for request, position in waiting:
            if request.on_output is not None:
                request.on_output(position, output)
        self._finish(request for request, _ in waiting)

    def _end(self, request: Submission, owned: Owned, run: "Future[Scored]") -> None:
        """What a request had to run has been run, or never will be."""
        if run.cancelled():
            request.future.cancel()
        elif (fault := run.exception()) is not None:
            settle(request.future, fault)
        else:
            self._finish([request])
            return
        self._hand_over(owned)

    def _hand_over(self, owned: Owned) -> None:
        """Inputs that a request does not run after all are run by others that wait for them."""
        heirs: dict[Submission, Owned] = {}
        with self._lock:
            for _, entry in owned:
                if self._under_way.get(entry.key) is not entry:
                    continue  # it was run before the end
                entry.runs -= 1
                if entry.runs:
                    continue
                entry.waiting = [each for each in entry.waiting if not each[0].future.done()]
                if not entry.waiting:
                    del self._under_way[entry.key]
                    continue
                heir, position = entry.waiting[0]
                heir.cached -= 1
                entry.flow, entry.runs, entry.inputs = heir.flow, 1, len(heir.inputs)
                heirs.setdefault(heir, []).append((position, entry))
        for heir, inherited in heirs.items():
            self._run(heir, inherited)

    def _finish(self, requests: Iterable[Submission]) -> None:
        """Gives its outputs to each that has all of them."""
        for request in requests:
            if not request.future.done() and request.complete:
                settle(request.future, request.scored(self._clock()))


def _cancel_runs(request: Submission, future: "Future[Scored]") -> None:
    """A client that goes away takes its inputs out of the queue."""
    if future.cancelled():
        for run in request.runs:
            run.cancel()
