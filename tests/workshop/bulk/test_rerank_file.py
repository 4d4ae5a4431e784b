"""Each row once, in order, wherever a run was ended; what does not fit stops in words."""

import json
import resource
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sidecar.workshop.bulk.input_rows import BulkError, InputRow
from sidecar.workshop.bulk.kept_rankings import KeptRankings
from sidecar.workshop.bulk.rerank_file import BulkSpec, kept_beside
from sidecar.workshop.bulk.reranked_row import Selection
from sidecar.workshop.bulk.row_ranker import Ranking
from tests.workshop.bulk.by_length import ByLength, hit, read_rows, row, run, spec, write_rows
from tests.workshop.bulk.killed_runs import (
    WITHOUT_A_MODEL,
    Files,
    make_rows,
    run_with_kills,
)

ROWS: list[Any] = [row(1, "a", "ccc", "bb"), "no row", row(2), row(3, "ü", "üü"), row(4, "d")]


@pytest.fixture
def given(tmp_path: Path) -> BulkSpec:
    return spec(write_rows(tmp_path / "in.jsonl", ROWS), tmp_path / "out.jsonl")


def kept_of(given: BulkSpec, count: int = 3) -> bytes:
    """The rankings of a run that was ended after so many rows."""
    with KeptRankings(given.kept, {"model": "by length"}) as kept:
        for number, line in enumerate(given.source.read_bytes().splitlines()[:count], 1):
            each = InputRow(number, line)
            kept.add(each, ByLength({}).rank(each))
    return given.kept.read_bytes()


def test_the_output_is_the_input_with_its_hits_in_the_new_order(given: BulkSpec) -> None:
    outcome, ranked = run(given)
    assert (outcome.rows, outcome.rejected) == (5, 1)
    assert ranked == [1, 2, 3, 4, 5]
    first, second, third, fourth = read_rows(given.target)
    assert first == {
        **row(1),
        "hits": [
            hit(1, "ccc") | {"_score": 0.03, "_first_stage_score": 8.5},
            hit(2, "bb") | {"_score": 0.02, "_first_stage_score": 7.5},
            hit(0, "a") | {"_score": 0.01, "_first_stage_score": 9.5},
        ],
    }
    assert second == row(2)
    assert [each["_id"] for each in third["hits"]] == ["p1", "p0"]
    assert fourth["day"] == 4
    assert read_rows(given.rejects) == [
        {"line": 2, "reason": 'is not {"query": ..., "hits": [...]}'}
    ]
    assert sorted(path.name for path in given.target.parent.iterdir()) == [
        "in.jsonl",
        "out.jsonl",
        "out.jsonl.rejects.jsonl",
    ]


def test_whichever_byte_was_the_last_one_written_the_output_is_the_same(given: BulkSpec) -> None:
    run(given)
    whole = given.target.read_bytes(), given.rejects.read_bytes()
    given.target.unlink()
    kept = kept_of(given)
    head = kept.index(b"\n") + 1
    for length in [*range(head, len(kept), 7), len(kept)]:
        given.kept.write_bytes(kept[:length])
        _, ranked = run(given)
        assert ranked == [*range(kept[head:length].count(b"\n") + 1, 6)]
        assert (given.target.read_bytes(), given.rejects.read_bytes()) == whole
        given.target.unlink()


def test_a_process_that_is_killed_has_the_output_of_an_undisturbed_one(tmp_path: Path) -> None:
    source = make_rows(tmp_path / "in.jsonl", 120)
    undisturbed = spec(source, tmp_path / "undisturbed.jsonl")
    run(undisturbed)
    killed = Files(source, tmp_path / "killed.jsonl", WITHOUT_A_MODEL)
    moments = run_with_kills(killed, kills=2, rows=120)
    assert moments == sorted(moments)
    assert moments[0] > 0
    assert killed.target.read_bytes() == undisturbed.target.read_bytes()
    assert killed.rejects.read_bytes() == undisturbed.rejects.read_bytes()


def test_a_run_that_ended_between_the_output_and_its_tidying_up_goes_on(given: BulkSpec) -> None:
    kept = kept_of(given, 5)
    run(given)
    whole = given.target.read_bytes()
    given.kept.write_bytes(kept)
    assert run(given)[1] == []
    assert given.target.read_bytes() == whole
    assert not given.kept.exists()


@pytest.mark.parametrize(
    ("identity", "message"),
    [
        ({"model": "other"}, "another model, which was 'by length' and is 'other'"),
        ({"model": "by length", "window": 3}, "another window, which was not set and is 3"),
        ({"model": "by length", "profile": {"a": 1}}, "was begun with another profile: take"),
    ],
)
def test_another_model_or_profile_is_said(
    given: BulkSpec, identity: dict[str, Any], message: str
) -> None:
    kept = kept_of(given)
    with pytest.raises(BulkError, match=message):
        run(given, identity)
    assert given.kept.read_bytes() == kept
    assert not given.target.exists()


