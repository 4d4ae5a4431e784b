"""What of a plan goes beyond the measurement. Pure."""

from collections.abc import Sequence

from sidecar.workshop.planning.node_model import NodeModel

MEASURED_NODES = 1
LITTLE = 0.01
"""Share of the pairs outside the measured lengths that says nothing."""


def notes(node: NodeModel, sample: Sequence[Sequence[int]], replicas: int) -> tuple[str, ...]:
    """A phrase for each thing that was not measured; none where all was."""
    found = []
    if replicas > MEASURED_NODES:
        found.append(
            "one node was measured: replicas are taken to be alike and independent, and the way "
            "to them to take no time"
        )
    shortest, longest = (node.figures.lengths[place].tokens for place in (0, -1))
    pairs = [tokens for query in sample for tokens in query]
    outside = sum(not shortest <= tokens <= longest for tokens in pairs) / len(pairs)
    if outside > LITTLE:
        found.append(
            f"{100 * outside:.0f} % of the pairs are outside the measured {shortest} to {longest} "
            "tokens"
        )
    return tuple(found)
