"""CPU time and memory of a process and its descendants."""

import os
import sys

import pytest

from sidecar.workshop.bench.compare.process_usage import (
    Stat,
    cpu_seconds,
    parse_stat,
    peak_memory_mb,
    tree,
)


def test_a_stat_is_read_whatever_the_commands_name_is() -> None:
    line = "7 (a ) b) S 3 7 7 0 -1 4194560 1 2 3 4 10 20 30 40 20 0 1 0 5 6 7"
    assert parse_stat(line) == Stat(3, 100)


def test_a_tree_is_a_process_and_its_descendants() -> None:
    stats = {pid: Stat(parent, 0) for pid, parent in ((1, 0), (2, 1), (3, 2), (4, 1), (5, 9))}
    assert tree(2, stats) == {2, 3}
    assert tree(1, stats) == {1, 2, 3, 4}
    assert tree(8, stats) == set()


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_cpu_time_and_memory_of_this_process() -> None:
    before = cpu_seconds(os.getpid())
    sum(n * n for n in range(2_000_000))
    after = cpu_seconds(os.getpid())
    assert before is not None
    assert after is not None
    assert after > before
    assert (peak_memory_mb(os.getpid()) or 0) > 10
    assert cpu_seconds(2**30) is None
    assert peak_memory_mb(None) is None
