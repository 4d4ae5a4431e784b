"""What the screen says where a figure is missing or a target is missed."""

import io
from dataclasses import replace

from rich.console import Console

from sidecar.cli.bench.figures import Model, Report, Workload, compare, over_http
from sidecar.cli.bench.machine import Machine, Memory
from sidecar.cli.bench.over_http import Answered
from sidecar.cli.bench.overhead import Overhead
from sidecar.cli.bench.structured import Structured
from sidecar.cli.bench.table import show
from sidecar.cli.bench.tokenizing import Tokenizing

REPORT = Report(
    date="2026-11-21",
    machine=Machine("a CPU", 2, False, True, False, 0.1, "onnxruntime 1.31.1", "3.11.7"),
    model=Model("minilm-en", "int8", "int8", "onnxruntime", "0123456789abcdef", 2),
    workload=Workload("synthetic mix", 2, 2, 200, {"median": 90, "mean": 110, "max": 400}, 1),
    http=over_http([80.0, 90.0], [Answered(1.2, {"infer": 1.0})]),
    bare=(compare("single pairs", False, [80.0, 90.0], [100.0, 100.0]),),
    best_bare="single pairs",
    ratio_target=0.9,
    overhead_ms=Overhead(1.0, 2.0, 3.0, 6.0, tokenizing=Tokenizing(1.2, 0.9, 14.0)),
    structured_ms=Structured(4.0, 4.5),
    memory_mb=Memory(200.0, 300.0),
)


def shown(report: Report) -> str:
    out = io.StringIO()
    show(report, Console(file=out, width=200))
    return out.getvalue()


def test_every_target_is_judged() -> None:
    text = shown(REPORT)
    assert "0.850, median over rounds (0.800 to 0.900)" in text
    assert "target 0.9 missed" in text
    assert "6.00 ms; target 5 missed" in text
    assert "target 400 met" in text
    assert "1.20, of CPU time 0.90 (14.0 ms per 100 documents); target 1.1 missed" in text
    assert "load average" not in text
    assert "company" not in text


def test_what_is_not_known_is_said() -> None:
    overhead = replace(REPORT.overhead_ms, tokenizing=None)
    lacking = replace(REPORT, bare=(), best_bare=None, memory_mb=None, overhead_ms=overhead)
    text = shown(lacking)
    assert "No bare loops" in text
    assert "Tokenizing has nothing" in text
    assert "not known" in text


def test_a_machine_that_was_not_idle_is_said() -> None:
    machine = replace(REPORT.machine, load_before=3.0)
    assert "The load average was 3.0" in shown(replace(REPORT, machine=machine))
