"""`model exits`: every graph of a model folder gets a sibling in parts, with early exits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import torch

from sidecar.errors import ModelError
from sidecar.runtime.manifest import Exits, Graph, Manifest, sha256
from sidecar.workshop.model.exits.cut import cut, layer_ends
from sidecar.workshop.model.exits.fitting import FittedExit, band_of, fit_head, fitted_exit
from sidecar.workshop.model.exits.head import add_head
from sidecar.workshop.model.exits.states import ReadPairs, read_pairs
from sidecar.workshop.model.folder_files import link_files, write_manifest
from sidecar.workshop.model.progress import BeginStep, no_progress
from sidecar.workshop.model.runner import Floats, Runner
from sidecar.workshop.model.staging import staged_folder
from sidecar.workshop.model.text_pair import TextPair
from sidecar.workshop.model.training.group import Group, read_groups
from sidecar.workshop.model.weights import WeightFile, graph_files, open_graph

ADAPTIVE = "-adaptive"
"""Ends the names of graphs with exits."""
WEIGHTS = "weights.exits.bin"
DOCUMENTS = 6
"""Of a group are read at most."""
MIN_HELD_OUT = 100


@dataclass(frozen=True)
class ExitSpec:
    """What the exits are fitted on."""

    groups: Path
    """`groups.jsonl` of a run of `model train`."""
    lost: float = 0.05
    """Share of the held-out groups' best documents that may leave early, at each exit."""
    max_groups: int = 2500
    """Of those to fit on."""


@dataclass(frozen=True)
class ExitOutcome:
    """The folder's manifest now, and its exits."""

    manifest: Manifest
    exits: tuple[FittedExit, ...]


def add_exits(folder: Path, spec: ExitSpec, begin_step: BeginStep = no_progress) -> ExitOutcome:
    """Cuts the folder's graphs after a third and two thirds of the layers, fits a head for each
    exit to the logits of the graph that a CPU runs, and writes the graphs in parts beside them.

    Raises ModelError, and leaves the folder unchanged: no model folder, a graph that is not BERT's
    or reads no segments, groups that cannot be read or are too few.
    """
    folder = folder.resolve()
    manifest = without_exits(Manifest.read(folder))
    manifest.check_reranker()
    groups = _groups(spec)
    parts = {name: _parts(folder, graph) for name, graph in manifest.graphs.items()}
    with staged_folder(folder) as new_folder:
        link_files(folder, new_folder)
        name, graph = manifest.graph_for("cpu")
        files = _write(parts[name], graph, new_folder)
        fit_on, _ = _pairs(groups[0])
        held_out, best = _pairs(groups[1])
        read, held = [
            read_pairs(new_folder, manifest, graph, files, pairs, begin_step(step, len(pairs)))
            for step, pairs in (("pairs to fit on", fit_on), ("held-out pairs", held_out))
        ]
        exits = _fitted(read, held, best, spec.lost, begin_step)
        band = band_of(read.logits)
        new_manifest = _new_manifest(
            manifest, _write_graphs(new_folder, manifest, parts, exits, band), new_folder
        )
        write_manifest(new_manifest, new_folder)
        Manifest.read(new_folder)
    return ExitOutcome(new_manifest, tuple(exits))


def without_exits(manifest: Manifest) -> Manifest:
    """The manifest without the graphs that have exits: they are of the graphs beside them."""
    kept = {name: graph for name, graph in manifest.graphs.items() if graph.exits is None}
    canonical = tuple(
        pair.model_copy(update={"logits": {name: pair.logits[name] for name in kept}})
        for pair in manifest.canonical
    )
    return manifest.model_copy(update={"graphs": kept, "canonical": canonical})


def _groups(spec: ExitSpec) -> tuple[list[Group], list[Group]]:
    """(groups to fit on, groups held out)."""
    try:
        parts = read_groups(spec.groups)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise ModelError(
            f"{spec.groups} is no file of groups, as `model train` writes it: {fault}"
        ) from None
    fit_on, held_out = parts.get("train", [])[: spec.max_groups], parts.get("held", [])
    if min(len(fit_on), len(held_out)) < MIN_HELD_OUT:
        raise ModelError(
            f"{spec.groups} has {len(fit_on)} groups to fit on and {len(held_out)} held out: "
            f"exits need {MIN_HELD_OUT} of each"
        )
    return fit_on, held_out


