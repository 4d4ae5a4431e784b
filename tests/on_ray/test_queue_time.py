"""How many replicas the autoscaler is told to have, by how long new pairs would wait."""

from types import SimpleNamespace
from typing import Any

import pytest

from sidecar.on_ray.queue_time import QUEUE_WAIT, ByQueueTime, wanted


@pytest.mark.parametrize(
    ("waits", "replicas", "expected"),
    [
        ([], 3, 3),
        ([0.5, 0.5], 2, 2),
        ([0.3, 0.9], 2, 3),
        ([0.0, 0.0, 1.8], 3, 4),
        ([60.0], 2, 4),
        ([0.1, 0.1], 2, 2),
        ([0.0, 0.01], 2, 1),
        ([0.0], 1, 1),
    ],
)
def test_replicas_follow_the_mean_wait(waits: list[float], replicas: int, expected: int) -> None:
    assert wanted(waits, replicas, queue_seconds=0.5) == expected


@pytest.mark.parametrize("metrics", [None, {}, {QUEUE_WAIT: {"a": 2.0, "b": 1.0}}])
def test_the_policy_reads_what_replicas_report(metrics: Any) -> None:
    context: Any = SimpleNamespace(aggregated_metrics=metrics, target_num_replicas=2)
    assert ByQueueTime(1.0)(context) == (3 if metrics else 2, {})
