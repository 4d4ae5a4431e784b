"""What is measured is kept at once, and not measured again."""

import json
import time
from pathlib import Path

import pytest

from tests.gpu.record import FILE, OutOfTimeError, Record


def test_figures_are_on_the_disk_at_once(tmp_path: Path) -> None:
    record = Record(tmp_path)
    assert record.once("a", "one", lambda: {"x": 1})["x"] == 1
    assert json.loads((tmp_path / FILE).read_text())["a"]["one"]["x"] == 1
    with pytest.raises(KeyboardInterrupt):
        record.once("a", "two", _killed)
    assert set(json.loads((tmp_path / FILE).read_text())["a"]) == {"one"}


def _killed() -> dict[str, object]:
    raise KeyboardInterrupt


def test_a_second_run_goes_on(tmp_path: Path) -> None:
    Record(tmp_path).once("a", "one", lambda: {"x": 1})
    again = Record(tmp_path)
    assert again.once("a", "one", lambda: {"x": 2})["x"] == 1
    assert again.once("b", "one", lambda: {"x": 2})["x"] == 2
    assert set(Record(tmp_path).figures) == {"a", "b"}


def test_what_fails_is_a_finding_and_is_tried_again_when_asked(tmp_path: Path) -> None:
    def fails() -> dict[str, object]:
        raise ValueError("no kernel")

    record = Record(tmp_path)
    failed = record.once("a", "one", fails)
    assert failed["error"] == "ValueError: no kernel"
    assert failed["where"].startswith("test_record.py:")
    assert "error" in Record(tmp_path).once("a", "one", lambda: {"x": 1})
    retrying = Record(tmp_path, retry=True)
    assert "error" in retrying.once("a", "one", fails)
    assert "error" in retrying.once("a", "one", lambda: {"x": 1})  # once a run
    assert Record(tmp_path, retry=True).once("a", "one", lambda: {"x": 1})["x"] == 1


def test_no_measurement_begins_after_the_steps_time(tmp_path: Path) -> None:
    record = Record(tmp_path)
    record.once("a", "one", lambda: {"x": 1})
    record.limit(time.monotonic() - 1)
    with pytest.raises(OutOfTimeError):
        record.once("a", "two", lambda: {"x": 2})
    assert record.once("a", "one", lambda: {"x": 2})["x"] == 1  # what is there costs no time
    record.limit(time.monotonic() + 60)
    assert record.once("a", "two", lambda: {"x": 2})["x"] == 2
