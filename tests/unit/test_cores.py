from pathlib import Path

from sidecar.engine.cores import available_cores, quota_cores


def test_a_container_gets_its_quota_and_not_the_hosts_cores(tmp_path: Path) -> None:
    v2 = tmp_path / "cpu.max"
    v2.write_text("150000 100000\n")
    assert quota_cores(v2, tmp_path) == 1.5
    v2.write_text("max 100000\n")
    assert quota_cores(v2, tmp_path) is None


def test_the_older_cgroup_files_are_read_too(tmp_path: Path) -> None:
    (tmp_path / "cpu.cfs_quota_us").write_text("400000")
    (tmp_path / "cpu.cfs_period_us").write_text("100000")
    assert quota_cores(tmp_path / "none", tmp_path) == 4
    (tmp_path / "cpu.cfs_quota_us").write_text("-1")
    assert quota_cores(tmp_path / "none", tmp_path) is None


def test_without_cgroup_files_there_is_no_quota(tmp_path: Path) -> None:
    assert quota_cores(tmp_path / "none", tmp_path / "none") is None
    assert available_cores() >= 1
