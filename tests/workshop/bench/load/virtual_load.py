"""The plans of `bench load` against the real queues and admission, on a virtual clock: minutes of
traffic in seconds, the same for the same seed, whatever else the machine does.

    python -m tests.workshop.bench.load.virtual_load --seconds 60 --seeds 3

Runs take a time that grows faster than their length, from 15 % less to 20 % more; admission gets an
estimate of the tokens that is from 20 % too low to 30 % too high.
"""

import argparse
import dataclasses
import functools
import random
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import numpy as np

from sidecar.errors import DeadlineExceeded, Overloaded
from sidecar.runtime.admission import Admission
from sidecar.runtime.device_queues import DeviceQueues
from sidecar.runtime.families import FAMILIES
from sidecar.runtime.flows import Flow
from sidecar.runtime.manifest import Padding
from sidecar.runtime.model_queue import ModelQueue, Run
from sidecar.runtime.model_session import ModelSession
from sidecar.runtime.runs import Layout
from sidecar.runtime.scorer import Scored
from sidecar.runtime.session import ModelInput
from sidecar.workshop.bench.load.generator import Outcome, Sent
from sidecar.workshop.bench.load.load_benchmark import (
    LOADS,
    PROBE_SHARES,
    LoadReport,
    LoadSpec,
    LoadSteps,
)
from sidecar.workshop.bench.load.load_tables import show
from sidecar.workshop.bench.load.plan import Planned
from sidecar.workshop.bench.workload import MEDIAN_TOKENS, SIGMA
from sidecar.workshop.planning.simulated_work import Zeros
from sidecar.workshop.planning.virtual_clock import VirtualClock
from tests.workshop.bench.load.hindsight import Request, most_documents

WORKERS = 2
TOKENS_PER_SECOND = 10_000.0
"""Of a worker, for a pair of 110 tokens."""
VARIES = (0.85, 1.2)
"""How long a run takes, of what is expected."""
TOKENIZING_S = 3e-6
"""Of a token."""


