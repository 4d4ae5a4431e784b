"""An assembled node is in the cache completely, or not at all."""

import threading
from pathlib import Path

import pytest

from es_integration import LocalNodeUnavailable
from es_integration.local_node import cache
from es_integration.local_node.cache import cache_folder, get_or_assemble


def test_a_node_is_assembled_once(tmp_path: Path) -> None:
    calls: list[Path] = []

    def assemble(folder: Path) -> None:
        calls.append(folder)
        (folder / "server.jar").write_text("x")

    first = get_or_assemble(tmp_path, "node", assemble)
    assert get_or_assemble(tmp_path, "node", assemble) == first
    assert (first / "server.jar").read_text() == "x"
    assert len(calls) == 1


def test_a_failed_assembly_leaves_nothing(tmp_path: Path) -> None:
    def assemble(folder: Path) -> None:
        (folder / "half").write_text("x")
        raise LocalNodeUnavailable("the network is gone")

    with pytest.raises(LocalNodeUnavailable, match="network is gone"):
        get_or_assemble(tmp_path, "node", assemble)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_an_interrupted_assembly_leaves_nothing(tmp_path: Path) -> None:
    def assemble(folder: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get_or_assemble(tmp_path, "node", assemble)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_leftovers_of_a_killed_process_are_removed(tmp_path: Path) -> None:
    (tmp_path / ".assembling-dead").mkdir()
    get_or_assemble(tmp_path, "node", lambda folder: None)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "node"]


def test_two_at_once_assemble_once(tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()
    calls: list[str] = []

    def slow(folder: Path) -> None:
        calls.append("slow")
        begun.set()
        go_on.wait(5)

    threads = [threading.Thread(target=get_or_assemble, args=(tmp_path, "node", slow))]
    threads[0].start()
    assert begun.wait(5)
    second = threading.Thread(
        target=get_or_assemble, args=(tmp_path, "node", lambda folder: calls.append("second"))
    )
    second.start()
    go_on.set()
    for thread in (*threads, second):
        thread.join(5)
    assert calls == ["slow"]


def test_the_files_are_readable_for_the_nodes_account(tmp_path: Path) -> None:
    def assemble(folder: Path) -> None:
        (folder / "bin").mkdir(mode=0o700)
        for name in ("bin/start", "lib.jar"):
            (folder / name).touch(mode=0o600)

    node = get_or_assemble(tmp_path, "node", assemble)
    modes = {name: (node / name).stat().st_mode & 0o777 for name in ("", "bin/start", "lib.jar")}
    assert modes == {"": 0o755, "bin/start": 0o755, "lib.jar": 0o644}


def test_what_a_link_points_to_keeps_its_mode(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.touch(mode=0o600)
    node = get_or_assemble(
        tmp_path / "cache", "node", lambda folder: (folder / "link").symlink_to(outside)
    )
    assert (node / "link").is_symlink()
    assert outside.stat().st_mode & 0o777 == 0o600


def test_the_cache_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert cache_folder({"RERANK_CACHE_DIR": "/a", "XDG_CACHE_HOME": "/b"}) == Path("/a")
    assert cache_folder({"XDG_CACHE_HOME": "/b"}) == Path("/b/rerank-sidecar")
    assert cache_folder({}) == Path.home() / ".cache" / "rerank-sidecar"


def test_root_does_not_cache_in_a_closed_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert cache_folder({"XDG_CACHE_HOME": str(tmp_path)}) == cache.SYSTEM_CACHE
    with pytest.raises(LocalNodeUnavailable, match="closed to other accounts"):
        cache_folder({"RERANK_CACHE_DIR": str(tmp_path)})
