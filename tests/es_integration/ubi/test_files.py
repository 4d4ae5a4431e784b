"""A folder of records: whole lines, files of a limited size, and no fault that fails a search."""

import json
import logging
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from es_integration.errors import IntegrationError
from es_integration.ubi import UbiFiles, event_record, query_record


def lines(folder: Path) -> list[Any]:
    files = sorted(folder.glob("ubi-*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_bytes().splitlines()]


def test_records_are_lines_that_are_there_at_once(tmp_path: Path) -> None:
    log = UbiFiles.open(tmp_path / "a" / "b")
    records = [query_record("q1", "rote Schuhe", ["p1"]), event_record("q1", "p1", 1)]
    for number, record in enumerate(records, 1):
        log.write(record)
        assert lines(tmp_path / "a" / "b") == records[:number]
    log.close()
    log.write(records[0])
    assert (len(lines(tmp_path / "a" / "b")), log.lost) == (3, 0)


def test_a_file_that_is_full_is_followed_by_another(tmp_path: Path) -> None:
    log = UbiFiles.open(tmp_path, max_bytes=400)
    for number in range(10):
        log.write(query_record(f"q{number}", "shoes", ["p1"]))
    files = list(tmp_path.iterdir())
    assert len(files) > 2
    assert all(file.stat().st_size <= 400 for file in files)
    assert [record["query_id"] for record in lines(tmp_path)] == [f"q{n}" for n in range(10)]


def test_of_many_files_the_oldest_are_deleted(tmp_path: Path) -> None:
    log = UbiFiles.open(tmp_path, max_bytes=200, max_files=2)
    (tmp_path / "notes.jsonl").write_text("kept")
    for number in range(10):
        log.write(query_record(f"q{number}", "shoes", ["p1"]))
    assert len(list(tmp_path.glob("ubi-*"))) == 2
    assert lines(tmp_path)[-1]["query_id"] == "q9"
    assert (tmp_path / "notes.jsonl").exists()


def test_a_full_disk_loses_records_counts_them_and_tears_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    log = UbiFiles.open(tmp_path)
    log.write(query_record("q1", "shoes", []))
    write = os.write
    with monkeypatch.context() as full, caplog.at_level(logging.WARNING):
        full.setattr(os, "write", lambda file, data: write(file, data[:20]))
        log.write(query_record("q2", "shoes", []))

        def no_space(file: int, data: bytes) -> int:
            raise OSError(28, "No space left on device")

        full.setattr(os, "write", no_space)
        log.write(query_record("q3", "shoes", []))
    log.write(query_record("q4", "shoes", []))
    (file,) = tmp_path.iterdir()
    whole, torn, after = file.read_bytes().splitlines()
    assert (json.loads(whole)["query_id"], json.loads(after)["query_id"]) == ("q1", "q4")
    assert len(torn) == 20
    assert log.lost == 2
    assert len(caplog.records) == 1, "once a minute is enough"


def test_a_folder_that_goes_away_loses_records_and_raises_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "ubi"
    log = UbiFiles.open(folder, max_bytes=1)
    folder.rmdir()
    log.write(query_record("q1", "shoes", []))
    assert log.lost == 1


def test_a_folder_that_cannot_be_made_is_said_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IntegrationError, match="cannot be made"):
        UbiFiles.open(tmp_path / "file" / "ubi")


def test_half_of_a_surrogate_pair_is_written_as_a_replacement(tmp_path: Path) -> None:
    log = UbiFiles.open(tmp_path)
    log.write(query_record("q1", "shoe \ud83d", ["p\udc00"]))
    (record,) = lines(tmp_path)
    assert (record["user_query"], record["query_response_hit_ids"]) == ("shoe \ufffd", ["p\ufffd"])


def test_threads_share_a_log(tmp_path: Path) -> None:
    log = UbiFiles.open(tmp_path, max_bytes=5000)

    def write_some() -> None:
        for _ in range(100):
            log.write(query_record("q", "x" * 50, []))

    threads = [threading.Thread(target=write_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(lines(tmp_path)), log.lost) == (400, 0)


def test_what_is_not_known_is_left_out() -> None:
    assert set(query_record("q1", "shoes", [])) == {
        "query_id",
        "user_query",
        "timestamp",
        "query_response_hit_ids",
    }
    event = event_record("q1", "p1")
    assert event["event_attributes"] == {"object": {"object_id": "p1"}}
    assert event["timestamp"].endswith("Z")
