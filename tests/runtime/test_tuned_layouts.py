"""A kept layout is used where it fits, and anything else is the default and a line in the log."""

import datetime
import os
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog

import sidecar
from sidecar.pipeline import Reranker
from sidecar.runtime.loading import Opening
from sidecar.runtime.tuned_layouts import Kept, find, keep, place_of

MEASURED = datetime.date(2026, 11, 26)


@pytest.fixture(scope="module")
def opening() -> Opening:
    return Opening.read(None, "cpu", "int8")


@pytest.fixture
def kept(opening: Opening) -> Kept:
    return Kept(
        format=1,
        place=opening.place,
        score_revision=opening.loaded.score_revision,
        workers=3,
        intra_op_threads=2,
        token_budget=0,
        measured=MEASURED,
        ratio=1.2,
    )


def ignored(state: Path, opening: Opening) -> str:
    """The logged reason for which the default layout is taken."""
    with structlog.testing.capture_logs() as lines:
        layout = opening.layout(state=state)
    assert layout == opening.layout()
    assert layout.source == "default"
    (line,) = lines
    assert line["event"] == "kept layout ignored"
    return str(line["reason"])


def edited(path: Path, **changes: Any) -> None:
    path.write_bytes(orjson.dumps(orjson.loads(path.read_bytes()) | changes))


def test_a_kept_layout_is_the_next_starts(tmp_path: Path, opening: Opening, kept: Kept) -> None:
    keep(tmp_path, kept)
    reranker = Reranker.open(graph="int8", state=tmp_path)
    reranker.close()
    layout = reranker.scheduler.layout
    assert (layout.workers, layout.intra_op_threads, layout.token_budget) == (3, 2, 0)
    assert layout.source == "tuned 2026-11-26"


def test_it_counts_in_process_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: Kept
) -> None:
    keep(tmp_path / "own", kept)
    keep(tmp_path / "rerank-sidecar", kept.model_copy(update={"workers": 5}))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for options, source, workers, threads in (
        ({"state": str(tmp_path / "own")}, "tuned 2026-11-26", 3, 2),
        ({}, "tuned 2026-11-26", 5, 2),
        ({"workers": 1, "threads": 3, "token_budget": 0}, "setting", 1, 3),
    ):
        with sidecar.Reranker.open(graph="int8", **options) as reranker:
            layout = reranker.core.scheduler.layout
        found = (layout.source, layout.workers, layout.intra_op_threads)
        assert found == (source, workers, threads)


@pytest.mark.parametrize("setting", [{"workers": 1}, {"threads": 1}, {"token_budget": 0}])
def test_a_setting_beats_it(
    tmp_path: Path, opening: Opening, kept: Kept, setting: dict[str, int]
) -> None:
    keep(tmp_path, kept)
    assert opening.layout(state=tmp_path, **setting) == opening.layout(**setting)
    assert opening.layout(state=tmp_path, **setting).source == "setting"


def test_nothing_kept_is_nothing_to_log(tmp_path: Path, opening: Opening) -> None:
    (tmp_path / "file").write_text("")
    with structlog.testing.capture_logs() as lines:
        for state in (tmp_path, tmp_path / "none", tmp_path / "file"):
            assert opening.layout(state=state).source == "default"
    assert lines == []


def test_another_graph_has_its_own(tmp_path: Path, kept: Kept) -> None:
    keep(tmp_path, kept)
    other = Opening.read(None, "cpu", "float")
    assert other.layout(state=tmp_path).source == "default"


def test_a_newer_result_replaces_the_older(tmp_path: Path, opening: Opening, kept: Kept) -> None:
    first = keep(tmp_path, kept)
    second = keep(tmp_path, kept.model_copy(update={"workers": 5}))
    assert first == second
    assert opening.layout(state=tmp_path).workers == 5
    assert list(first.parent.iterdir()) == [first]


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"null", b"\xff\x00", b"[" * 100_000, b'{"format": 1}', b"9" * 70_000]
)
def test_a_corrupt_file(tmp_path: Path, opening: Opening, kept: Kept, raw: bytes) -> None:
    keep(tmp_path, kept).write_bytes(raw)
    reason = ignored(tmp_path, opening)
    assert "no kept layout" in reason
    assert ": :" not in reason


@pytest.mark.parametrize(
    "change",
    [
        {"workers": 0},
        {"workers": 10**9},
        {"workers": "3"},
        {"intra_op_threads": -1},
        {"token_budget": -1},
        {"format": 2},
        {"measured": "yesterday"},
        {"more": 1},
    ],
)
def test_values_that_no_tune_wrote(
    tmp_path: Path, opening: Opening, kept: Kept, change: dict[str, Any]
) -> None:
    edited(keep(tmp_path, kept), **change)
    assert "no kept layout" in ignored(tmp_path, opening)


def test_a_stale_file(tmp_path: Path, opening: Opening, kept: Kept) -> None:
    edited(keep(tmp_path, kept), score_revision="0123456789abcdef")
    assert "tune` again" in ignored(tmp_path, opening)


def test_another_machines_file_under_this_ones_name(
    tmp_path: Path, opening: Opening, kept: Kept
) -> None:
    place = opening.place.model_dump() | {"cpu": "another"}
    edited(keep(tmp_path, kept), place=place)
    assert "another machine" in ignored(tmp_path, opening)


def test_pairs_of_a_single_graph_are_never_put_together(
    tmp_path: Path, opening: Opening, kept: Kept
) -> None:
    edited(keep(tmp_path, kept), token_budget=1024)
    assert "alone" in ignored(tmp_path, opening)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_a_file_that_may_not_be_read(tmp_path: Path, opening: Opening, kept: Kept) -> None:
    keep(tmp_path, kept).chmod(0)
    assert "cannot be read" in ignored(tmp_path, opening)


def test_a_folder_in_the_files_place(tmp_path: Path, opening: Opening, kept: Kept) -> None:
    path = keep(tmp_path, kept)
    path.unlink()
    path.mkdir()
    assert "cannot be read" in ignored(tmp_path, opening)


def test_the_place_follows_the_machine(tmp_path: Path) -> None:
    """Made-up trees: another CPU, fewer cores or another GPU is another file."""
    (tmp_path / "proc").mkdir()
    info = tmp_path / "proc" / "cpuinfo"
    info.write_text("model name : A\nflags : avx2 avx512f\n")
    plain = place_of("m", "g", "onnxruntime", "cuda", tmp_path)
    assert (plain.cpu, plain.flags, plain.device) == ("A", ("avx2", "avx512f"), "cuda")
    gpu = tmp_path / "proc/driver/nvidia/gpus/0000:01:00.0/information"
    gpu.parent.mkdir(parents=True)
    gpu.write_text("Model: \t\t NVIDIA H200\nIRQ: 1\n")
    assert place_of("m", "g", "onnxruntime", "cuda", tmp_path).device == "cuda NVIDIA H200"
    assert place_of("m", "g", "onnxruntime", "cpu", tmp_path).device == "cpu"
    info.write_text("model name : A\nflags : avx2\n")
    assert place_of("m", "g", "onnxruntime", "cuda", tmp_path) != plain


def test_a_kept_layout_survives_its_file(tmp_path: Path, kept: Kept) -> None:
    keep(tmp_path, kept)
    assert find(tmp_path, kept.place, kept.score_revision, "single") == kept.layout
