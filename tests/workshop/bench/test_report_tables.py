"""The report on the screen: targets, missing figures, warnings."""

from dataclasses import replace

from sidecar.workshop.bench.machine import Machine, Memory
from sidecar.workshop.bench.overhead import Overhead
from sidecar.workshop.bench.profile_cost import ProfileCost
from sidecar.workshop.bench.report import (
    BareLoopFigures,
    HttpFigures,
    ModelFigures,
    Report,
    WorkloadFigures,
)
from sidecar.workshop.bench.report_tables import show
from sidecar.workshop.bench.served_quality import OrderQuality
from sidecar.workshop.bench.sidecar_over_http import RequestTiming
from sidecar.workshop.bench.tokenizing_cost import TokenizingCost
from tests.workshop.printed import printed

REPORT = Report(
    date="2026-11-21",
    machine=Machine("a CPU", 2, False, True, False, 0.1, "onnxruntime 1.31.1", "3.11.7"),
    model=ModelFigures("minilm-en", "int8", "int8", "onnxruntime", "0123456789abcdef", 2),
    workload=WorkloadFigures(
        "synthetic mix", 2, 2, 200, {"median": 90, "mean": 110, "max": 400}, 1
    ),
    http=HttpFigures.of([80.0, 90.0], [RequestTiming(1.2, {"infer": 1.0})]),
    bare=(BareLoopFigures.of("single pairs", False, [80.0, 90.0], [100.0, 100.0]),),
    best_bare="single pairs",
    ratio_target=0.9,
    overhead_ms=Overhead(1.0, 2.0, 3.0, 6.0, tokenizing=TokenizingCost(1.2, 0.9, 14.0)),
    structured_ms=ProfileCost(4.0, 4.5),
    feeds_ms={"shopify": ProfileCost(9.0, 11.5)},
    memory_mb=Memory(200.0, 300.0),
)


def test_every_target_is_judged() -> None:
    text = printed(show, REPORT)
    assert "0.850, median over rounds (0.800 to 0.900)" in text
    assert "target 0.9 missed" in text
    assert "6.00 ms; target 5 missed" in text
    assert "target 400 met" in text
    assert "shopify: 9.00 ms, most expensive query 11.50" in text
    assert "1.20 of wall time, 0.90 of CPU time (14.0 ms per 100 documents)" in text
    assert "target 1.1 missed" in text
    assert "load average" not in text
    assert "padding changes" not in text


def test_unknown_figures_are_named() -> None:
    overhead = replace(REPORT.overhead_ms, tokenizing=None)
    partial = replace(REPORT, bare=(), best_bare=None, memory_mb=None, overhead_ms=overhead)
    text = printed(show, partial)
    assert "No bare loops" in text
    assert "Tokenizing is not compared" in text
    assert "unknown" in text


def test_the_quality_of_the_orders_stands_beside_speed() -> None:
    assert "Quality: not known; --judged FOLDER measures it" in printed(show, REPORT)
    stated = replace(REPORT, quality=(OrderQuality("a", None, 0.8754, 0.88),))
    text = " ".join(printed(show, stated).split())
    assert "nDCG@10 / MRR@10, by the model's manifest: a 0.875 / 0.880" in text
    served = replace(REPORT, quality=(OrderQuality("b", 65, 0.5, 0.25),))
    text = " ".join(printed(show, served).split())
    assert "nDCG@10 / MRR@10, over HTTP: b 0.500 / 0.250 (65 queries)" in text


def test_what_a_bare_loop_does_not_measure_is_noted() -> None:
    padded = replace(REPORT.bare[0], name="512 tokens", company=True)
    model = replace(REPORT.model, engine="openvino")
    report = replace(REPORT, model=model, bare=(*REPORT.bare, padded))
    text = " ".join(printed(show, report).split())  # notes are as wide as their table
    assert "bare: 512 tokens *" in text
    assert "* padding changes the scores of this graph" in text
    assert "the sidecar runs it in openvino" in text


def test_a_machine_that_was_not_idle_is_noted() -> None:
    machine = replace(REPORT.machine, load_before=3.0)
    assert "The load average was 3.0" in printed(show, replace(REPORT, machine=machine))
