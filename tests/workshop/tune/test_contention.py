"""Waiting for a core, by the kernel's own count."""

from pathlib import Path

from sidecar.workshop.tune.contention import CpuContention


def test_the_times_of_all_threads_are_summed(tmp_path: Path) -> None:
    for thread, text in (("7", "300 100 5\n"), ("8", "100 500 2\n")):
        (tmp_path / thread).mkdir()
        (tmp_path / thread / "schedstat").write_text(text)
    contention = CpuContention.now(tmp_path)
    assert contention == CpuContention(ran_ns=400, waited_ns=600)
    assert contention.share == 0.6
    assert (contention - CpuContention(ran_ns=200, waited_ns=600)).share == 0.0
    assert CpuContention.now(tmp_path / "none").share == 0.0
