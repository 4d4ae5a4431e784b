"""`model calibrate` from judged collections to the manifest."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sidecar.errors import ModelError
from sidecar.runtime.manifest import Manifest
from sidecar.workshop.model.check.judged_collection import read_judged
from sidecar.workshop.model.folder_files import write_manifest
from sidecar.workshop.model.progress import BeginStep, no_progress
from sidecar.workshop.model.runner import Runner
from sidecar.workshop.model.score_calibration.judged_pairs import judged_sets
from sidecar.workshop.model.score_calibration.outcome import Outcome, calibrated


@dataclass(frozen=True)
class ModelCalibrationSpec:
    """What to calibrate on."""

    judged: Sequence[Path]
    """Folders for `read_judged`."""
    max_queries: int | None = None
    """Of each collection."""
    relevant: float | None = None
    """The lowest relevant grade; None: the collection's own."""
    unrelated: int = 1000
    """Pairs of a query and a document of another collection."""


def calibrate_model(
    folder: Path, spec: ModelCalibrationSpec, *, write: bool, begin_step: BeginStep = no_progress
) -> Outcome:
    """Fits temperature and bias to the scores of the graph that a CPU runs; with `write` they go
    into the folder's manifest.

    Raises ModelError: an altered folder, a malformed collection, no graph for a CPU; FittingError:
    one query alone, or logits that say nothing about relevance. Then nothing is written.
    """
    if not spec.judged:
        raise ModelError("nothing to calibrate on: give --judged")
    folder = folder.resolve()
    manifest = Manifest.read(folder)
    manifest.check_reranker()
    collections = [read_judged(path, spec.max_queries, spec.relevant) for path in spec.judged]
    sets = judged_sets(collections, spec.unrelated)
    pairs = [pair for each in sets for pair in each.pairs]
    name, graph = manifest.graph_for("cpu")
    advance = begin_step(f"{name} logits", len(pairs))
    logits = Runner.open(folder, manifest, graph).logits(pairs, advance)
    outcome = calibrated(sets, logits, manifest.calibration)
    if write:
        fitted = {"temperature": outcome.after.temperature, "bias": outcome.after.bias}
        write_manifest(manifest.model_copy(update=fitted), folder)
    return outcome
