"""What a log says of experiments, and what is none of it."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from sidecar.workshop.clicks.reading import Tally
from sidecar.workshop.clicks.record_files import read_files
from sidecar.workshop.experiments.records import experiment_records
from sidecar.workshop.model.progress import no_progress
from tests.workshop.clicks.logs import query
from tests.workshop.experiments.pages import click, interleaved, page, read


def test_a_page_of_one_arm_is_read() -> None:
    (found,), _ = read(page("q1", "ab", arm="new", took_ms=41.5, rerank_ms=30, from_=10))
    assert (found.experiment, found.unit, found.arms) == ("weights", "u1", ("new",))
    assert (found.took_ms, found.rerank_ms, found.first) == (41.5, 30.0, 10)
    assert (found.query.hit_ids, found.teams, found.failure) == (["a", "b"], (), "")
    assert found.reranked


def test_a_failed_page_and_one_outside_are_told_apart() -> None:
    (failed, outside), _ = read(
        page("q1", "ab", arm="new", reranked=False, failure="503: loading", zero_results=True),
        page("q2", "ab", outside="canary"),
    )
    assert (failed.failure, failed.reranked, failed.zero_results) == ("503: loading", False, True)
    assert (outside.arms, outside.outside) == ((), "canary")
    assert math.isnan(outside.took_ms)


def test_hits_bulk_lines_and_arrays_are_unwrapped_and_other_searches_passed_over() -> None:
    pages, events = read(
        {"_index": "ubi_queries", "_source": page("q1", "ab", arm="new")},
        [page("q2", "ab", arm="new"), click("q2", "a"), {"index": {}}],
        query("q3", "blue shoes", "cd"),
    )
    assert [found.query.query_id for found in pages] == ["q1", "q2"]
    assert [found.object_id for found in events] == ["a"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (page("q1", "ab"), "the experiment has no arm, and no reason why it is outside"),
        (interleaved("q1", "abc", "xy"), "2 teams for 3 hits"),
        (interleaved("q1", "ab", "xz"), "the team z is none of the arms"),
        (page("q1", "ab", arm=1), "experiment.arm is no text"),
        (page("q1", "ab", arms="x"), "experiment.arms is no list of texts"),
        (page("q1", "ab", arm="x", took_ms="1 s"), "experiment.took_ms is no number"),
        ({"query": 1}, "has no action_name"),
    ],
)
def test_what_is_no_record_is_said(value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        list(experiment_records(value))


def test_a_file_is_read_as_other_logs_are(tmp_path: Path) -> None:
    file = tmp_path / "ubi.jsonl"
    lines = [json.dumps(value) for value in (page("q1", "ab", arm="new"), click("q1", "a"))]
    file.write_text("\n".join([*lines, lines[0][:40]]))
    found: list[Any] = []
    tally = Tally(0.5)
    read_files([file], found.append, tally, no_progress, experiment_records)
    assert (len(found), tally.lines, tally.faults) == (2, 3, 1)
