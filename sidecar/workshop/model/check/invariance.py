"""A pair's score must not depend on the other pairs of its run, nor on the order of pairs."""

from collections.abc import Sequence

import numpy as np

from sidecar.runtime.manifest import Graph
from sidecar.runtime.session import ModelInput
from sidecar.workshop.model.runner import Runner


def largest_difference(runner: Runner, graph: Graph, inputs: Sequence[ModelInput]) -> float:
    """Largest difference of a score from that of the pair alone.

    A padded graph runs all pairs together, all in reverse order, and each pair beside the longest,
    which pads it as far as possible. A single graph runs pair by pair, as the scheduler runs it:
    once more, and in reverse order.
    """
    pairs = runner.by_pair(inputs)
    alone = runner.scores(runner.alone(inputs))
    reversed_inputs = [each for pair in reversed(pairs) for each in pair]
    if graph.runs == "single":
        runs = [runner.alone(inputs), runner.alone(reversed_inputs)[::-1]]
    else:
        longest = max(pairs, key=lambda pair: max(map(len, pair)))
        beside_longest = np.array([runner.together(pair + longest)[0] for pair in pairs])
        runs = [runner.together(inputs), runner.together(reversed_inputs)[::-1], beside_longest]
    return max(float(np.abs(runner.scores(logits) - alone).max()) for logits in runs)
