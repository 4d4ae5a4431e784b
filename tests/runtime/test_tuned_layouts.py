"""A kept layout is used where it fits, and anything else is the default and a line in the log."""

import datetime
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog

import sidecar
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.options import RuntimeOptions
from sidecar.runtime.tuned_layouts import StoredLayout, find_layout, layout_key, store
from tests.opened import open_models

MEASURED = datetime.date(2026, 11, 26)


@pytest.fixture(scope="module")
def folder() -> ModelFolder:
    return ModelFolder.read(None, RuntimeOptions(graph="int8"))


@pytest.fixture
def kept(folder: ModelFolder) -> StoredLayout:
    return StoredLayout(
        format=1,
        place=folder.layout_key,
        score_revision=folder.running.score_revision,
        workers=3,
        intra_op_threads=2,
        token_budget=0,
        measured=MEASURED,
        ratio=1.2,
    )


def with_options(folder: ModelFolder, **options: Any) -> ModelFolder:
    return replace(folder, options=folder.options.model_copy(update=options))


def ignored(state: Path, folder: ModelFolder) -> str:
    """The logged reason for which the default layout is taken."""
    with structlog.testing.capture_logs() as lines:
        layout = with_options(folder, state=state).layout()
    assert layout == folder.layout()
    assert layout.source == "default"
    (line,) = lines
    assert line["event"] == "kept layout ignored"
    return str(line["reason"])


def edited(path: Path, **changes: Any) -> None:
    path.write_bytes(orjson.dumps(orjson.loads(path.read_bytes()) | changes))


def test_a_kept_layout_is_the_next_starts(
    tmp_path: Path, folder: ModelFolder, kept: StoredLayout
) -> None:
    store(tmp_path, kept)
    reranker = open_models(graph="int8", state=tmp_path)
    reranker.close()
    layout = reranker.default.model.layout
    assert (layout.workers, layout.intra_op_threads, layout.token_budget) == (3, 2, 0)
    assert layout.source == "tuned 2026-11-26"


def test_it_counts_in_process_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: StoredLayout
) -> None:
    store(tmp_path / "own", kept)
    store(tmp_path / "rerank-sidecar", kept.model_copy(update={"workers": 5}))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for options, source, workers, threads in (
        ({"state": str(tmp_path / "own")}, "tuned 2026-11-26", 3, 2),
        ({}, "tuned 2026-11-26", 5, 2),
        ({"workers": 1, "threads": 3, "token_budget": 0}, "setting", 1, 3),
    ):
        with sidecar.Reranker.open(graph="int8", **options) as reranker:
            layout = reranker.registry.default.model.layout
        found = (layout.source, layout.workers, layout.intra_op_threads)
        assert found == (source, workers, threads)


@pytest.mark.parametrize("setting", [{"workers": 1}, {"threads": 1}, {"token_budget": 0}])
def test_a_setting_beats_it(
    tmp_path: Path, folder: ModelFolder, kept: StoredLayout, setting: dict[str, int]
) -> None:
    store(tmp_path, kept)
    layout = with_options(folder, state=tmp_path, **setting).layout()
    assert layout == with_options(folder, **setting).layout()
    assert layout.source == "setting"


def test_nothing_kept_is_nothing_to_log(tmp_path: Path, folder: ModelFolder) -> None:
    (tmp_path / "file").write_text("")
    with structlog.testing.capture_logs() as lines:
        for state in (tmp_path, tmp_path / "none", tmp_path / "file"):
            assert with_options(folder, state=state).layout().source == "default"
    assert lines == []


def test_another_graph_has_its_own(tmp_path: Path, kept: StoredLayout) -> None:
    store(tmp_path, kept)
    other = ModelFolder.read(None, RuntimeOptions(graph="float"))
    assert with_options(other, state=tmp_path).layout().source == "default"


def test_a_newer_result_replaces_the_older(
    tmp_path: Path, folder: ModelFolder, kept: StoredLayout
) -> None:
    first = store(tmp_path, kept)
    second = store(tmp_path, kept.model_copy(update={"workers": 5}))
    assert first == second
    assert with_options(folder, state=tmp_path).layout().workers == 5
    assert list(first.parent.iterdir()) == [first]


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"null", b"\xff\x00", b"[" * 100_000, b'{"format": 1}', b"9" * 70_000]
)
def test_a_corrupt_file(
    tmp_path: Path, folder: ModelFolder, kept: StoredLayout, raw: bytes
) -> None:
    store(tmp_path, kept).write_bytes(raw)
    reason = ignored(tmp_path, folder)
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
    tmp_path: Path, folder: ModelFolder, kept: StoredLayout, change: dict[str, Any]
) -> None:
    edited(store(tmp_path, kept), **change)
    assert "no kept layout" in ignored(tmp_path, folder)


def test_a_stale_file(tmp_path: Path, folder: ModelFolder, kept: StoredLayout) -> None:
    edited(store(tmp_path, kept), score_revision="0123456789abcdef")
    assert "tune` again" in ignored(tmp_path, folder)


def test_another_machines_file_under_this_ones_name(
    tmp_path: Path, folder: ModelFolder, kept: StoredLayout
) -> None:
    place = folder.layout_key.model_dump() | {"cpu": "another"}
    edited(store(tmp_path, kept), place=place)
    assert "another machine" in ignored(tmp_path, folder)


def test_pairs_of_a_single_graph_are_never_put_together(
    tmp_path: Path, folder: ModelFolder, kept: StoredLayout
) -> None:
    edited(store(tmp_path, kept), token_budget=1024)
    assert "alone" in ignored(tmp_path, folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_a_file_that_may_not_be_read(
    tmp_path: Path, folder: ModelFolder, kept: StoredLayout
) -> None:
    store(tmp_path, kept).chmod(0)
    assert "cannot be read" in ignored(tmp_path, folder)


def test_a_folder_in_the_files_place(
    tmp_path: Path, folder: ModelFolder, kept: StoredLayout
) -> None:
    path = store(tmp_path, kept)
    path.unlink()
    path.mkdir()
    assert "cannot be read" in ignored(tmp_path, folder)


def test_the_place_follows_the_machine(tmp_path: Path) -> None:
    """Made-up trees: another CPU, fewer cores or another GPU is another file."""
    (tmp_path / "proc").mkdir()
    info = tmp_path / "proc" / "cpuinfo"
    info.write_text("model name : A\nflags : avx2 avx512f\n")
    plain = layout_key("m", "g", "onnxruntime", "cuda", tmp_path)
    assert (plain.cpu, plain.flags, plain.device) == ("A", ("avx2", "avx512f"), "cuda")
    gpu = tmp_path / "proc/driver/nvidia/gpus/0000:01:00.0/information"
    gpu.parent.mkdir(parents=True)
    gpu.write_text("Model: \t\t NVIDIA H200\nIRQ: 1\n")
    assert layout_key("m", "g", "onnxruntime", "cuda", tmp_path).device == "cuda NVIDIA H200"
    assert layout_key("m", "g", "onnxruntime", "cpu", tmp_path).device == "cpu"
    info.write_text("model name : A\nflags : avx2\n")
    assert layout_key("m", "g", "onnxruntime", "cuda", tmp_path) != plain


def test_a_kept_layout_survives_its_file(tmp_path: Path, kept: StoredLayout) -> None:
    store(tmp_path, kept)
    assert find_layout(tmp_path, kept.place, kept.score_revision, "single") == kept.layout
