"""Admits or refuses a whole request before it is tokenised, by when it would end: by the work ahead
of it under the shares of its flow (`fair_shares`), and by what earlier requests have taught
(`estimates`)."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sidecar.errors import DeadlineExceeded, Overloaded
from sidecar.runtime.backlog import Backlog, WaitingWork
from sidecar.runtime.estimates import Estimates
from sidecar.runtime.flows import Flow
from sidecar.runtime.scorer import Load, Scorer


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A request that was admitted."""

    admission: "Admission"
    flow: Flow
    deadline_s: float
    came: float
    due: float
    """On the clock, as `came`; see `run_order`. Its job is given it: what is ahead of the request
    was forecast with it."""
    estimated_tokens: int
    ahead_s: float
    """Of other work, forecast."""
    work_s: float
    """Its own, forecast."""

    def queued(self) -> None:
        """Its pairs are in the queue, which counts them from here on."""
        self.admission.queued(self)

    def scored(self, run_tokens: int) -> None:
        """It is scored; so many tokens were run for it."""
        self.admission.learn(self, run_tokens)


class Admission:
    """The requests that were admitted. The models of a device share one. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._arriving: set[Place] = set()
        """Whose pairs are not in the queue yet."""
        self._estimates: dict[Flow, Estimates] = {}
        self._lock = threading.Lock()

    @contextmanager
    def admit(self, scorer: Scorer, flow: Flow, tokens: int, deadline_s: float) -> Iterator[Place]:
        """`check`, then `hold`: for a request whose pairs go into the queue together."""
        with self._lock:
            load = scorer.load()
            work = self._admissible(load, flow, tokens, deadline_s)
            place = self._enter(load, flow, tokens, work)
        with self._held(place):
            yield place

    def check(self, scorer: Scorer, flow: Flow, tokens: int, deadline_s: float) -> None:
        """Passes if a request of about `tokens` can be answered in time. An idle server takes any.

        Raises Overloaded, with the seconds after which the work ahead of it will be done, if the
        request would end after its deadline, or make another one late.
        """
        with self._lock:
            self._admissible(scorer.load(), flow, tokens, deadline_s)

    @contextmanager
    def hold(self, scorer: Scorer, flow: Flow, tokens: int, deadline_s: float) -> Iterator[Place]:
        """A place without a question. Its `tokens` count among the work ahead of others until they
        are `queued`."""
        with self._lock:
            load = scorer.load()
            work = self._work(load, flow, tokens, deadline_s)
            place = self._enter(load, flow, tokens, work)
        with self._held(place):
            yield place

    def queued(self, place: Place) -> None:
        """See `Place`."""
        with self._lock:
            self._arriving.discard(place)

    def learn(self, place: Place, run_tokens: int) -> None:
        """See `Place.scored`."""
        with self._lock:
            estimates = self._of(place.flow)
            estimates.learn_tokens(place.estimated_tokens, run_tokens)
            self._learn_time(place, late=False)

    def _admissible(self, load: Load, flow: Flow, tokens: int, deadline_s: float) -> WaitingWork:
        """The request's work, due so that it and all that were taken before end in time: as any of
        its size, else before those of its flow whose deadline is later. Raises Overloaded."""
        new = self._work(load, flow, tokens, deadline_s)
        if not load.tokens_per_second:
            return new
        caution = self._of(flow).caution
        backlog = self._backlog(load)

        def in_time(work: WaitingWork) -> bool:
            forecast_s = backlog.ahead_s(flow, work) + work.work_s
            return not backlog.total_s or caution * forecast_s <= deadline_s

        for work in (new, backlog.before_later_deadlines(flow, new)):
            if in_time(work) and not backlog.makes_late(flow, work, caution):
                return work
        if in_time(new):
            raise Overloaded(
                "this request would make another one late that was taken before",
                retry_after_s=max(backlog.ahead_s(flow, new._replace(due_s=math.inf)), 0.1),
            )
        ahead_s = backlog.ahead_s(flow, new)
        raise Overloaded(
            f"about {ahead_s:.1f} s of work are queued ahead of this request, whose "
            f"deadline is {deadline_s:.1f} s",
            retry_after_s=max(ahead_s, 0.1),
        )

    def _work(self, load: Load, flow: Flow, tokens: int, deadline_s: float) -> WaitingWork:
        ratio = self._of(flow).tokens_ratio
        return WaitingWork.new(load.work_s(tokens * ratio), deadline_s)

    def _backlog(self, load: Load) -> Backlog:
        """What waits, with the requests that are not in the queue yet."""
        now = self._clock()
        arriving = [
            (
                place.flow,
                WaitingWork(place.work_s, place.due - now, place.came + place.deadline_s - now),
            )
            for place in self._arriving
        ]
        return load.backlog.plus(arriving) if arriving else load.backlog

    def _enter(self, load: Load, flow: Flow, tokens: int, work: WaitingWork) -> Place:
        ahead_s = self._backlog(load).ahead_s(flow, work)
        now = self._clock()
        due = now + work.due_s
        place = Place(self, flow, work.deadline_s, now, due, tokens, ahead_s, work.work_s)
        self._arriving.add(place)
        return place

    @contextmanager
    def _held(self, place: Place) -> Iterator[None]:
        try:
            yield
        except DeadlineExceeded:
            with self._lock:
                self._learn_time(place, late=True)
            raise
        finally:
            self.queued(place)

    def _learn_time(self, place: Place, *, late: bool) -> None:
        """From a request that had to wait, and was not taken in spite of its deadline."""
        forecast = (place.ahead_s + place.work_s) / place.deadline_s
        if place.ahead_s and forecast < 1:
            self._of(place.flow).learn_time(forecast, late=late)

    def _of(self, flow: Flow) -> Estimates:
        return self._estimates.setdefault(flow, Estimates())