class VirtualSidecar:
    """Sends plans, as `generator.send` does."""

    def __init__(self, seed: int, tokens_per_second: float = TOKENS_PER_SECOND) -> None:
        """`tokens_per_second` of a worker, for a pair of 110 tokens."""
        self._rate = tokens_per_second
        self._seed = seed
        self._rng = random.Random(seed)
        self._clock = VirtualClock()
        self._idle = set(range(WORKERS))
        self._device = DeviceQueues(WORKERS, clock=self._clock)
        self._admission = Admission(self._clock)
        layout = Layout(WORKERS, 1, 0)
        family = FAMILIES["cross-encoder"]
        model = ModelSession("model", Zeros(), layout, Padding(token="x"), 0, family)
        self._queue = self._device.add(model)
        self._queue.submit(_inputs(16, self._rng), 1e9)  # a rate is known, as after a start
        self._clock.run(self._start_runs)

    def send(self, plan: Sequence[Planned], clients: int | None = None) -> Sent:
        """The outcomes of a plan."""
        outcomes: list[Outcome] = []
        start = self._clock()
        waiting = iter(enumerate(plan))

        def next_one() -> None:
            if (item := next(waiting, None)) is not None:
                place, planned = item
                planned = dataclasses.replace(planned, at_s=self._clock() - start)
                self._come(planned, start, outcomes, self._chance(place), next_one)

        if clients is not None:
            for _ in range(clients):
                next_one()
        else:
            for place, planned in waiting:
                come = functools.partial(self._come, planned, start, outcomes, self._chance(place))
                self._clock.at(start + planned.at_s, come)
        self._clock.run(self._start_runs)
        return Sent(outcomes, cpu_s=0.0, wall_s=1.0, first=True)

    def known_before(self, plan: Sequence[Planned]) -> list[Request]:
        """The requests of a plan, for one who knows how long each takes."""
        known = []
        for place, planned in enumerate(plan):
            inputs = _inputs(planned.kind.documents, self._chance(place))
            work_s = sum(self._run_s(len(each)) for each in inputs) / WORKERS
            known.append(Request(planned.at_s, planned.deadline_s, work_s, planned.kind.documents))
        return known

    def _chance(self, place: int) -> random.Random:
        """For the texts of a place in a plan: requests that are compared have the same ones."""
        return random.Random(f"{self._seed} {place}")

    def _come(
        self,
        planned: Planned,
        start: float,
        outcomes: list[Outcome],
        rng: random.Random,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        flow = Flow("batch" if planned.batch else "interactive", planned.client)
        inputs = _inputs(planned.kind.documents, rng)
        tokens = sum(map(len, inputs))
        estimate = int(tokens * rng.uniform(0.8, 1.3))
        deadline = self._clock() + planned.deadline_s

        def end(status: int) -> None:
            outcomes.append(Outcome(planned, planned.at_s, self._clock() - start, status))
            after()

        place = self._admission.admit(self._queue, flow, estimate, planned.deadline_s)
        try:
            held = place.__enter__()
        except Overloaded:
            end(429)
            return

        def submit() -> None:
            job = self._queue.submit(inputs, deadline, flow=flow, due=held.due)
            held.queued()
            job.add_done_callback(done)
            self._clock.at(deadline, job.cancel)

        def done(job: "Future[Scored]") -> None:
            if not job.cancelled() and not job.exception():
                held.scored(job.result().tokens)
                place.__exit__(None, None, None)
                end(200)
                return
            late = DeadlineExceeded("late")
            place.__exit__(DeadlineExceeded, late, None)
            end(504)

        self._clock.at(self._clock() + TOKENIZING_S * tokens, submit)

    def _start_runs(self) -> None:
        for worker in sorted(self._idle):
            taken = self._device.take(worker)
            if taken is None:
                return
            self._idle.remove(worker)
            self._start(worker, *taken)

    def _start(self, worker: int, queue: ModelQueue, run: Run) -> None:
        seconds = self._run_s(queue.running[worker].tokens) * self._rng.uniform(*VARIES)

        def end() -> None:
            queue.score(worker, run)
            self._idle.add(worker)

        self._clock.at(self._clock() + seconds, end)

    def _run_s(self, tokens: int) -> float:
        """Expected of a run."""
        return tokens / self._rate * (0.7 + 0.6 * tokens / 220)

    def documents_per_second(self, documents: int) -> float:
        """What it can do while all workers are busy, by so many random documents."""
        lengths = map(len, _inputs(documents, random.Random(0)))
        return WORKERS * documents * 2 / sum(VARIES) / sum(map(self._run_s, lengths))


def _inputs(count: int, rng: random.Random) -> list[ModelInput]:
    lengths = (round(rng.lognormvariate(np.log(MEDIAN_TOKENS), SIGMA)) for _ in range(count))
    return [ModelInput(np.zeros(min(max(n, 8), 400) + 8, np.int64), None) for n in lengths]


def report(seconds: float, seed: int, loads: tuple[float, ...] = LOADS) -> LoadReport:
    """Of all steps of `bench load`."""
    spec = LoadSpec(loads, seconds, seed)
    return LoadSteps(spec, VirtualSidecar(seed).send).report("on a virtual clock")


def with_hindsight(seconds: float, seed: int) -> None:
    """Prints the report, and beside each step up to the capacity what could have been done."""
    sidecar = VirtualSidecar(seed)
    plans: list[Sequence[Planned]] = []

    def send(plan: Sequence[Planned], clients: int | None = None) -> Sent:
        plans.append(plan)
        return sidecar.send(plan, clients)

    found = LoadSteps(LoadSpec(seconds=seconds, seed=seed), send).report("on a virtual clock")
    show(found)
    for step, plan in zip(found.steps, plans[1 + len(PROBE_SHARES) :], strict=False):
        if step.load <= 1.0:
            offered = sum(planned.kind.documents for planned in plan)
            answered = offered * step.goodput / step.offered
            most = most_documents(sidecar.known_before(plan))
            print(
                f"{step.pattern} at {step.load:g}: {answered:.0f} documents in time, of {offered};"
                f" with hindsight at most {most:.0f} ({answered / most:.2f})"
            )


def main() -> None:
    """Prints the report of each seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each step")
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    for seed in range(1, options.seeds + 1):
        with_hindsight(options.seconds, seed)


if __name__ == "__main__":
    main()
