"""How fast a graph is on one core of this machine, by CPU time: other work on it counts little."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sidecar.runtime.session import ModelInput
from sidecar.workshop.model.runner import Runner

PAIRS = 24
"""Of the sample. They are the same for every model, so that models can be compared."""
ROUNDS = 5
SECONDS = 8.0
"""No further round begins after so much CPU time."""


@dataclass(frozen=True)
class Speed:
    """Of one graph, each pair run alone by one thread."""

    pairs_per_second: float
    tokens: float
    """Of a pair, in the mean."""


def measure_speed(runner: Runner, inputs: Sequence[ModelInput]) -> Speed:
    """The fastest of some rounds over the pairs, after one that warms up."""
    pairs = runner.by_pair(inputs)
    times = [_round(runner, pairs) for _ in range(2)][1:]
    while len(times) < ROUNDS and sum(times) < SECONDS:
        times.append(_round(runner, pairs))
    return Speed(len(pairs) / min(times), sum(map(len, inputs)) / len(pairs))


def _round(runner: Runner, pairs: Sequence[Sequence[ModelInput]]) -> float:
    """CPU seconds of this thread, which is the one that runs the graph."""
    begun = time.thread_time()
    for pair in pairs:
        runner.together(pair)
    return time.thread_time() - begun
