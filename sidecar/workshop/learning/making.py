"""The model folder of a run: trained, exported, quantised, calibrated, checked. Needs the extra
`build`.

Each step goes on where an interrupted one stopped, and does nothing when it was done.
"""

import shutil
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from sidecar.runtime.manifest import MANIFEST, Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.workshop.learning.spec import Schedule
from sidecar.workshop.model.check.card import CARD
from sidecar.workshop.model.check.checking import CheckSpec, check
from sidecar.workshop.model.check.judged_collection import JudgedCollection
from sidecar.workshop.model.package import export
from sidecar.workshop.model.pretrained import TRAINING_SUMMARY
from sidecar.workshop.model.progress import BeginStep
from sidecar.workshop.model.quantizing.quantize import QuantizeSpec, quantize
from sidecar.workshop.model.score_calibration.calibrating import (
    ModelCalibrationSpec,
    calibrate_model,
)
from sidecar.workshop.model.staging import staged_folder
from sidecar.workshop.model.training.negatives import NEGATIVES
from sidecar.workshop.model.training.train import Hyperparameters
from sidecar.workshop.model.training.training_job import (
    TeacherSpec,
    TrainingData,
    TrainingSpec,
    run_training,
)
from sidecar.workshop.scored_hits.judged_parts import FittingError

MIN_TO_CALIBRATE = 20
"""Held-out queries; with fewer the calibration of the training stays."""
UNRELATED = 1000
CHECKPOINT, MODEL = "checkpoint", "model"
NEEDLESS = ("state.pt", "groups.jsonl")
"""Of a checkpoint that is trained: most of its bytes, and the users' texts."""


@dataclass(frozen=True)
class Training:
    """What is trained, from what, and how long."""

    start: str
    """As `model train` takes it."""
    data: Path
    """Lines of `model train --pairs`."""
    name: str
    """The model's, in answers."""
    schedule: Schedule


def make_model(training: Training, work: Path, begin_step: BeginStep) -> Path:
    """The model folder below `work`, with graphs for CPUs and GPUs. Raises ModelError."""
    checkpoint, folder = work / CHECKPOINT, work / MODEL
    if not (checkpoint / TRAINING_SUMMARY).exists():
        _train(training, checkpoint, begin_step)
    advance = begin_step("export", 1)
    export(str(checkpoint), folder, training.name)
    advance()
    quantize(folder, QuantizeSpec(), begin_step)
    return folder


def _train(training: Training, checkpoint: Path, begin_step: BeginStep) -> None:
    given = training.schedule
    hyperparameters = Hyperparameters(
        given.minutes, given.epochs, given.rate, given.max_tokens, seed=given.seed
    )
    groups = ceil(given.pairs / (NEGATIVES + 1))
    steps = ceil(groups / hyperparameters.groups_per_batch) * hyperparameters.epochs
    advance = begin_step("train", steps)
    done = 0

    def report(event: dict[str, Any]) -> None:
        nonlocal done
        for _ in range(event["step"] - done):
            advance()
        done = event["step"]

    data = TrainingData(pairs=(training.data,), groups=groups)
    spec = TrainingSpec(training.start, data, TeacherSpec(), hyperparameters)
    run_training(spec, checkpoint, report)


def make_start(start: str, folder: Path, begin_step: BeginStep) -> None:
    """Run 0: a copy of the model folder `start`, or what export and quantising make of it.

    Raises ModelError; `folder` is then not there.
    """
    source = shipped_model() if start == "shipped" else Path(start)
    if (source / MANIFEST).is_file():
        manifest = Manifest.read(source)
        with staged_folder(folder) as new:
            for name in (MANIFEST, CARD, *manifest.files, "config.json"):
                if (source / name).is_file():
                    shutil.copy2(source / name, new)
        return
    made = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(made, ignore_errors=True)
    advance = begin_step("export the start", 1)
    try:
        export(start, made)
        advance()
        quantize(made, QuantizeSpec(), begin_step)
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def calibrate(
    folder: Path, held_out: Path, judged: JudgedCollection, relevant: float, begin_step: BeginStep
) -> tuple[float, float] | None:
    """Fits the folder's temperature and bias to the held-out queries and unrelated pairs; returns
    the mean ECE before and after, by cross-validation.

    None, and nothing is changed, with fewer than MIN_TO_CALIBRATE queries, or where the logits say
    nothing of relevance.
    """
    if len(judged.pools) < MIN_TO_CALIBRATE:
        return None
    longest = max(len(pool.documents) for pool in judged.pools)
    unrelated = UNRELATED if len(judged.texts) > 2 * longest else 0
    spec = ModelCalibrationSpec((held_out,), relevant=relevant, unrelated=unrelated)
    try:
        outcome = calibrate_model(folder, spec, write=True, begin_step=begin_step)
    except FittingError:
        return None
    before, after = map(outcome.mean_ece, (outcome.scores_before, outcome.scores_after))
    return round(before, 4), round(after, 4)


def check_model(folder: Path, work: Path, notes: str, begin_step: BeginStep) -> str | None:
    """Measures the folder and writes its card with the notes; why quantising cost too much, if it
    did. Raises ModelError or DeviceError."""
    (folder / CARD).write_text(notes, encoding="utf8")
    checked = check(folder, CheckSpec(against=str(work / CHECKPOINT)), begin_step).check
    assert checked is not None
    return checked.gate.reason if checked.gate.passed is False else None


def keep_checkpoint(work: Path, folder: Path) -> None:
    """Moves what the next run trains on out of the work."""
    for name in NEEDLESS:
        (work / CHECKPOINT / name).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    (work / CHECKPOINT).rename(folder)
