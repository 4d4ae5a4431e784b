"""A node's process group and folder end with it."""

import os
import time
from pathlib import Path

import pytest

from es_integration import LocalNodeFailed
from es_integration.local_node import process
from es_integration.local_node.process import NodeFolder, NodeProcess, free_ports

ENV = {"PATH": os.defpath}
NOWHERE = "http://127.0.0.1:9/"


def start(script: str) -> tuple[NodeProcess, Path]:
    folder = NodeFolder("test")
    folder.hand_over()
    return NodeProcess(["/bin/sh", "-c", script], folder, ENV), folder.path


def alive(pid: int) -> bool:
    """Whether the process runs; one that only waits to be reaped by init has ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


def wait_for(path: Path) -> str:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if path.exists() and (text := path.read_text()).endswith("\n"):
            return text
        time.sleep(0.01)
    raise AssertionError(f"{path} was not written")


def gone(pid: int) -> bool:
    end = time.monotonic() + 5
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.01)
    return not alive(pid)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands a folder over")
def test_what_a_link_points_to_keeps_its_owner(tmp_path: Path) -> None:
    (tmp_path / "outside").touch()
    folder = NodeFolder("test")
    (folder.path / "link").symlink_to(tmp_path / "outside")
    folder.hand_over()
    assert (folder.path / "link").lstat().st_uid != 0
    assert (tmp_path / "outside").stat().st_uid == 0
    folder.remove()


def test_closing_ends_the_children_too() -> None:
    node, folder = start("sleep 60 & echo $! > child; wait")
    child = int(wait_for(folder / "child"))
    node.close()
    assert gone(node.pid)
    assert gone(child)
    assert not folder.exists()
    node.close()


def test_a_node_that_ignores_the_first_signal_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "STOP_TIMEOUT_S", 0.1)
    node, folder = start("trap '' TERM; echo ready > child; while :; do sleep 60; done")
    wait_for(folder / "child")
    node.close()
    assert gone(node.pid)


def test_a_node_that_dies_is_reported_with_its_log() -> None:
    node, folder = start("echo no heap left; exit 3")
    with pytest.raises(LocalNodeFailed, match="ended by itself:\nno heap left"):
        node.wait_until(NOWHERE, 5)
    node.close()
    assert not folder.exists()


def test_a_node_that_never_answers_is_reported() -> None:
    node, _ = start("sleep 60")
    with pytest.raises(LocalNodeFailed, match="did not answer within"):
        node.wait_until(NOWHERE, 0.1)
    node.close()


def test_ports_are_distinct() -> None:
    assert len(set(free_ports(4))) == 4
