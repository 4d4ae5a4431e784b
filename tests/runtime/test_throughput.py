import pytest

from sidecar.runtime.throughput import Throughput


def test_the_rate_counts_all_workers_and_follows_the_runs() -> None:
    throughput = Throughput(workers=4)
    assert throughput.tokens_per_second is None
    throughput.record(1000, 1.0)
    assert throughput.tokens_per_second == 4000
    for _ in range(200):
        throughput.record(500, 1.0)
    assert throughput.tokens_per_second == pytest.approx(2000, rel=0.01)


def test_a_run_without_time_says_nothing() -> None:
    throughput = Throughput(workers=1)
    throughput.record(1000, 0.0)
    assert throughput.tokens_per_second is None
