"""How many cores this process may use, and which CPU they are of: its own limits, not the host's.

The affinity mask (`taskset`, `numactl`, a container's cpuset) and the quota of the control groups
(a container's CPU limit) both count. Shares and requests do not: they limit nothing while the host
is idle.

Workers are not pinned to NUMA nodes. One session has one set of weights, on the node whose thread
touched them first, and one arena, whose blocks go from worker to worker: pinned threads would
still read both across nodes. A process per node has its own of each; `nodes` is there to say so.
"""

import os
import platform
import re
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

from sidecar.runtime.quota import kernel_text, quota_cores

ROOT = Path("/")
KERNEL_FLAGS = re.compile(
    r"avx2|fma|avx_vnni\w*|avx512f|avx512_?vnni|avx512_bf16|avx512_fp16|amx_\w+"
    r"|asimddp|i8mm|bf16|sve|sve2|svei8mm|svebf16|sme|sme2"
)
"""What makes a runtime choose other kernels."""


@dataclass(frozen=True, slots=True)
class Cpu:
    """The kind of CPU: its name, and the flags by which runtimes choose their kernels."""

    name: str
    flags: tuple[str, ...]


def available_cores(root: Path = ROOT, mask: Set[int] | None = None) -> int:
    """At least 1: the smaller of the affinity mask and the quota, rounded down.

    Rounded down, since a process that is over its quota stands still for the rest of each period,
    its event loop too; what is left of a core serves that one. `root` and `mask` (logical CPUs)
    are this machine's and this process's; others are for tests.
    """
    allowed = len(affinity() if mask is None else mask)
    quota = quota_cores(root)
    return max(1, allowed if quota is None else min(allowed, int(quota)))


def physical_cores(root: Path = ROOT, mask: Set[int] | None = None) -> int:
    """As `available_cores`, with the hardware threads of a core counted once."""
    mask = affinity() if mask is None else mask
    beside = (_siblings(root, cpu) & mask or {cpu} for cpu in mask)
    return max(1, min(len({min(each) for each in beside}), available_cores(root, mask)))


def nodes(root: Path = ROOT, mask: Set[int] | None = None) -> dict[int, set[int]]:
    """NUMA node -> its logical CPUs in the mask; empty where the kernel tells of none."""
    mask = affinity() if mask is None else mask
    by_node = {}
    for folder in (root / "sys/devices/system/node").glob("node[0-9]*"):
        if cpus := cpu_list(kernel_text(folder / "cpulist")) & mask:
            by_node[int(folder.name.removeprefix("node"))] = cpus
    return dict(sorted(by_node.items()))


def affinity() -> Set[int]:
    """The logical CPUs that the process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def read_cpu(root: Path = ROOT) -> Cpu:
    """The first CPU of /proc/cpuinfo. Arm's kernel gives numbers for a name."""
    info = kernel_text(root / "proc/cpuinfo").partition("\n\n")[0]
    lines = {
        key.strip(): value.strip()
        for key, colon, value in (line.partition(":") for line in info.splitlines())
        if colon
    }
    numbers = [lines[f"CPU {key}"] for key in ("implementer", "part") if f"CPU {key}" in lines]
    name = lines.get("model name") or " ".join(numbers)
    flags = (lines.get("flags") or lines.get("Features") or "").split()
    return Cpu(
        name or platform.processor() or platform.machine(),
        tuple(sorted({flag for flag in flags if KERNEL_FLAGS.fullmatch(flag)})),
    )


def cpu_list(text: str) -> set[int]:
    """The kernel's lists of CPUs: "0-3,8" -> {0, 1, 2, 3, 8}; what is none is empty."""
    cpus: set[int] = set()
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        if first.isdigit() and (last or first).isdigit():
            cpus.update(range(int(first), int(last or first) + 1))
    return cpus


def _siblings(root: Path, cpu: int) -> set[int]:
    topology = root / f"sys/devices/system/cpu/cpu{cpu}/topology"
    return cpu_list(kernel_text(topology / "thread_siblings_list"))
