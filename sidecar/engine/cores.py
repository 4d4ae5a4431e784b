"""How many cores this process may use: affinity and the container's CPU quota, not the host's."""

import os
from pathlib import Path

CGROUP_V2 = Path("/sys/fs/cgroup/cpu.max")
CGROUP_V1 = Path("/sys/fs/cgroup/cpu")


def available_cores() -> int:
    """At least 1: the smaller of the affinity mask and the cgroup's quota, rounded down."""
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quota = quota_cores(CGROUP_V2, CGROUP_V1)
    return max(1, min(affinity or 1, int(quota) if quota else affinity or 1))


def quota_cores(v2: Path, v1: Path) -> float | None:
    """The CPU quota in cores, or None where there is none ("max", -1, or no cgroup files)."""
    try:
        if v2.exists():
            quota, period = v2.read_text().split()
        else:
            quota = (v1 / "cpu.cfs_quota_us").read_text().strip()
            period = (v1 / "cpu.cfs_period_us").read_text().strip()
    except (OSError, ValueError):
        return None
    if quota in ("max", "-1"):
        return None
    return int(quota) / int(period)
