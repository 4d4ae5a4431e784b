"""A change counts once it has been written to its end."""

import os
from pathlib import Path

from sidecar.access.file_changes import FileChanges


def polls(changes: FileChanges, count: int = 3) -> list[bool]:
    return [changes.settled() for _ in range(count)]


def test_a_file_that_stays_as_it_is_has_not_changed(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("1")
    assert polls(FileChanges(file)) == [False] * 3
    assert polls(FileChanges()) == [False] * 3


def test_a_change_is_reported_once_and_after_it_has_stayed_for_a_poll(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("1")
    changes = FileChanges(file)
    file.write_text("12")
    assert polls(changes) == [False, True, False]


def test_a_file_that_is_being_written_has_not_settled(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("")
    changes = FileChanges(file)
    for size in range(1, 6):
        file.write_text("x" * size)
        assert not changes.settled()
    assert changes.settled()


def test_a_change_between_making_the_watch_and_reading_is_not_lost(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("1")
    changes = FileChanges(file)
    file.write_text("12")
    file.read_text()
    assert polls(changes) == [False, True, False]


def test_a_file_that_comes_and_one_that_goes_have_changed(tmp_path: Path) -> None:
    file = tmp_path / "a"
    changes = FileChanges(file)
    file.write_text("1")
    assert polls(changes) == [False, True, False]
    file.unlink()
    assert polls(changes) == [False, True, False]


def test_a_mounted_secret_that_is_swapped_by_its_link_has_changed(tmp_path: Path) -> None:
    """As Kubernetes does it: file -> ..data/file, and ..data is replaced by another link."""
    for version in ("1", "2"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "keys.toml").write_text("same size")
        os.utime(tmp_path / version / "keys.toml", (1, 1))
    (tmp_path / "..data").symlink_to("1")
    file = tmp_path / "keys.toml"
    file.symlink_to("..data/keys.toml")
    changes = FileChanges(file)
    (tmp_path / "..new").symlink_to("2")
    (tmp_path / "..new").replace(tmp_path / "..data")
    assert polls(changes) == [False, True, False]


def test_of_several_files_the_last_to_change_settles_it(tmp_path: Path) -> None:
    certificate, key = tmp_path / "a", tmp_path / "b"
    certificate.write_text("1")
    key.write_text("1")
    changes = FileChanges(certificate, key)
    certificate.write_text("12")
    assert not changes.settled()
    key.write_text("12")
    assert polls(changes) == [False, True, False]
