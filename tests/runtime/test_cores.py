"""Limits of a process, read from made-up /proc and /sys trees."""

from pathlib import Path

import pytest

from sidecar.runtime.cores import (
    affinity,
    available_cores,
    cpu_list,
    nodes,
    physical_cores,
    read_cpu,
)
from sidecar.runtime.quota import quota_cores

V2 = "29 23 0:26 {group} /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n"
V1 = "32 31 0:29 {group} /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
HOST = set(range(64))


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def version_2(root: Path, group: str, quotas: dict[str, str], mounted: str = "/") -> Path:
    """A host or container whose process is in `group`; `quotas` by folder below the mount."""
    return tree(
        root,
        {
            "proc/self/cgroup": f"0::{group}\n",
            "proc/self/mountinfo": V2.format(group=mounted),
            **{f"sys/fs/cgroup{folder}/cpu.max": text for folder, text in quotas.items()},
        },
    )


def version_1(root: Path, group: str, quotas: dict[str, tuple[int, int]], mounted: str) -> Path:
    files = {
        "proc/self/cgroup": f"5:memory:/else\n4:cpu,cpuacct:{group}\n0::/else\n",
        "proc/self/mountinfo": V1.format(group=mounted),
    }
    for folder, (quota, period) in quotas.items():
        place = f"sys/fs/cgroup/cpu,cpuacct{folder}"
        files[f"{place}/cpu.cfs_quota_us"] = f"{quota}\n"
        files[f"{place}/cpu.cfs_period_us"] = f"{period}\n"
    return tree(root, files)


def test_a_container_of_two_cpus_on_a_large_host_uses_two(tmp_path: Path) -> None:
    """A namespace of its own: the container's group is the root of what is mounted."""
    root = version_2(tmp_path, "/", {"": "200000 100000\n"})
    assert quota_cores(root) == 2
    assert available_cores(root, HOST) == 2


def test_a_mask_below_the_quota_counts(tmp_path: Path) -> None:
    root = version_2(tmp_path, "/", {"": "800000 100000\n"})
    assert available_cores(root, {3, 4, 5}) == 3


@pytest.mark.parametrize(
    ("quota", "cores"), [("150000 100000", 1.5), ("50000 100000", 0.5), ("max 100000", None)]
)
def test_a_fraction_is_rounded_down_but_one_core_is_always_used(
    tmp_path: Path, quota: str, cores: float | None
) -> None:
    root = version_2(tmp_path, "/", {"": quota})
    assert quota_cores(root) == cores
    assert available_cores(root, HOST) == (64 if cores is None else 1)


def test_the_least_quota_from_the_group_up_to_the_root_counts(tmp_path: Path) -> None:
    """A service in a slice: the process's own group has no limit, the one above it has."""
    group = "/app.slice/rerank.service"
    quotas = {
        "/app.slice": "300000 100000",
        "/app.slice/rerank.service": "max 100000",
        "/other.slice": "100000 100000",
    }
    root = version_2(tmp_path, group, quotas)
    assert quota_cores(root) == 3
    (root / "sys/fs/cgroup/app.slice/rerank.service/cpu.max").write_text("250000 100000")
    assert quota_cores(root) == 2.5


@pytest.mark.parametrize(
    ("group", "mounted"),
    [
        ("/docker/abc", "/docker/abc"),  # no namespace: the host's name, mounted from there
        ("/docker/abc/work", "/docker/abc"),  # a group inside of the container
        ("/", "/"),  # a namespace
        ("/../../other", "/docker/abc"),  # a process that was moved in from elsewhere
        ("/../work", "/"),
    ],
)
def test_version_1_by_the_part_of_the_hierarchy_that_is_mounted(
    tmp_path: Path, group: str, mounted: str
) -> None:
    root = version_1(tmp_path, group, {"": (400_000, 100_000), "/work": (-1, 100_000)}, mounted)
    assert quota_cores(root) == 4


def test_version_1_without_a_limit(tmp_path: Path) -> None:
    assert quota_cores(version_1(tmp_path, "/", {"": (-1, 100_000)}, "/")) is None


def test_a_mount_point_with_a_space(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        {
            "proc/self/cgroup": "0::/",
            "proc/self/mountinfo": "29 23 0:26 / /my\\040groups rw - cgroup2 cgroup rw",
            "my groups/cpu.max": "700000 100000",
        },
    )
    assert quota_cores(root) == 7


@pytest.mark.parametrize("text", ["", "max", "nonsense", "100000", "100000 0", "\x00\x01"])
def test_what_is_no_quota_is_none(tmp_path: Path, text: str) -> None:
    assert quota_cores(version_2(tmp_path, "/", {"": text})) is None


def test_without_proc_there_is_no_quota(tmp_path: Path) -> None:
    assert quota_cores(tmp_path) is None
    assert available_cores(tmp_path, {0}) == 1


def test_this_process() -> None:
    assert 1 <= physical_cores() <= available_cores() <= len(affinity())
    assert read_cpu().name


def test_hardware_threads_of_a_core_are_counted_once(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        {
            f"sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list": siblings
            for cpu, siblings in enumerate(["0,4", "1,5", "2,6", "3,7"] * 2)
        },
    )
    assert physical_cores(root, set(range(8))) == 4
    assert physical_cores(root, {0, 4, 1}) == 2
    assert physical_cores(root, {4, 5}) == 2  # their siblings are not ours
    assert physical_cores(tmp_path / "none", {0, 1}) == 2


def test_the_nodes_that_the_mask_reaches(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        {
            "sys/devices/system/node/node0/cpulist": "0-15,32-47\n",
            "sys/devices/system/node/node1/cpulist": "16-31,48-63\n",
            "sys/devices/system/node/node2/cpulist": "\n",  # memory without CPUs
            "sys/devices/system/node/possible": "0-2\n",
        },
    )
    assert list(nodes(root, HOST)) == [0, 1]
    assert nodes(root, {1, 40, 70}) == {0: {1, 40}}
    assert nodes(tmp_path / "none", HOST) == {}


def test_lists_of_cpus() -> None:
    assert cpu_list("0-2,8,10-11\n") == {0, 1, 2, 8, 10, 11}
    assert cpu_list("\n") == set()
    assert cpu_list("x-3,-2") == set()


def test_the_kind_of_cpu(tmp_path: Path) -> None:
    intel = (
        "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) 8488C\n"
        "flags\t\t: fpu sse2 smep avx2 avx512f avx512_vnni amx_int8 amx_tile avx512vl\n\n"
        "processor\t: 1\nmodel name\t: another\n"
    )
    cpu = read_cpu(tree(tmp_path / "intel", {"proc/cpuinfo": intel}))
    assert cpu.name == "Intel(R) Xeon(R) 8488C"
    assert cpu.flags == ("amx_int8", "amx_tile", "avx2", "avx512_vnni", "avx512f")
    arm = (
        "processor\t: 0\nFeatures\t: fp asimd asimddp i8mm bf16\n"
        "CPU implementer\t: 0x41\nCPU part\t: 0xd4f\n"
    )
    assert read_cpu(tree(tmp_path / "arm", {"proc/cpuinfo": arm})).name == "0x41 0xd4f"
    assert read_cpu(tmp_path / "none").name
