"""`model quantize`: a model folder's fp32 graph becomes graphs of other precisions.

    int8   two graphs over one weight file: integers for CPUs, floats for everything else
    fp16   one graph for CUDA, with measured tolerances

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
    """Names of `precisions.PRECISIONS`."""
    sample: Path | None = None
    """A file for `read_sample`; None: the default sample."""
    max_difference: float = MAX_DIFFERENCE
    """Error budget of int8: see `sensitivity`."""
    search: bool = True
    """Without it every weight becomes int8, whatever it costs."""
    keep_fp32: bool = False
    force: bool = False


@dataclass(frozen=True)
class Outcome:
    """The folder's manifest now, and the names of the new graphs; empty when it had them all."""

    manifest: Manifest
    new_graphs: tuple[str, ...]


def quantize(folder: Path, spec: QuantizeSpec, begin_step: BeginStep = no_progress) -> Outcome:
    """Makes the graphs in `folder`, and drops the fp32 graph unless the spec keeps it.

    Raises ModelError, and leaves the folder unchanged: no model folder, an altered file, no fp32
    graph to start from, a graph that cannot be quantised, an unreadable sample, a full disk.
    """
    folder = folder.resolve()
    manifest = Manifest.read(folder)
    if unknown := [name for name in spec.to if name not in PRECISIONS]:
        raise ModelError(f"--to {unknown[0]}: it must be one of {', '.join(PRECISIONS)}")
    missing = [
        name
        for name in spec.to
        if spec.force or not set(PRECISIONS[name].graphs) <= set(manifest.graphs)
    ]
    if not missing:
        return Outcome(manifest, ())
    if FP32 not in manifest.graphs:
        raise ModelError(
            f"{folder} has no graph {FP32!r} to start from, only {', '.join(manifest.graphs)}: "
            "export it again (--force), then quantise with every --to at once or with --keep-fp32"
        )
    sample = read_sample(spec.sample)
    with staged_folder(folder) as new_folder:
        link_files(folder, new_folder)
        workspace = _open_workspace(folder, new_folder, manifest, sample, spec, begin_step)
        made = [graph for name in missing for graph in PRECISIONS[name].make(workspace)]
        shutil.rmtree(workspace.trial)
        new_manifest = _new_manifest(manifest, made, new_folder, keep_fp32=spec.keep_fp32)
        for file in set(manifest.files) - set(new_manifest.files):
            (new_folder / file).unlink()
        write_manifest(new_manifest, new_folder)
    workspace.cache.remove()
    return Outcome(new_manifest, tuple(graph.name for graph in made))


def _open_workspace(
    folder: Path,
    new_folder: Path,
    manifest: Manifest,
    sample: QuantizationSample,
    spec: QuantizeSpec,
    begin_step: BeginStep,
) -> Workspace:
    advance = begin_step("fp32 logits", len(sample.pairs))
    trial = new_folder / "trial"
    trial.mkdir()
    link_files(folder, trial)
    runner = Runner.open(new_folder, manifest, manifest.graphs[FP32])
    return Workspace(
        folder=new_folder,
        trial=trial,
        manifest=manifest,
        sample=sample,
        reference=runner.logits(sample.pairs, advance),
        budget=spec.max_difference,
        search=spec.search,
        cache=MeasurementCache(folder.parent / f".{folder.name}.search.jsonl"),
        key=_key(manifest, sample),
        begin_step=begin_step,
    )


def _key(manifest: Manifest, sample: QuantizationSample) -> str:
    """Of everything that a measured difference depends on."""
    parts = [*sorted(manifest.files.values()), repr(sample.pairs), onnxruntime_version()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _new_manifest(
    manifest: Manifest, made: Sequence[QuantizedGraph], folder: Path, *, keep_fp32: bool
) -> Manifest:
    """The manifest with the new graphs, their canonical logits and their files."""
    kept = {name: graph for name, graph in manifest.graphs.items() if graph.exits is None}
    graphs: dict[str, Graph] = {**kept, **{new.name: new.graph for new in made}}
    if not keep_fp32:
        graphs.pop(FP32)
    order = list(GRAPHS)
    graphs = dict(sorted(graphs.items(), key=lambda item: order.index(item[0])))
    old_files = {file for graph in manifest.graphs.values() for file in graph_files(graph, folder)}
    graph_file_names = {file for graph in graphs.values() for file in graph_files(graph, folder)}
    files = graph_file_names | (set(manifest.files) - old_files)
    canonical = tuple(
        CanonicalPair(
            query=pair.query,
            document=pair.document,
            logits={
                **{name: logit for name, logit in pair.logits.items() if name in graphs},
                **{new.name: round(float(new.canonical[index]), 5) for new in made},
            },
        )
        for index, pair in enumerate(manifest.canonical)
    )
    new_names = {new.name for new in made}
    return manifest.model_copy(
        update={
            "graphs": graphs,
            "canonical": canonical,
            "files": {name: sha256(folder / name) for name in sorted(files)},
            "quantization": {
                **{name: kept for name, kept in manifest.quantization.items() if name in graphs},
                **{new.name: new.quantization for new in made},
            },
            "check": None,  # it measured other graphs
            "quality": {
                name: values
                for name, values in manifest.quality.items()
                if name not in new_names and not name.startswith(OPENVINO)
            },
        }
    )
