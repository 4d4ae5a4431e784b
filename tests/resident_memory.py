"""Whether a process holds more and more memory, from samples of it."""

from collections.abc import Sequence

from sidecar.workshop.bench.machine import read_memory


def resident_mb(pid: int) -> float:
    """Resident memory of a process in MB (10^6 bytes)."""
    memory = read_memory(pid)
    assert memory is not None, "there is no such process, or no /proc"
    return memory.resident


def growth(samples: Sequence[float]) -> float:
    """The last fifth's mean over that of the second fifth, less 1: the first is the warm-up."""
    fifth = max(1, len(samples) // 5)
    early, late = samples[fifth : 2 * fifth], samples[-fifth:]
    return sum(late) / len(late) / (sum(early) / len(early)) - 1 if early else 0.0
