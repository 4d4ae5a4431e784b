"""`rerank-sidecar learn run` from files and a cluster to a model that serves, or does not."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from sidecar.errors import StartupError
from sidecar.runtime.manifest import MANIFEST, Manifest
from sidecar.workshop.learning.card import notes
from sidecar.workshop.learning.errors import LearningError
from sidecar.workshop.learning.gate import objections
from sidecar.workshop.learning.home import Home
from sidecar.workshop.learning.material_files import Prepared
from sidecar.workshop.learning.measuring import (
    Folders,
    measure_kept,
    measure_lift,
    measure_order,
    read_kept,
)
from sidecar.workshop.learning.preparing import prepare
from sidecar.workshop.learning.runs import Ledger, Run, now
from sidecar.workshop.learning.spec import LearnSpec
from sidecar.workshop.learning.taking import take
from sidecar.workshop.model.check.judged_collection import JudgedCollection, read_judged
from sidecar.workshop.model.progress import BeginStep


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    run: Run
    folder: Path
    serves: bool
    notes: tuple[str, ...]


def learn(spec: LearnSpec, begin_step: BeginStep) -> Outcome:
    """One run. An accepted model takes the name, unless it is on hold.

    Raises StartupError in one line, or a line for each fault of a file; what serves is then as it
    was.
    """
    spec.check()
    # Now: where an extra is missing, an hour of reading would end without it.
    from sidecar.workshop.learning import making

    general = read_kept(spec.keep, spec.keep_queries)
    home = spec.home
    with home.locked(begin=True) as ledger:
        parent = spec.from_run if spec.from_run is not None else home.serving() or 0
        _check_parent(ledger, spec, parent)
        ended = [run.run for run in ledger.runs.values() if run.verdict != "failed"]
        number = max(ended, default=0) + 1
        prepared, remarks = prepare(spec, ledger, parent, number, begin_step)
        held_out = read_judged(prepared.held_out, None, spec.relevant)
        if 0 not in ledger.runs:
            _begin(spec, ledger, begin_step)
        began, started = now(), time.monotonic()
        known = Run(
            run=number,
            at=began,
            verdict="failed",
            parent=parent,
            beside=home.serving() or 0,
            inputs=prepared.inputs,
            settings=spec.settings(parent),
            clicks=prepared.clicks,
            figures=prepared.figures,
            model=f"{home.name}-{number}",
        )
        try:
            run = _made(spec, ledger, known, prepared, held_out, general, begin_step)
            _put_in_place(home, run)
        except OSError as fault:
            failed = LearningError(f"{fault.filename or home.runs}: {fault.strerror or fault}")
            ledger.add(known.model_copy(update={"reasons": (failed.message,)}))
            raise failed from None
        except StartupError as fault:
            ledger.add(known.model_copy(update={"reasons": (fault.message,)}))
            raise
        run = run.model_copy(update={"seconds": round(time.monotonic() - started, 1)})
        ledger.add(run)
        accepted = run.verdict == "accepted"
        if accepted:
            making.keep_checkpoint(home.work, home.checkpoint(number))
        shutil.rmtree(home.work, ignore_errors=True)
        serves = accepted and not spec.hold
        if serves:
            _take(spec, ledger, number)
        return Outcome(run, home.folder(number), serves, remarks)


def _check_parent(ledger: Ledger, spec: LearnSpec, parent: int) -> None:
    if 0 in ledger.runs:
        given = ledger.runs[0].start
        if spec.start != "shipped" and _whole(spec.start) != given:
            raise LearningError(
                f"the runs of {spec.home.name} come from {given}: learn {spec.start} under another "
                "name"
            )
    if parent and (parent not in ledger.runs or ledger.runs[parent].verdict == "failed"):
        raise LearningError(f"there is no run {parent} of {spec.home.name} to train on")


def _begin(spec: LearnSpec, ledger: Ledger, begin_step: BeginStep) -> None:
    """Makes run 0 and lets the name point to it."""
    from sidecar.workshop.learning.making import make_start

    home, start = spec.home, _whole(spec.start)
    shutil.rmtree(home.folder(0), ignore_errors=True)
    try:
        make_start(start, home.folder(0), begin_step)
    except StartupError:
        shutil.rmtree(home.work, ignore_errors=True)
        raise
    manifest = Manifest.read(home.folder(0))
    ledger.add(
        Run(
            run=0,
            at=now(),
            verdict="start",
            start=start,
            model=manifest.name,
            digest=manifest.files_digest,
        )
    )
    home.point_to(0)
    ledger.serve(0, "learned")


def _whole(start: str) -> str:
    """The start by its whole path, if it is a folder."""
    return str(Path(start).resolve()) if Path(start).is_dir() else start


def _made(
    spec: LearnSpec,
    ledger: Ledger,
    known: Run,
    prepared: Prepared,
    held_out: JudgedCollection,
    general: list[JudgedCollection],
    begin_step: BeginStep,
) -> Run:
    """Trains, measures and judges; the model folder lies in the work."""
    from sidecar.workshop.learning.making import Training, calibrate, check_model, make_model

    home, parent = spec.home, known.parent or 0
    training = Training(
        _start_of(home, ledger, parent),
        prepared.pairs,
        known.model or home.name,
        spec.schedule,
    )
    new = make_model(training, home.work, begin_step)
    folders = Folders(new, home.folder(known.beside or 0), home.folder(0))
    lift = measure_lift(folders, held_out, begin_step)
    kept = measure_kept(folders, general, begin_step)
    order = measure_order(folders, begin_step)
    ece = calibrate(new, prepared.held_out, held_out, spec.relevant, begin_step)
    reasons = objections(lift, kept, order, spec.bounds)
    judged = known.model_copy(
        update={
            "verdict": "refused" if reasons else "accepted",
            "reasons": reasons,
            "lift": lift,
            "kept": tuple(kept),
            "order": order,
            "ece": ece,
        }
    )
    too_coarse = check_model(new, home.work, notes(judged), begin_step)
    if too_coarse is not None:
        judged = judged.model_copy(
            update={"verdict": "refused", "reasons": (*reasons, f"quantised: {too_coarse}")}
        )
    return judged.model_copy(update={"digest": Manifest.read(new).files_digest})


def _take(spec: LearnSpec, ledger: Ledger, number: int) -> None:
    try:
        take(spec.home, ledger, number, "learned", spec.admin)
    except StartupError as fault:
        raise LearningError(
            f"run {number} was accepted and does not serve: {fault.message}; `rerank-sidecar learn "
            f"promote {spec.home.name} {number}` tries it again"
        ) from None


def _start_of(home: Home, ledger: Ledger, parent: int) -> str:
    """What `model train` begins with: the checkpoint where there is one, for its weights are not
    rounded."""
    if home.checkpoint(parent).is_dir():
        return str(home.checkpoint(parent))
    given = ledger.runs[parent].start
    if given in (None, "shipped") or (Path(given) / MANIFEST).is_file():
        return str(home.folder(parent))
    return given


def _put_in_place(home: Home, run: Run) -> None:
    """Moves the model folder out of the work; what a run that was interrupted here has left is
    replaced."""
    folder = home.folder(run.run)
    shutil.rmtree(folder, ignore_errors=True)
    (home.work / "model").rename(folder)
