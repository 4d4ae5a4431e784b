"""Requests from many threads. They are given up just as their deadlines pass, their runs fail and
their models leave: what the simulation, which has one thread, cannot show.

    python -m tests.runtime.races --seconds 600

Each request must end, with its own outputs if with any, and nothing may be left of it.
"""

import argparse
import json
import random
import threading
import time
from collections import Counter
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field

import numpy as np

from sidecar.errors import RerankError
from sidecar.runtime.cached_scorer import CachedScorer
from sidecar.runtime.families import FAMILIES
from sidecar.runtime.flows import Flow
from sidecar.runtime.logit_cache import LogitCache
from sidecar.runtime.manifest import Padding
from sidecar.runtime.model_queue import ModelQueue
from sidecar.runtime.model_session import ModelSession
from sidecar.runtime.runs import Layout
from sidecar.runtime.scheduler import Scheduler
from sidecar.runtime.scorer import Scored
from sidecar.runtime.session import Batch, ModelInput, Tensors

CLIENTS = 4
WORKERS = 2
MODELS = 2
PATIENCE_S = 20.0
"""From a request's deadline until it must have ended: a machine may be busy, a deadlock lasts."""
BURST = 10
"""Requests that a client sends at once."""
MOST_S = 0.05
"""Longest time that a request has."""
SPIN_S = 0.0005
"""Before a deadline; it keeps the other threads waiting."""
FLOWS = (*[Flow()] * 8, Flow(key="a"), Flow("batch"))
"""Mostly one: of a single flow, the request whose deadline is next leads the queue."""


class FailingSums:
    """A session that answers the sum of the ids after a moment, or fails."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def run(self, batch: Batch) -> Tensors:
        time.sleep(self._chance.random() * 0.002)
        if self._chance.random() < 0.02:
            raise RuntimeError("the device is on fire")
        return {"logits": batch.input_ids.sum(axis=1).astype(np.float32)}


@dataclass
class Site:
    """A device whose models come and go."""

    budget: int
    """Most padded tokens of a run; 0 means one input."""
    scheduler: Scheduler = field(default_factory=lambda: Scheduler(WORKERS))
    models: dict[int, tuple[ModelQueue, CachedScorer]] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def swap(self, number: int, seed: int) -> None:
        """A new model takes the number; the one before leaves with what waits for it."""
        layout = Layout(WORKERS, 1, self.budget)
        queue = self.scheduler.add(
            ModelSession(
                str(number),
                FailingSums(seed),
                layout,
                Padding(token="x"),
                0,
                FAMILIES["cross-encoder"],
            )
        )
        before = self.models.get(number)
        self.models[number] = queue, CachedScorer(queue, LogitCache(2000), f"revision {seed}")
        if before is not None:
            self.scheduler.remove(before[0])

    def client(self, chance: random.Random, end: float) -> None:
        """Sends bursts of requests, and gives up some of them at the moment when their time ends.
        A burst is more than can be done in time, so that something waits at every deadline."""
        while time.monotonic() < end and not self.wrong:
            requests = list(filter(None, (self._request(chance) for _ in range(BURST))))
            for request in sorted(requests, key=lambda each: each.deadline):
                time.sleep(max(0.0, request.deadline - time.monotonic() - SPIN_S))
                while not request.future.done() and time.monotonic() < request.deadline:
                    pass  # a longer sleep would miss the moment
                if chance.random() < 0.7:
                    request.future.cancel()
            for request in requests:
                self._end(request)

    def _request(self, chance: random.Random) -> "Request | None":
        """One that is queued; None if its model has left."""
        inputs = [
            ModelInput(np.array([chance.randrange(50)] * chance.randint(1, 4)), None)
            for _ in range(chance.randint(1, 4))
        ]
        sums = [float(each.ids.sum()) for each in inputs]
        deadline = time.monotonic() + chance.random() * MOST_S
        scorer = chance.choice(self.models[chance.randrange(MODELS)])
        flow, in_order = chance.choice(FLOWS), chance.random() < 0.5
        try:
            future = scorer.submit(inputs, deadline, flow=flow, in_order=in_order)
        except RerankError as fault:
            self.outcomes[type(fault).__name__] += 1
            return None
        return Request(sums, deadline, future)

    def _end(self, request: "Request") -> None:
        try:
            outputs = request.future.result(PATIENCE_S).outputs.tolist()
            outcome = "scored"
            if outputs != request.sums:
                self.wrong.append(f"{outputs} in place of {request.sums}")
        except TimeoutError:
            self.wrong.append(f"a request has not ended {PATIENCE_S:g} s after its deadline")
            return
        except (CancelledError, RerankError) as fault:
            outcome = type(fault).__name__
        self.outcomes[outcome] += 1


@dataclass(frozen=True)
class Request:
    """One that is queued."""

    sums: list[float]
    """What it must get."""
    deadline: float
    future: "Future[Scored]"


def race(seconds: float, *, seed: int = 0, budget: int = 0) -> Site:
    """So many seconds of traffic. The threads are daemons: those that hang keep nobody."""
    site, chance = Site(budget), random.Random(seed)
    for number in range(MODELS):
        site.swap(number, seed)
    end = time.monotonic() + seconds

    def swaps() -> None:
        while time.monotonic() < end and not site.wrong:
            time.sleep(0.05)
            site.swap(chance.randrange(MODELS), chance.randrange(2**31))

    threads = [threading.Thread(target=swaps, daemon=True)] + [
        threading.Thread(target=site.client, args=(random.Random(f"{seed} {n}"), end), daemon=True)
        for n in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 2 * PATIENCE_S)
        if thread.is_alive():
            site.wrong.append("a thread hangs")
            return site
    for queue, _ in site.models.values():
        load = queue.load()
        if load.inputs or load.tokens or queue.jobs or load.backlog.jobs:
            site.wrong.append(f"something is left: {load}")
    site.scheduler.close()
    return site


def main() -> None:
    """Exits with 1 when something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.runtime.races", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    wrong: list[str] = []
    for budget in (0, 16):
        site = race(options.seconds / 2, seed=options.seed, budget=budget)
        wrong += site.wrong
        print(json.dumps({"budget": budget, "outcomes": site.outcomes, "wrong": site.wrong}))
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