def test_an_input_that_changed_is_said(given: BulkSpec) -> None:
    kept_of(given)
    write_rows(given.source, [ROWS[0], "other", *ROWS[2:]])
    with pytest.raises(BulkError, match="row 2 of the input has changed"):
        run(given)
    write_rows(given.source, ROWS[:2])
    with pytest.raises(BulkError, match="the input is shorter"):
        run(given)
    write_rows(given.source, [*ROWS, row(5, "new")])  # what was ranked is as it was
    assert run(given)[1] == [4, 5, 6]


def test_a_damaged_file_of_rankings_is_said(given: BulkSpec) -> None:
    kept = kept_of(given)
    given.kept.write_bytes(
        kept.replace(b'{"digest"', b"\0" * 9, 2).replace(b"\0" * 9, b'{"digest"', 1)
    )
    with pytest.raises(BulkError, match="line 3 is damaged"):
        run(given)
    given.kept.write_text("my notes\n")
    with pytest.raises(BulkError, match="is no file of rankings"):
        run(given)
    assert given.kept.read_text() == "my notes\n"


def test_two_runs_at_once_do_not_write_one_file(given: BulkSpec) -> None:
    with KeptRankings(given.kept, {"model": "by length"}) as kept:
        kept.add(InputRow(1, b"{}"), Ranking((), ()))
        with pytest.raises(BulkError, match="another process writes to it"):
            run(given)


def test_an_output_that_is_there_is_not_written_over(given: BulkSpec) -> None:
    given.target.write_text("mine")
    with pytest.raises(BulkError, match="exists already"):
        run(given)
    with pytest.raises(BulkError, match="must be three files"):
        run(spec(given.source, given.source))
    assert given.target.read_text() == "mine"


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """As on a full disk: writes fail beyond that size."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_said_and_what_was_ranked_is_kept(given: BulkSpec) -> None:
    run(given)
    whole = given.target.read_bytes()
    given.target.unlink()
    kept = kept_of(given, 5)
    given.kept.unlink()
    with no_file_larger_than(len(kept) - 3):
        with pytest.raises(BulkError, match="rankings cannot be written: File too large"):
            run(given)
        assert not given.target.exists()
    given.kept.write_bytes(kept)
    with no_file_larger_than(len(whole) - 3):
        with pytest.raises(BulkError, match=r"out.jsonl cannot be written: File too large"):
            run(given)
        assert sorted(given.target.parent.glob("out.jsonl*")) == [given.kept, given.rejects]
    assert run(given)[1] == []
    assert given.target.read_bytes() == whole


def test_a_disk_that_is_full_in_the_middle_of_the_output_names_it(tmp_path: Path) -> None:
    rows = [{**row(number, "a"), "pad": "x" * 50_000} for number in range(1, 5)]
    given = spec(write_rows(tmp_path / "in.jsonl", rows), tmp_path / "out.jsonl")
    with (
        no_file_larger_than(60_000),
        pytest.raises(BulkError, match=r"out\.jsonl cannot be written: File too large"),
    ):
        run(given)
    assert run(given)[1] == []
    assert len(read_rows(given.target)) == 4


@pytest.mark.parametrize(
    ("selection", "titles"),
    [
        (Selection(top_n=2), ["ccc", "bb"]),
        (Selection(min_score=0.02), ["ccc", "bb"]),
        (Selection(top_n=1, min_score=0.02), ["ccc"]),
        (Selection(min_score=1), []),
    ],
)
def test_the_output_has_the_hits_that_are_wanted(
    tmp_path: Path, selection: Selection, titles: list[str]
) -> None:
    given = spec(write_rows(tmp_path / "in", ROWS[:1]), tmp_path / "out", selection)
    run(given)
    assert [each["_source"]["title"] for each in read_rows(given.target)[0]["hits"]] == titles


def test_hits_as_a_search_engine_has_them_stay_so(tmp_path: Path) -> None:
    answer = {**ROWS[0], "hits": {"total": 3, "hits": ROWS[0]["hits"]}}
    given = spec(write_rows(tmp_path / "in", [answer]), tmp_path / "out")
    run(given)
    hits = read_rows(given.target)[0]["hits"]
    assert hits["total"] == 3
    assert [each["_id"] for each in hits["hits"]] == ["p1", "p2", "p0"]


def test_a_file_without_rows_gives_an_empty_output(tmp_path: Path) -> None:
    given = spec(write_rows(tmp_path / "in", []), tmp_path / "out")
    assert run(given)[0].rows == 0
    assert given.target.read_bytes() == b""
    assert not kept_beside(given.target).exists()


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    line = json.dumps(row(1, "x" * 20_000, "y")) + "\n"
    peaks = []
    for count in (60, 600):
        given = spec(tmp_path / f"in{count}", tmp_path / f"out{count}")
        given.source.write_text(line * count)
        tracemalloc.start()
        run(given)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000


def test_a_compressed_input_that_was_cut_is_no_shorter_one(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard")
    whole = write_rows(tmp_path / "in.jsonl", ROWS).read_bytes()
    cut = tmp_path / "in.jsonl.zst"
    cut.write_bytes(zstandard.compress(whole)[:-1])
    given = spec(cut, tmp_path / "out.jsonl")
    with pytest.raises(BulkError, match=r"in\.jsonl\.zst is damaged after line \d: it ends in the"):
        run(given)
    assert not given.target.exists()
