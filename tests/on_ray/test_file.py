"""What comes back from a cluster is checked row by row; a file is ranked as in one process."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

pytest.importorskip("ray.data", reason="needs the extra `ray`")

from sidecar.on_ray.actors import digest
from sidecar.on_ray.file import RankerOnRay
from sidecar.on_ray.file_blocks import Answer, BlockRanker, RowsOfFile
from sidecar.workshop.bulk.input_rows import BulkError, InputRow, open_rows
from sidecar.workshop.bulk.row_ranker import Ranking, Rejected
from tests.on_ray.commands import run
from tests.workshop.bulk.by_length import (
    ByLength,
    read_rows,
    row,
    write_rows,
)

IDENTITY = {"model": "by length"}
ROWS: list[Any] = [row(1, "a", "ccc"), "no row", row(3, "bb", "b"), row(4)]


@contextlib.contextmanager
def by_length() -> Iterator[ByLength]:
    yield ByLength(IDENTITY)


class Failing(ByLength):
    def rank(self, row: InputRow) -> Ranking | Rejected:
        if row.number == 3:
            raise BulkError("the model failed at row 3")
        return super().rank(row)


@contextlib.contextmanager
def failing() -> Iterator[ByLength]:
    yield Failing(IDENTITY)


@contextlib.contextmanager
def refused() -> Iterator[ByLength]:
    raise BulkError("there is no model")
    yield


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "in.jsonl", ROWS)


def answers_from(source: Path, first: int, opened: Any = by_length) -> list[Answer]:
    """What actors would send, without Ray between."""
    ranker = BlockRanker(opened)
    (task,) = RowsOfFile(source, first).get_read_tasks(1)
    return [answer for block in task() for answer in ranker(block).to_pylist()]


def ranked(source: Path, answers: list[Answer], skip: int = 0) -> list[Any]:
    rows = open_rows(source).rows()
    for _ in range(skip):
        next(rows)
    return list(RankerOnRay(IDENTITY, lambda first: iter(answers)).in_order(rows))


def test_answers_are_the_rankings_of_one_process(source: Path) -> None:
    alone = list(ByLength(IDENTITY).in_order(open_rows(source).rows()))
    assert ranked(source, answers_from(source, 1)) == alone
    assert ranked(source, answers_from(source, 3), skip=2) == alone[2:]
    assert ranked(source, [], skip=4) == []


def test_a_row_that_is_lost_doubled_or_changed_ends_the_run(source: Path) -> None:
    answers = answers_from(source, 1)
    for wrong, number in (
        (answers[:3], 4),
        ([answers[0], *answers[2:]], 2),
        ([answers[0], *answers], 2),
        ([answers[1], answers[0], *answers[2:]], 1),
    ):
        with pytest.raises(BulkError, match=f"row {number} of the input changed"):
            ranked(source, wrong)


def test_a_machine_that_ranks_otherwise_ends_the_run(source: Path) -> None:
    answers = answers_from(source, 1)
    answers[2] |= {"identity": digest({"model": "older"}), "machine": "node7"}
    with pytest.raises(BulkError, match="the machine node7 ranks with another model"):
        ranked(source, answers)


@pytest.mark.parametrize(
    ("opened", "message", "rows"),
    [(failing, "the model failed at row 3", 2), (refused, "there is no model", 0)],
)
def test_a_model_that_fails_is_said_and_what_came_before_is_kept(
    source: Path, opened: Any, message: str, rows: int
) -> None:
    block = next(iter(RowsOfFile(source, 1).get_read_tasks(1)[0]()))
    assert block.num_rows == 1
    answers = answers_from(source, 1, opened)
    kept = []
    with pytest.raises(BulkError, match=message):  # noqa: PT012 - what came before counts
        for each in RankerOnRay(IDENTITY, lambda first: iter(answers)).in_order(
            open_rows(source).rows()
        ):
            kept.append(each)
    assert len(kept) == rows
    assert orjson.loads(answers_from(source, 1)[0]["ranking"]) == {
        "order": [1, 0],
        "scores": [0.03, 0.01],
    }


def test_the_command_gives_what_it_gives_without_ray(tmp_path: Path) -> None:
    rows = [row(number, "Plain sock", "Red shoe", f"Blue shoe {number}") for number in range(30)]
    source = write_rows(tmp_path / "in.jsonl", [*rows, {"query": "shoes"}])
    for target, options in (("alone.jsonl", ()), ("ray.jsonl", ("--ray", "local"))):
        done = run("sidecar", "rerank-file", source, tmp_path / target, "--top-n", 2, *options)
        assert done.returncode == 0, done.stderr
        assert "1 row not understood" in done.stderr
    alone, on_ray = (tmp_path / name for name in ("alone.jsonl", "ray.jsonl"))
    assert on_ray.read_bytes() == alone.read_bytes()
    assert read_rows(tmp_path / "ray.jsonl.rejects.jsonl")[0]["line"] == 31
    assert not (tmp_path / "ray.jsonl.rankings").exists()


def test_actors_that_are_killed_lose_and_double_nothing() -> None:
    done = run("tests.on_ray.killed_actors", "--rows", 150, "--kills", 2)
    assert done.returncode == 0, done.stderr
    assert "the output is the same" in done.stdout
