"""The whole check, from a model folder to the numbers in its manifest, its card and its plot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sidecar.errors import ModelError
from sidecar.runtime.canonical import check_numbers
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.measured import Check, Gate, Operators, Parity
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.workshop.model.check.bm25_baseline import bm25_scores
from sidecar.workshop.model.check.card import PLOT, write_card
from sidecar.workshop.model.check.census import census
from sidecar.workshop.model.check.gate import gate
from sidecar.workshop.model.check.graph_scorers import open_scorers
from sidecar.workshop.model.check.invariance import largest_difference
from sidecar.workshop.model.check.judged_collection import JudgedCollection, read_judged
from sidecar.workshop.model.check.logits import REFERENCE, SAMPLE, Logits, baseline, score_all
from sidecar.workshop.model.check.parity import parity
from sidecar.workshop.model.check.plot import draw
from sidecar.workshop.model.check.quality import METRICS, Quality, interval, measure
from sidecar.workshop.model.check.reference import open_reference
from sidecar.workshop.model.folder_files import write_manifest
from sidecar.workshop.model.graphs import FP32
from sidecar.workshop.model.measurement_cache import MeasurementCache
from sidecar.workshop.model.progress import BeginStep, no_progress
from sidecar.workshop.model.quantization_sample import QuantizationSample, read_sample
from sidecar.workshop.model.runner import Floats, Runner

INVARIANCE_PAIRS = 16
BM25 = "bm25"
Qualities = dict[str, dict[str, Quality]]
"""collection -> ranker -> quality"""


@dataclass(frozen=True)
class CheckSpec:
    """What to compare with and what to measure on."""

    against: str | None = None
    judged: tuple[Path, ...] = ()
    max_queries: int | None = None
    threshold: float | None = None
    calibration: Path | None = None
    openvino: tuple[str, ...] = ()
    """Precisions at which OpenVINO runs a float graph beside the folder's graphs."""


def check(folder: Path, wanted: CheckSpec, start: BeginStep = no_progress) -> Manifest:
    """Measures the folder, writes manifest, card and plot, and returns the manifest.

    `manifest.check.gate` holds the verdict. Raises ModelError (nothing is written): an altered
    file, no such source, a judged set that is not understood, a graph whose scores depend on their
    company; DeviceError: canonical pairs with other logits than the manifest's; of OpenVINO what
    `scorers` says.
    """
    folder = folder.resolve()
    manifest = Manifest.read(folder)
    calibration = read_sample(wanted.calibration)
    judged = [read_judged(path, wanted.max_queries, wanted.threshold) for path in wanted.judged]
    if wanted.openvino and not (judged or wanted.against or FP32 in manifest.graphs):
        raise ModelError("--openvino has nothing to be compared by: give --against or --judged")
    measured = open_scorers(folder, manifest, wanted.openvino)
    reference = open_reference(wanted.against, folder, manifest)
    operators, invariance = _graphs(folder, manifest, calibration, start)
    journal = MeasurementCache(folder.parent / f".{folder.name}.check.jsonl")
    sets = {SAMPLE: calibration.pairs, **{one.name: one.pairs for one in judged}}
    logits = score_all(measured, manifest, reference, sets, journal, start)
    qualities = {one.name: _qualities(one, logits[one.name]) for one in judged}
    checked = Check(
        against=reference.name if reference else None,
        calibration=calibration.name,
        parity=_parities([one.name for one in measured], logits),
        invariance=invariance,
        operators=operators,
        intervals=_intervals(qualities),
        queries={one.name: len(one.pools) for one in judged},
        gate=_verdict(logits, qualities, manifest),
    )
    described = manifest.model_copy(update={"check": checked, "quality": _means(qualities)})
    draw(described, logits[SAMPLE], folder / PLOT)
    write_manifest(described, folder)
    write_card(described, folder, max_queries=wanted.max_queries)
    journal.remove()
    return described


