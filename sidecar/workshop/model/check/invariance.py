"""A pair's score must not depend on its company, nor on the order in which pairs come."""

from collections.abc import Sequence

import numpy as np

from sidecar.runtime.manifest import Graph
from sidecar.runtime.session import ModelInput
from sidecar.workshop.model.runner import Runner


def largest_difference(runner: Runner, graph: Graph, pairs: Sequence[ModelInput]) -> float:
    """Largest difference of a score from that of the pair alone.

    A padded graph is run with all pairs together, in the reverse order, and with each pair beside
    the longest, which pads it as far as it goes. A single graph is only run pair by pair, again and
    in the reverse order: never more than one pair, as the scheduler does.
    """
    alone = runner.scores(runner.alone(pairs))
    backwards = list(reversed(pairs))
    if graph.runs == "single":
        found = [runner.alone(pairs), runner.alone(backwards)[::-1]]
    else:
        longest = max(pairs, key=len)
        beside = np.array([runner.together([pair, longest])[0] for pair in pairs])
        found = [runner.together(pairs), runner.together(backwards)[::-1], beside]
    return max(float(np.abs(runner.scores(logits) - alone).max()) for logits in found)