def _pairs(groups: Sequence[Group]) -> tuple[list[TextPair], torch.Tensor]:
    """(pairs, which of them are a group's best document): each group's first documents, and one of
    another group, since most hits of a search have little to do with its query."""
    pairs, best = [], []
    for group, other in pairwise([*groups, groups[0]]):
        for index, document in enumerate([*group.documents[:DOCUMENTS], other.documents[0]]):
            pairs.append((group.query, document))
            best.append(index == 0)
    return pairs, torch.tensor(best)


def _parts(folder: Path, graph: Graph) -> list[onnx.ModelProto]:
    model = open_graph(folder / graph.file)
    if "token_type_ids" not in {item.name for item in model.graph.input}:
        raise ModelError(
            f"{graph.file} reads no segments (token_type_ids): exits need them to tell a query's "
            "tokens from a document's"
        )
    ends = layer_ends(model)
    return cut(model, [ends[len(ends) // 3 - 1], ends[2 * len(ends) // 3 - 1]])


def _write(parts: Sequence[onnx.ModelProto], graph: Graph, folder: Path) -> list[str]:
    """Writes the parts; returns their names."""
    names = []
    for number, part in enumerate(parts, 1):
        name = f"{Path(graph.file).stem}.part{number}.onnx"
        (folder / name).unlink(missing_ok=True)
        (folder / name).write_bytes(part.SerializeToString(deterministic=True))
        names.append(name)
    return names


def _fitted(
    read: ReadPairs, held_out: ReadPairs, best: torch.Tensor, lost: float, begin_step: BeginStep
) -> list[FittedExit]:
    exits = []
    for number, (features, held) in enumerate(
        zip(read.features, held_out.features, strict=True), 1
    ):
        head = fit_head(features, read.logits, begin_step, f"exit {number}")
        exits.append(fitted_exit(head, held, held_out.logits, best, lost))
    return exits


def _write_graphs(
    folder: Path,
    manifest: Manifest,
    parts: Mapping[str, Sequence[onnx.ModelProto]],
    exits: Sequence[FittedExit],
    band: float,
) -> dict[str, Graph]:
    """Writes the parts with their heads, over one file of the heads' weights; returns the graphs
    by name."""
    graphs, written = {}, dict[str, onnx.TensorProto]()
    with WeightFile.create(folder, WEIGHTS) as weights:
        for name, graph in manifest.graphs.items():
            for number, (part, fitted) in enumerate(zip(parts[name], exits, strict=False), 1):
                add_head(part, fitted.head, f"exit{number}/", weights, written)
            first, *rest = _write(parts[name], graph, folder)
            thresholds = tuple(fitted.threshold for fitted in exits)
            found = Exits(next_parts=tuple(rest), thresholds=thresholds, band=band)
            graphs[name + ADAPTIVE] = graph.model_copy(update={"file": first, "exits": found})
    return graphs


def _new_manifest(manifest: Manifest, graphs: dict[str, Graph], folder: Path) -> Manifest:
    """With the new graphs, their canonical logits and tolerances, and the files."""
    all_graphs, canonical = dict(manifest.graphs), list(manifest.canonical)
    for name, graph in graphs.items():
        logits = _canonical(folder, manifest, graph, 0.0)
        tolerance = graph.canonical_tolerance
        # On another CPU a pair is nearer to a threshold or farther from it by so much.
        moved = [_canonical(folder, manifest, graph, shift) for shift in (-tolerance, tolerance)]
        tolerance += float(max(np.abs(each - logits).max() for each in moved))
        all_graphs[name] = graph.model_copy(update={"canonical_tolerance": round(tolerance, 4)})
        for index, (pair, logit) in enumerate(zip(canonical, logits.tolist(), strict=True)):
            by_graph = {**pair.logits, name: round(logit, 5)}
            canonical[index] = pair.model_copy(update={"logits": by_graph})
    own = {file for graph in all_graphs.values() for file in graph_files(graph, folder)}
    files = own | {name for name in manifest.files if not name.endswith((".onnx", ".bin"))}
    return manifest.model_copy(
        update={
            "graphs": all_graphs,
            "canonical": tuple(canonical),
            "files": {name: sha256(folder / name) for name in sorted(files)},
        }
    )


def _canonical(folder: Path, manifest: Manifest, graph: Graph, shift: float) -> Floats:
    """The canonical logits of a graph with exits, whose thresholds are moved by `shift`."""
    assert graph.exits is not None
    thresholds = tuple(threshold + shift for threshold in graph.exits.thresholds)
    exits = graph.exits.model_copy(update={"thresholds": thresholds})
    return Runner.open(folder, manifest, graph.model_copy(update={"exits": exits})).canonical()
