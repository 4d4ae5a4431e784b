"""The report of `tune`: the winner, where it is kept or how to set it, and the alternatives."""

from dataclasses import replace
from pathlib import Path

import pytest

from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.options import RuntimeOptions
from sidecar.runtime.runs import Layout
from sidecar.workshop.bench.machine import Machine
from sidecar.workshop.tune.layout_tables import show
from sidecar.workshop.tune.measurement import Outcome
from sidecar.workshop.tune.paired_comparison import Gain
from sidecar.workshop.tune.tuning import AlternativeOutcome, Report
from tests.workshop.printed import printed

DEFAULT = Outcome(Layout(8, 1, 0), 100.0)
BETTER = Outcome(Layout(4, 2, 0), 120.0, 1.2, Gain(1.2, 1.1, 1.3))
SLOW = Outcome(Layout(1, 8, 0), 60.0, 0.6)
REJECTED = Outcome(Layout(2, 4, 0), fault="moves scores by 0.01, tolerance 0.0001")


@pytest.fixture(scope="module")
def report() -> Report:
    return Report(
        machine=Machine("A CPU", 8, False, True, False, 0.1, "onnxruntime 1.31.1", "3.11.7"),
        physical=4,
        nodes=1,
        waited=0.02,
        folder=ModelFolder.read(None, RuntimeOptions(graph="int8")),
        outcomes=(DEFAULT, BETTER, SLOW, REJECTED),
        winner=BETTER,
        alternatives=(),
        path=Path("/state/layouts/0.json"),
        not_kept="",
    )


def test_a_winner_and_where_it_is_kept(report: Report) -> None:
    text = printed(show, report)
    assert "8 cores for this process, 4 without hardware threads; onnxruntime 1.31.1" in text
    assert "Other processes" not in text
    assert "graph int8 by onnxruntime at int8 on cpu" in text
    assert "8 workers x 1 thread (default)" in text
    assert "1.10 to 1.30" in text
    assert "screened out" in text
    assert "moves scores by 0.01" in text
    assert "4 workers x 2 threads: 1.20 times the default" in text
    assert "Kept in /state/layouts/0.json" in text
    assert "NUMA" not in text


def test_a_winner_that_is_not_kept_is_shown_as_flags(report: Report) -> None:
    text = printed(show, replace(report, path=None, not_kept="--dry-run"))
    assert "Not kept (--dry-run)" in text
    assert "--workers 4 --threads 2 --token-budget 0" in text


def test_a_tie_and_a_gain_within_the_noise(report: Report) -> None:
    tie = Outcome(BETTER.layout, 101.0, 1.01, Gain(1.01, 0.9, 1.1))
    text = printed(show, replace(report, outcomes=(DEFAULT, tie), winner=DEFAULT))
    assert "Nothing beats the default beyond the noise" in text
    assert "may be faster" not in text
    noisy = replace(tie, ratio=1.2, gain=Gain(1.2, 0.9, 1.5))
    text = printed(show, replace(report, outcomes=(DEFAULT, noisy), winner=DEFAULT))
    assert "4 workers x 2 threads may be faster" in text


def test_a_tie_leaves_nothing_to_set(report: Report) -> None:
    tie = replace(report, winner=DEFAULT)
    assert "Kept in /state/layouts/0.json" in printed(show, tie)
    text = printed(show, replace(tie, path=None, not_kept="--dry-run"))
    assert "Nothing was kept (--dry-run)" in text
    assert "uses the default anyway" in text
    assert "To serve with it" not in text


def test_a_faster_runtime_is_only_recommended(report: Report) -> None:
    outcomes = (
        AlternativeOutcome("--runtime openvino --precision bf16", Gain(1.9, 1.7, 2.0)),
        AlternativeOutcome("--runtime onnxruntime --graph float", Gain(0.5, 0.4, 0.6)),
        AlternativeOutcome("--runtime openvino --precision int8", Gain(1.2, 0.9, 1.5)),
        AlternativeOutcome("--runtime openvino --precision fp32", None, "no such instructions"),
    )
    text = printed(show, replace(report, alternatives=outcomes))
    assert "--precision bf16 would be faster: 1.90 times the winner's pairs/s" in text
    assert text.count("would be faster") == 1
    assert "--precision fp32 does not run here: no such instructions" in text


def test_a_machine_that_was_not_idle_is_noted(report: Report) -> None:
    machine = replace(report.machine, cores=1)
    text = printed(show, replace(report, machine=machine, waited=0.4))
    assert "1 core for this process;" in text
    assert "threads waited for one 40% of the time" in text


def test_several_nodes(report: Report) -> None:
    assert "spans 2 NUMA nodes" in printed(show, replace(report, nodes=2))
