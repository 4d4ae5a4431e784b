"""CPU time and memory of a process and all below it, from /proc. Nothing where there is none."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sidecar.workshop.bench.machine import PROC, read_memory


@dataclass(frozen=True, slots=True)
class Stat:
    """What /proc/PID/stat says of a process."""

    parent: int
    ticks: int
    """CPU time in user and system mode, its own and that of children that have ended."""


def parse_stat(text: str) -> Stat:
    """The fields after the command's name, which may hold spaces and parentheses (proc(5))."""
    fields = text.rpartition(")")[2].split()
    # state ppid ... utime stime cutime cstime are fields 3, 4, 14 to 17, counted from 1.
    return Stat(int(fields[1]), sum(int(value) for value in fields[11:15]))


def tree(root: int, stats: Mapping[int, Stat]) -> set[int]:
    """`root` and its descendants."""
    found = {root} & stats.keys()
    while more := {pid for pid, stat in stats.items() if stat.parent in found} - found:
        found |= more
    return found


def read_stats(proc: Path = PROC) -> dict[int, Stat]:
    """Of every process now; one that ends meanwhile is left out."""
    found = {}
    for entry in proc.glob("[0-9]*"):
        try:
            found[int(entry.name)] = parse_stat((entry / "stat").read_text())
        except (OSError, ValueError, IndexError):
            continue
    return found


def cpu_seconds(root: int | None) -> float | None:
    """CPU seconds of the tree so far."""
    if root is None:
        return None
    stats = read_stats()
    pids = tree(root, stats)
    if not pids:
        return None
    return sum(stats[pid].ticks for pid in pids) / os.sysconf("SC_CLK_TCK")


def peak_memory_mb(root: int | None) -> float | None:
    """The sum of the processes' greatest resident sizes, in MB of 10^6 bytes."""
    if root is None:
        return None
    sizes = [read_memory(pid) for pid in tree(root, read_stats())]
    known = [size.peak for size in sizes if size is not None]
    return sum(known) if known else None
