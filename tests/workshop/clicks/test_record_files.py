"""Files of records: plain or compressed, whole or damaged."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import zstandard

from sidecar.workshop.clicks.reading import Tally
from sidecar.workshop.clicks.record_files import read_files
from sidecar.workshop.clicks.ubi import ClicksError, records
from sidecar.workshop.model.progress import no_progress
from tests.workshop.clicks.logs import event, query

LINES = b"\n\n".join(
    json.dumps(record).encode() for record in (query("q1", "lämp", "ab"), event("click", "q1", "a"))
)


def read(*files: Path, most_malformed: float = 0.01) -> tuple[list[Any], Tally]:
    found: list[Any] = []
    tally = Tally(most_malformed)
    read_files(files, found.append, tally, no_progress, records)
    return found, tally


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a.jsonl", LINES),
        ("a.jsonl", b"\xef\xbb\xbf" + LINES),
        ("a.jsonl.gz", gzip.compress(LINES[:50]) + gzip.compress(LINES[50:])),
        (
            "a.jsonl.zst",
            zstandard.ZstdCompressor().compress(LINES[:50])
            + zstandard.ZstdCompressor().compress(LINES[50:]),
        ),
    ],
)
def test_files_are_read_plain_and_compressed(tmp_path: Path, name: str, written: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(written)
    found, tally = read(path)
    assert (found[0].user_query, found[1].action_name) == ("lämp", "click")
    assert (tally.lines, tally.faults) == (2, 0)


def test_progress_goes_once_through_every_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(LINES)
    (tmp_path / "b").write_bytes(LINES + b" " * 3 * 2**20)
    steps: list[tuple[str, int]] = []
    advanced: list[str] = []

    def begin_step(name: str, parts: int) -> Any:
        steps.append((name, parts))
        return lambda: advanced.append(name)

    read_files([tmp_path / "a", tmp_path / "b"], lambda record: None, Tally(0), begin_step, records)
    assert [parts for _, parts in steps] == [1, 4]
    assert [advanced.count(name) for name, _ in steps] == [1, 4]


def test_a_few_lines_that_are_no_records_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(LINES + b"\n{oops}\n\xff\xfe\n" + b"\n".join([LINES] * 100))
    found, tally = read(path)
    assert (len(found), tally.faults) == (202, 2)
    assert tally.first_fault.startswith(f"{path}, line 4: is not JSON")


def test_too_many_end_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("query,document\n" + "lamp,p1\n" * 30_000)
    with pytest.raises(ClicksError) as caught:
        read(path)
    assert "10,000 of 10,000 lines are no UBI records" in caught.value.message
    assert f"{path}, line 1: is not JSON" in caught.value.message


def test_a_short_file_is_judged_at_its_end(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n')
    with pytest.raises(ClicksError, match="1 of 1 lines"):
        read(path)
    assert read(path, most_malformed=1.0)[0] == []


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a.jsonl.gz", gzip.compress(LINES)[:-12]),
        ("a.jsonl.gz", b"no gzip"),
        ("a.jsonl.zst", b"no zstandard"),
        ("a.jsonl.zst", zstandard.compress(LINES)[:-1]),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, name: str, written: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(written)
    with pytest.raises(ClicksError, match=f"{name} cannot be read after line"):
        read(path)


def test_what_is_not_there_is_said_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(LINES)
    with pytest.raises(ClicksError, match="absent cannot be read: No such file"):
        read(tmp_path / "a", tmp_path / "absent")
    with pytest.raises(ClicksError, match="Is a directory"):
        read(tmp_path)
