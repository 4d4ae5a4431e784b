"""Autoscaling by the time that a new pair would wait, as the Kubernetes chart does it.

Not by requests under way: one of a thousand documents is a thousand times the work of another.
"""

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ray.serve.config import AutoscalingContext

QUEUE_WAIT = "queue_wait_s"
"""What each replica reports, in seconds."""
MAX_STEP = 2.0
"""Most that the number of replicas grows by at a time."""
IDLE = 0.1
"""Share of the time to hold below which a replica is taken away."""


class ByQueueTime:
    """A policy of Ray Serve's autoscaler, which applies bounds and delays to it."""

    def __init__(self, queue_seconds: float) -> None:
        self._queue_seconds = queue_seconds

    def __call__(self, context: "AutoscalingContext") -> tuple[int, dict[str, Any]]:
        waits = list((context.aggregated_metrics or {}).get(QUEUE_WAIT, {}).values())
        return wanted(waits, context.target_num_replicas, self._queue_seconds), {}


def wanted(waits: list[float], replicas: int, queue_seconds: float) -> int:
    """How many replicas there should be, of that many, by the seconds of each one's queue: more in
    proportion while the mean is above `queue_seconds`, one less when it is far below."""
    if not waits:
        return replicas
    share = sum(waits) / len(waits) / queue_seconds
    if share > 1:
        return math.ceil(replicas * min(share, MAX_STEP))
    return max(1, replicas - 1) if share < IDLE else replicas
