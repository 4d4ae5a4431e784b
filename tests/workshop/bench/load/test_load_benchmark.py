"""The whole benchmark, on a simulated model, for a few seconds: that it runs and adds up. Its
figures are nobody's: the machine that runs the tests has other work."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sidecar.workshop.bench.json_figures import to_json
from sidecar.workshop.bench.load.load_benchmark import LoadReport, LoadSpec, run_load_benchmark
from sidecar.workshop.bench.load.load_plot import plot
from sidecar.workshop.bench.load.load_tables import show
from tests.workshop.printed import printed


@pytest.fixture(scope="module")
def report() -> LoadReport:
    """Of two steps and a comparison: ten seconds, most of which the service starts or waits."""
    spec = LoadSpec(
        (4.0,), seconds=1.0, simulated=60_000.0, compare=("greedy",), texts=50, node_lengths=(64,)
    )
    return run_load_benchmark(spec)


def test_every_request_is_counted_once_and_none_fails(report: LoadReport) -> None:
    assert [step.pattern for step in report.steps] == ["Poisson", "bursts"]
    for step in report.steps:
        assert step.requests == step.answered + step.refused + step.late + step.failed
        assert step.failed == 0
        assert step.answered > 0
    assert report.batch is None
    assert report.greedy is not None
    assert report.capacity > 0


def test_the_node_is_measured(report: LoadReport) -> None:
    assert report.node is not None
    assert (report.node.workers, report.node.token_budget) == (2, 0)
    (found,) = report.node.lengths
    assert found.tokens == 64
    assert found.pair_s > 0


def test_a_generator_that_waits_for_cores_is_told_of(report: LoadReport) -> None:
    for first in (True, False):
        steps = tuple(replace(step, generator_first=first) for step in report.steps)
        text = printed(show, replace(report, steps=steps))
        assert ("CAP_SYS_NICE" in text) is not first


def test_the_report_is_shown_and_written(report: LoadReport, tmp_path: Path) -> None:
    text = printed(show, report)
    for bound in report.bounds:
        assert bound.where in text
    assert "simulated" in text
    assert json.loads(to_json(report))["steps"][0]["load"] == 4.0
    plot(report, tmp_path / "load.png")
    assert (tmp_path / "load.png").read_bytes().startswith(b"\x89PNG")
