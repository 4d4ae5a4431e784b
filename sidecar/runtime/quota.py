"""The CPU quota of this process's control groups, in cores.

A group may use no more than its parents allow, so the least quota from the process's own group up
to the root of each hierarchy counts. Version 2 (one hierarchy, `cpu.max`), version 1 (`cpu.cfs_*`)
and both beside each other are read. In a container the hierarchy that is mounted usually begins
at the container's own group; what lies above cannot be seen and need not be, for the runtime sets
the container's limit on that group.

Formats: Linux, Documentation/admin-guide/cgroup-v2.rst and Documentation/scheduler/sched-bwc.rst;
proc_pid_mountinfo(5), cgroups(7).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_OCTAL = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class _Mount:
    """A mounted hierarchy: the group that lies at the mount point, and the point."""

    group: PurePosixPath
    point: PurePosixPath
    version: int


def quota_cores(root: Path = Path("/")) -> float | None:
    """The quota in cores (1.5 is a core and a half); None where there is none.

    `root` is the folder that holds `proc` and what is mounted; another one is for tests.
    """
    groups = _groups(kernel_text(root / "proc/self/cgroup"))
    quotas = [
        quota
        for mount in _mounts(kernel_text(root / "proc/self/mountinfo"))
        if (group := groups.get(mount.version)) is not None
        for folder in _folders(mount, group)
        if (quota := _quota(root / folder.relative_to("/"), mount.version)) is not None
    ]
    return min(quotas, default=None)


def _groups(text: str) -> dict[int, PurePosixPath]:
    """The process's group by version, from /proc/self/cgroup: "0::/a" and "4:cpu,cpuacct:/b"."""
    groups = {}
    for line in text.splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            groups[2] = PurePosixPath(path)
        elif "cpu" in controllers.split(","):
            groups[1] = PurePosixPath(path)
    return groups


def _mounts(text: str) -> Iterator[_Mount]:
    """The hierarchies that limit CPU time, from /proc/self/mountinfo."""
    for line in text.splitlines():
        place, _, kind = line.partition(" - ")
        fields, described = place.split(), kind.split()
        if len(fields) < 5 or len(described) < 3:
            continue
        group, point = (PurePosixPath(_unescaped(field)) for field in fields[3:5])
        if described[0] == "cgroup2":
            yield _Mount(group, point, 2)
        elif described[0] == "cgroup" and "cpu" in described[2].split(","):
            yield _Mount(group, point, 1)


def _folders(mount: _Mount, group: PurePosixPath) -> Iterator[PurePosixPath]:
    """Where the group and its parents lie, as far as they are mounted.

    A group outside of the mount, as a container without a namespace of its own may see it, leaves
    the mount point: that is the container's group.
    """
    inside = group.is_relative_to(mount.group) and ".." not in group.parts
    below = group.relative_to(mount.group).parts if inside else ()
    for depth in range(len(below) + 1):
        yield mount.point.joinpath(*below[:depth])


def _quota(folder: Path, version: int) -> float | None:
    """The folder's own quota. The kernel's words for none are "max" and -1."""
    if version == 2:
        quota, _, period = kernel_text(folder / "cpu.max").strip().partition(" ")
    else:
        quota = kernel_text(folder / "cpu.cfs_quota_us").strip()
        period = kernel_text(folder / "cpu.cfs_period_us").strip()
    if not (quota.isdigit() and period.isdigit()) or int(period) == 0:
        return None
    return int(quota) / int(period)


def _unescaped(field: str) -> str:
    r"""A path of mountinfo, where a space is written \040."""
    return _OCTAL.sub(lambda code: chr(int(code[1], 8)), field)


def kernel_text(path: Path) -> str:
    """A file of /proc or /sys; empty where there is none, or none that may be read."""
    try:
        return path.read_text()
    except OSError:
        return ""