def _graphs(
    folder: Path, manifest: Manifest, calibration: QuantizationSample, start: BeginStep
) -> tuple[dict[str, Operators], dict[str, float]]:
    """(census, invariance) of every graph, its canonical pairs checked first.

    Raises ModelError for a graph that breaks its tolerance.
    """
    tick = start("canonical pairs, invariance, operators", len(manifest.graphs))
    operators, invariance = {}, {}
    for name, graph in manifest.graphs.items():
        runner = Runner.open(folder, manifest, graph)
        check_numbers(runner.session, manifest, name, runner.tokenizer)
        pairs = runner.encoded(calibration.some(INVARIANCE_PAIRS))
        found = largest_difference(runner, graph, pairs)
        if not found <= graph.tolerance:  # a NaN fails too
            raise ModelError(
                f"graph {name}: a score changes by {found:.2g} with the pairs beside it; its "
                f"manifest allows {graph.tolerance:.2g}"
            )
        invariance[name] = float(f"{found:.2g}")
        session = OnnxSession.open(folder, graph, "cpu", profile=True)
        Runner(session, manifest, runner.tokenizer).alone(pairs)
        operators[name] = census(folder, graph, session)
        tick()
    return operators, invariance


def _parities(names: Sequence[str], logits: Logits) -> dict[str, dict[str, Parity]]:
    found: dict[str, dict[str, Parity]] = {name: {} for name in names}
    for set_name, by_scorer in logits.items():
        known = by_scorer.get(REFERENCE) if set_name == SAMPLE else baseline(by_scorer)
        for name in names:
            if known is not None and known is not by_scorer[name]:
                found[name][set_name] = parity(by_scorer[name], known)
    return {name: sets for name, sets in found.items() if sets}


def _qualities(judged: JudgedCollection, logits: Mapping[str, Floats]) -> dict[str, Quality]:
    """BM25, fp32 where it is known, then the quantised graphs and OpenVINO's."""
    scores = {BM25: bm25_scores(judged)}
    known = baseline(logits)
    if known is not None:
        scores[FP32] = known
    scores |= {name: found for name, found in logits.items() if name not in (FP32, REFERENCE)}
    return {name: measure(judged, found) for name, found in scores.items()}


def _means(qualities: Qualities) -> dict[str, dict[str, float]]:
    return {
        ranker: {
            f"{name} {metric}": round(found[ranker].mean(metric), 4)
            for name, found in qualities.items()
            for metric in METRICS
        }
        for ranker in _rankers(qualities)
    }


def _intervals(qualities: Qualities) -> dict[str, dict[str, tuple[float, float]]]:
    intervals: dict[str, dict[str, tuple[float, float]]] = {}
    for name, found in qualities.items():
        for ranker, quality in found.items():
            for metric in METRICS:
                values = {ranker: quality.values[metric]}
                if FP32 in found and ranker not in (BM25, FP32):
                    values[f"{ranker} - {FP32}"] = values[ranker] - found[FP32].values[metric]
                for key, each in values.items():
                    low, high = interval(each)
                    bounds = (round(low, 4), round(high, 4))
                    intervals.setdefault(key, {})[f"{name} {metric}"] = bounds
    return intervals


def _verdict(logits: Logits, qualities: Qualities, manifest: Manifest) -> Gate:
    quantised = [name for name in manifest.graphs if name != FP32]
    ndcg = {
        graph: {name: found[graph].mean(METRICS[0]) for name, found in qualities.items()}
        for graph in quantised
    }
    base = {
        name: found[FP32].mean(METRICS[0]) for name, found in qualities.items() if FP32 in found
    }
    known = baseline(logits[SAMPLE])
    parities = {
        graph: parity(logits[SAMPLE][graph], known) for graph in quantised if known is not None
    }
    return gate(ndcg, base, parities)


def _rankers(qualities: Qualities) -> list[str]:
    return list(next(iter(qualities.values()))) if qualities else []
