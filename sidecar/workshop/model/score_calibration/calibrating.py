"""`model calibrate` from judged collections, or the recipe's pools, to the manifest."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sidecar.errors import ModelError
from sidecar.runtime.manifest import Manifest
from sidecar.workshop.model.check.judged_collection import JudgedCollection, read_judged
from sidecar.workshop.model.folder_files import write_manifest
from sidecar.workshop.model.progress import BeginStep, no_progress
from sidecar.workshop.model.runner import Runner
from sidecar.workshop.model.score_calibration.judged_pairs import judged_sets
from sidecar.workshop.model.score_calibration.outcome import Outcome, calibrated


@dataclass(frozen=True)
class ModelCalibrationSpec:
    """What to calibrate on."""

    judged: Sequence[Path] = ()
    """Folders for `read_judged`."""
    recipe: Path | None = None
    """The data folder of the shipped models' recipe: pools of texts that `model train` left out."""
    pools: int = 20
    """Of each collection of the recipe."""
    measured: Sequence[Path] = ()
    """Folders for `read_judged` that nothing is fitted to."""
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
    if not (spec.judged or spec.recipe):
        raise ModelError("nothing to calibrate on: give --judged or --recipe")
    folder = folder.resolve()
    manifest = Manifest.read(folder)
    manifest.check_reranker()
    to_fit = judged_sets(_collections(spec, manifest), spec.unrelated)
    others = _read(spec.measured, spec)
    measured = judged_sets(others, spec.unrelated) if others else []
    pairs = [pair for each in (*to_fit, *measured) for pair in each.pairs]
    name, graph = manifest.graph_for("cpu")
    advance = begin_step(f"{name} logits", len(pairs))
    logits = Runner.open(folder, manifest, graph).logits(pairs, advance)
    outcome = calibrated(to_fit, measured, logits, manifest.calibration)
    if write:
        fitted = {"temperature": outcome.after.temperature, "bias": outcome.after.bias}
        write_manifest(manifest.model_copy(update=fitted), folder)
    return outcome


def _collections(spec: ModelCalibrationSpec, manifest: Manifest) -> list[JudgedCollection]:
    """Those to fit to."""
    found = _read(spec.judged, spec)
    if spec.recipe is not None:
        # Needs the extra `build`, which judged collections do not.
        from sidecar.workshop.model.recipe.pool_collections import unseen_collections

        found += unseen_collections(spec.recipe, spec.pools, manifest.languages)
    if not found:
        raise ModelError(
            f"the recipe has no collection in the model's languages "
            f"({', '.join(manifest.languages)}): give --judged"
        )
    return found


def _read(folders: Sequence[Path], spec: ModelCalibrationSpec) -> list[JudgedCollection]:
    return [read_judged(path, spec.max_queries, spec.relevant) for path in folders]
