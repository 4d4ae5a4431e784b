"""The real queues of a device, with workers that take virtual time."""

import random
from collections.abc import Callable

from sidecar.runtime.device_queues import DeviceQueues
from sidecar.runtime.model_queue import ModelQueue, Run
from tests.simulation.plan import Breakage, Fault, Plan
from tests.simulation.sessions import SimulatedSession
from tests.simulation.virtual_time import Clock, VirtualLoop

OVERHEAD_S = 0.002
"""Of a run."""
SLOW = 20.0
"""A slow model takes so many times as long."""


class SimulatedDevice(DeviceQueues):
    """Its workers take the next run whenever they are idle, and end it when its time is over."""

    def __init__(self, plan: Plan, loop: VirtualLoop, clock: Clock, rng: random.Random) -> None:
        super().__init__(plan.workers, clock=clock)
        self._plan = plan
        self._loop = loop
        self._rng = rng
        self._busy: set[int] = set()
        self.on_take: Callable[[Run], None] = lambda run: None
        self.on_end: Callable[[], None] = lambda: None

    def step(self) -> bool:
        """Gives work to idle workers; whether any took some."""
        took = False
        for worker in set(range(self.workers)) - self._busy:
            taken = self.take(worker)
            if taken is None:
                break
            took = True
            self._busy.add(worker)
            queue, run = taken
            self.on_take(run)
            does = self._breakage(queue.model.name)
            seconds = self._seconds(queue, run, does)
            self._loop.call_later(seconds, self._end, worker, queue, run, does)
        return took

    def _end(self, worker: int, queue: ModelQueue, run: Run, does: Breakage | None) -> None:
        session = queue.model.session
        assert isinstance(session, SimulatedSession)
        session.does = does
        queue.score(worker, run)
        self._busy.remove(worker)
        self.on_end()

    def _breakage(self, model: str) -> Breakage | None:
        active = (each for each in self._plan.faults if each.model == model and self._holds(each))
        return next((each.breakage for each in active), None)

    def _holds(self, fault: Fault) -> bool:
        return fault.start <= self._clock() < fault.end

    def _seconds(self, queue: ModelQueue, run: Run, does: Breakage | None) -> float:
        tokens = sum(len(job.inputs[position]) for job, position in run)
        seconds = OVERHEAD_S + tokens / self._plan.tokens_per_second * self._rng.uniform(0.8, 1.3)
        if does == "is slow":
            return SLOW * seconds
        if does == "hangs":
            ends = max(each.end for each in self._plan.faults if self._holds(each))
            return max(seconds, ends - self._clock())
        return seconds
