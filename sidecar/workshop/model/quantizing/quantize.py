"""`model quantize`: the fp32 graph of a model folder becomes graphs of other precisions.

    int8   two graphs over one weight file: integers for CPUs, floats for everything else
    fp16   one graph for CUDA, tolerances measured

The folder is replaced in one step; a folder that has the graphs already is left alone.
"""

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sidecar.errors import ModelError
from sidecar.runtime.manifest import CanonicalPair, Graph, Manifest, sha256
from sidecar.runtime.onnx_session import onnxruntime_version
from sidecar.workshop.model.folder_files import link_files, write_manifest
from sidecar.workshop.model.graphs import FP32, GRAPHS, OPENVINO
from sidecar.workshop.model.measurement_cache import MeasurementCache
from sidecar.workshop.model.progress import BeginStep, no_progress
from sidecar.workshop.model.quantization_sample import QuantizationSample, read_sample
from sidecar.workshop.model.quantizing.precisions import PRECISIONS
from sidecar.workshop.model.quantizing.sensitivity import MAX_DIFFERENCE
from sidecar.workshop.model.quantizing.workspace import QuantizedGraph, Workspace
from sidecar.workshop.model.runner import Runner
from sidecar.workshop.model.staging import staged_folder
from sidecar.workshop.model.weights import graph_files


@dataclass(frozen=True)
class QuantizeSpec:
    """What to make, and how."""

    to: tuple[str, ...] = ("int8",)
    calibration: Path | None = None
    max_difference: float = MAX_DIFFERENCE
    search: bool = True
    keep_fp32: bool = False
    force: bool = False


@dataclass(frozen=True)
class Outcome:
    """The folder's manifest now, and the graphs made; none when it had them already."""

    manifest: Manifest
    made: tuple[str, ...]


def quantize(folder: Path, plan: QuantizeSpec, start: BeginStep = no_progress) -> Outcome:
    """Makes the planned graphs in `folder` and drops the fp32 graph unless it is to be kept.

    `start` is told of each step; the command line shows bars. Raises ModelError: no model folder,
    an altered file, no fp32 graph to start from, a graph that cannot be quantised, a calibration
    set that cannot be read, a disk that is full. The folder is then as it was.
    """
    folder = folder.resolve()
    manifest = Manifest.read(folder)
    if unknown := [name for name in plan.to if name not in PRECISIONS]:
        raise ModelError(f"--to {unknown[0]}: it must be one of {', '.join(PRECISIONS)}")
    wanted = [
        n for n in plan.to if plan.force or not set(PRECISIONS[n].names) <= set(manifest.graphs)
    ]
    if not wanted:
        return Outcome(manifest, ())
    if FP32 not in manifest.graphs:
        raise ModelError(
            f"{folder} has no graph {FP32!r} to start from, only {', '.join(manifest.graphs)}: "
            "export it again (--force), then quantise with every --to at once or with --keep-fp32"
        )
    calibration = read_sample(plan.calibration)
    with staged_folder(folder) as fresh:
        link_files(folder, fresh)
        place = _workplace(folder, fresh, manifest, calibration, plan, start)
        made = [one for name in wanted for one in PRECISIONS[name].make(place)]
        shutil.rmtree(place.trial)
        described = _described(manifest, made, fresh, keep_fp32=plan.keep_fp32)
        for file in set(manifest.files) - set(described.files):
            (fresh / file).unlink()
        write_manifest(described, fresh)
    place.journal.remove()
    return Outcome(described, tuple(one.name for one in made))


def _workplace(
    folder: Path,
    fresh: Path,
    manifest: Manifest,
    calibration: QuantizationSample,
    plan: QuantizeSpec,
    start: BeginStep,
) -> Workspace:
    tick = start("fp32 logits", len(calibration.pairs))
    trial = fresh / "trial"
    trial.mkdir()
    link_files(folder, trial)
    runner = Runner.open(fresh, manifest, manifest.graphs[FP32])
    return Workspace(
        folder=fresh,
        trial=trial,
        manifest=manifest,
        calibration=calibration,
        reference=runner.logits(calibration.pairs, tick),
        budget=plan.max_difference,
        search=plan.search,
        journal=MeasurementCache(folder.parent / f".{folder.name}.search.jsonl"),
        key=_key(manifest, calibration),
        start=start,
    )


def _key(manifest: Manifest, calibration: QuantizationSample) -> str:
    """Of everything that a measured difference depends on."""
    parts = [*sorted(manifest.files.values()), repr(calibration.pairs), onnxruntime_version()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _described(
    manifest: Manifest, made: Sequence[QuantizedGraph], folder: Path, *, keep_fp32: bool
) -> Manifest:
    """The manifest with the new graphs, their canonical logits and their files."""
    graphs: dict[str, Graph] = {**manifest.graphs, **{one.name: one.graph for one in made}}
    if not keep_fp32:
        graphs.pop(FP32)
    order = list(GRAPHS)
    graphs = dict(sorted(graphs.items(), key=lambda item: order.index(item[0])))
    old = {file for graph in manifest.graphs.values() for file in graph_files(graph, folder)}
    kept = {file for graph in graphs.values() for file in graph_files(graph, folder)}
    canonical = tuple(
        CanonicalPair(
            query=pair.query,
            document=pair.document,
            logits={
                **{name: logit for name, logit in pair.logits.items() if name in graphs},
                **{one.name: round(float(one.canonical[place]), 5) for one in made},
            },
        )
        for place, pair in enumerate(manifest.canonical)
    )
    new = {one.name for one in made}
    return manifest.model_copy(
        update={
            "graphs": graphs,
            "canonical": canonical,
            "files": {
                name: sha256(folder / name) for name in sorted(kept | (set(manifest.files) - old))
            },
            "quantization": {
                **{n: q for n, q in manifest.quantization.items() if n in graphs},
                **{one.name: one.quantization for one in made},
            },
            "check": None,  # it was of other graphs
            "quality": {
                n: v
                for n, v in manifest.quality.items()
                if n not in new and not n.startswith(OPENVINO)
            },
        }
    )
