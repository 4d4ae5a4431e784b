"""CPU time and memory of a process and its descendants, from /proc; None without a /proc."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sidecar.workshop.bench.machine import PROC, read_memory


@dataclass(frozen=True, slots=True)
class Stat:
    """The fields of /proc/PID/stat that are read."""

    parent: int
    ticks: int
    """CPU time in user and system mode, its own and that of children that have ended."""


def parse_stat(text: str) -> Stat:
    """The fields after the command's name, which may hold spaces and parentheses (proc(5))."""
    fields = text.rpartition(")")[2].split()
    # state ppid ... utime stime cutime cstime are fields 3, 4, 14 to 17, counted from 1.
    return Stat(int(fields[1]), sum(int(value) for value in fields[11:15]))


def tree(root: int, stats: Mapping[int, Stat]) -> set[int]:
    """The process ids of `root` and its descendants."""
    pids = {root} & stats.keys()
    while children := {pid for pid, stat in stats.items() if stat.parent in pids} - pids:
        pids |= children
    return pids


def read_stats(proc: Path = PROC) -> dict[int, Stat]:
    """The stat of every process by its id; a process that ends meanwhile is left out."""
    stats = {}
    for entry in proc.glob("[0-9]*"):
        try:
            stats[int(entry.name)] = parse_stat((entry / "stat").read_text())
        except (OSError, ValueError, IndexError):
            continue
    return stats


def cpu_seconds(root: int | None) -> float | None:
    """CPU seconds of `root` and its descendants so far."""
    if root is None:
        return None
    stats = read_stats()
    pids = tree(root, stats)
    if not pids:
        return None
    return sum(stats[pid].ticks for pid in pids) / os.sysconf("SC_CLK_TCK")


def peak_memory_mb(root: int | None) -> float | None:
    """The sum of the processes' peak resident sizes, in MB of 10^6 bytes."""
    if root is None:
        return None
    memories = [read_memory(pid) for pid in tree(root, read_stats())]
    peaks = [memory.peak for memory in memories if memory is not None]
    return sum(peaks) if peaks else None
