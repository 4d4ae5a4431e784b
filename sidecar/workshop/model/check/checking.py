"""The whole check, from a model folder to the numbers in its manifest, its card and its plot."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sidecar.errors import ModelError
from sidecar.runtime.canonical import check_numbers
from sidecar.runtime.exit_session import graph_session
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.measured import Check, Gate, Operators, Parity
from sidecar.workshop.model.check.card import PLOT, write_card
from sidecar.workshop.model.check.census import census
from sidecar.workshop.model.check.gate import gate
from sidecar.workshop.model.check.graph_scorers import open_scorers
from sidecar.workshop.model.check.invariance import largest_difference
from sidecar.workshop.model.check.judged_collection import read_judged
from sidecar.workshop.model.check.logits import REFERENCE, SAMPLE, Logits, fp32_logits, score_all
from sidecar.workshop.model.check.parity import parity
from sidecar.workshop.model.check.plot import draw
from sidecar.workshop.model.check.quality import METRICS
from sidecar.workshop.model.check.rankers import Qualities, intervals, means, measure_rankers
from sidecar.workshop.model.check.reference import open_reference
from sidecar.workshop.model.folder_files import write_manifest
from sidecar.workshop.model.graphs import FP32
from sidecar.workshop.model.measurement_cache import MeasurementCache
from sidecar.workshop.model.progress import BeginStep, no_progress
from sidecar.workshop.model.quantization_sample import QuantizationSample, read_sample
from sidecar.workshop.model.runner import Runner

INVARIANCE_PAIRS = 16


@dataclass(frozen=True)
class CheckSpec:
    """What to compare with, and what to measure on."""

    against: str | None = None
    """A source or a model folder: see `open_reference`."""
    judged: tuple[Path, ...] = ()
    """Folders for `read_judged`."""
    max_queries: int | None = None
    threshold: float | None = None
    candidates: int | None = None
    """Rank so many of BM25's best documents; None: the judged ones."""
    sample: Path | None = None
    """A file for `read_sample`; None: the default sample."""
    openvino: tuple[str, ...] = ()
    """Precisions at which OpenVINO runs a float graph, measured beside the folder's graphs."""


def check(folder: Path, spec: CheckSpec, begin_step: BeginStep = no_progress) -> Manifest:
    """Measures the folder, writes manifest, card and plot, and returns the manifest.

    `manifest.check.gate` holds the verdict. Raises, with nothing written, ModelError: an altered
    file, no such source, a malformed judged set, a graph whose scores depend on the other pairs of
    a run; DeviceError: canonical pairs whose logits differ from the manifest's; for OpenVINO what
    `open_scorers` raises.
    """
    folder = folder.resolve()
    manifest = Manifest.read(folder)
    sample = read_sample(spec.sample)
    collections = [
        read_judged(path, spec.max_queries, spec.threshold, candidates=spec.candidates)
        for path in spec.judged
    ]
    if spec.openvino and not (collections or spec.against or FP32 in manifest.graphs):
        raise ModelError("--openvino has nothing to be compared by: give --against or --judged")
    scorers = open_scorers(folder, manifest, spec.openvino)
    reference = open_reference(spec.against, folder, manifest)
    operators, invariance = _check_graphs(folder, manifest, sample, begin_step)
    cache = MeasurementCache(folder.parent / f".{folder.name}.check.jsonl")
    pairs = {SAMPLE: sample.pairs, **{judged.name: judged.pairs for judged in collections}}
    logits = score_all(scorers, manifest, reference, pairs, cache, begin_step)
    qualities = {
        judged.name: measure_rankers(judged, logits[judged.name]) for judged in collections
    }
    checked = Check(
        against=reference.name if reference else None,
        calibration=sample.name,
        parity=_parities([scorer.name for scorer in scorers], logits),
        invariance=invariance,
        operators=operators,
        intervals=intervals(qualities),
        queries={judged.name: len(judged.pools) for judged in collections},
        gate=_decide(logits, qualities, manifest),
    )
    described = manifest.model_copy(update={"check": checked, "quality": means(qualities)})
    draw(described, logits[SAMPLE], folder / PLOT)
    write_manifest(described, folder)
    write_card(described, folder, max_queries=spec.max_queries, candidates=spec.candidates)
    cache.remove()
    return described


def _check_graphs(
    folder: Path, manifest: Manifest, sample: QuantizationSample, begin_step: BeginStep
) -> tuple[dict[str, Operators], dict[str, float]]:
    """(operators, invariance) of every graph, whose canonical pairs are checked first.

    Raises ModelError for a graph that exceeds its tolerance.
    """
    advance = begin_step("canonical pairs, invariance, operators", len(manifest.graphs))
    operators, invariance = {}, {}
    for name, graph in manifest.graphs.items():
        runner = Runner.open(folder, manifest, graph)
        check_numbers(runner.session, manifest, name, runner.tokenizer)
        pairs = runner.encoded(sample.subset(INVARIANCE_PAIRS))
        difference = largest_difference(runner, graph, pairs)
        if not difference <= graph.tolerance:  # a NaN fails too
            raise ModelError(
                f"graph {name}: a score changes by {difference:.2g} with the pairs beside it; its "
                f"manifest allows {graph.tolerance:.2g}"
            )
        invariance[name] = float(f"{difference:.2g}")
        session = graph_session(folder, graph, "cpu", profile=True)
        Runner(session, manifest, runner.tokenizer).alone(pairs)
        operators[name] = census(folder, graph, session)
        advance()
    return operators, invariance


def _parities(names: Sequence[str], logits: Logits) -> dict[str, dict[str, Parity]]:
    """Of each scorer on each set of pairs where there is something to compare it with."""
    parities: dict[str, dict[str, Parity]] = {name: {} for name in names}
    for set_name, by_scorer in logits.items():
        fp32 = by_scorer.get(REFERENCE) if set_name == SAMPLE else fp32_logits(by_scorer)
        for name in names:
            if fp32 is not None and fp32 is not by_scorer[name]:
                parities[name][set_name] = parity(by_scorer[name], fp32)
    return {name: by_set for name, by_set in parities.items() if by_set}


def _decide(logits: Logits, qualities: Qualities, manifest: Manifest) -> Gate:
    quantised = [name for name in manifest.graphs if name != FP32]
    ndcg = {
        graph: {name: by_ranker[graph].mean(METRICS[0]) for name, by_ranker in qualities.items()}
        for graph in quantised
    }
    fp32_ndcg = {
        name: by_ranker[FP32].mean(METRICS[0])
        for name, by_ranker in qualities.items()
        if FP32 in by_ranker
    }
    fp32 = fp32_logits(logits[SAMPLE])
    parities = {
        graph: parity(logits[SAMPLE][graph], fp32) for graph in quantised if fp32 is not None
    }
    return gate(ndcg, fp32_ndcg, parities)
