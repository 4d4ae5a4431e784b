"""A file that keeps results as they come: what a rerun finds, whatever happened to the last run."""

from pathlib import Path
from typing import Any

import pytest

from sidecar.workshop.state_file import OtherHead, StateFile

HEAD = {"rerank-sidecar": "numbers", "version": 1}


class Numbers(StateFile):
    def __init__(self, path: Path, head: dict[str, Any] = HEAD) -> None:
        self.found: list[int] = []
        super().__init__(path, head)

    def _take(self, row: Any) -> None:
        self.found.append(int(row["number"]))

    def add(self, number: int) -> None:
        self._append({"number": number})


def found(path: Path) -> list[int]:
    with Numbers(path) as file:
        return file.found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "numbers"
    with Numbers(path) as file:
        file.add(1)
        file.add(2)
    return path


def test_an_unfinished_line_is_cut_off_and_the_file_goes_on(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"number": 7')
    with Numbers(path) as file:
        assert file.found == [1, 2]
        file.add(3)
    assert path.read_bytes() == whole + b'{"number":3}\n'
    assert found(path) == [1, 2, 3]


@pytest.mark.parametrize("damaged", [b"\xff", b"", b"[]", b"null", b"{}", b'{"number": "x"}'])
def test_a_damaged_line_costs_what_it_held(path: Path, damaged: bytes) -> None:
    with path.open("ab") as file:
        file.write(damaged + b'\n{"number": 3}\n')
    assert found(path) == [1, 2, 3]


@pytest.mark.parametrize("content", [b"my notes", b"my notes\n", b"{}\n", b'{"rerank-si'])
def test_other_files_are_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(OtherHead):
        Numbers(path)
    assert path.read_bytes() == content


def test_another_head_is_said(path: Path) -> None:
    with pytest.raises(OtherHead) as caught:
        Numbers(path, {**HEAD, "version": 2})
    assert caught.value.head == HEAD


def test_without_a_row_nothing_is_left_behind(path: Path, tmp_path: Path) -> None:
    with Numbers(tmp_path / "new"):
        assert (tmp_path / "new").exists()
    assert not (tmp_path / "new").exists()
    assert found(path) == [1, 2]
    assert path.exists()
