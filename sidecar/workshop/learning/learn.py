"""`rerank-sidecar learn run` from files and a cluster to a model that serves, or does not."""

import shutil
import time
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sidecar.errors import StartupError
from sidecar.judgements.judgements import Judgements
from sidecar.profile import Profile
from sidecar.runtime.manifest import Manifest
from sidecar.workshop.evaluation.candidate_source import CandidateSource
from sidecar.workshop.evaluation.candidates import Candidates
from sidecar.workshop.judgements.formats import Format, read_judgements
from sidecar.workshop.judgements.query_texts import read_query_texts
from sidecar.workshop.learning.card import notes
from sidecar.workshop.learning.click_source import ClickEvidence, ClickSource, evidence_of
from sidecar.workshop.learning.errors import LearningError
from sidecar.workshop.learning.evidence import gather
from sidecar.workshop.learning.gate import MIN_QUERIES, Bounds, objections
from sidecar.workshop.learning.home import Home
from sidecar.workshop.learning.inputs import digests
from sidecar.workshop.learning.material import Material, assemble
from sidecar.workshop.learning.material_files import Prepared, read, write
from sidecar.workshop.learning.measuring import (
    Folders,
    measure_kept,
    measure_lift,
    measure_order,
    read_kept,
)
from sidecar.workshop.learning.passages import passages
from sidecar.workshop.learning.runs import Ledger, Run, now
from sidecar.workshop.learning.taking import Admin, take
from sidecar.workshop.model.check.judged_collection import JudgedCollection, read_judged
from sidecar.workshop.model.progress import BeginStep
from sidecar.workshop.scored_hits.judged_documents import read_judged_documents

if TYPE_CHECKING:
    from sidecar.workshop.model.training.train import Hyperparameters


@dataclass(frozen=True, kw_only=True)
class LearnSpec:
    """The options of `learn run`."""

    home: Home
    start: str
    """Of run 0; later runs train on what serves."""
    profile: Profile
    """How hits are read."""
    hyperparameters: "Hyperparameters"
    judgements: Path | None = None
    format: Format | None = None
    queries: Path | None = None
    clicks: ClickSource | None = None
    since_s: float | None = None
    """Count clicks from this time on; None: from where the last accepted run ended."""
    candidates: CandidateSource | None = None
    """None: the judged documents of a BEIR folder."""
    from_run: int | None = None
    """Train on the model of this run; None: of the one that serves."""
    pairs: int = 1000
    held_out: float = 0.3
    max_queries: int = 1000
    relevant: float = 1.0
    unjudged_irrelevant: bool = False
    keep: tuple[Path, ...] = ()
    keep_queries: int = 100
    bounds: Bounds = field(default_factory=Bounds)
    hold: bool = False
    """Whether an accepted model waits for `learn promote`."""
    admin: Admin | None = None

    def check(self) -> None:
        """Raises StartupError for options that do not go together."""
        if self.judgements is None and self.clicks is None:
            raise LearningError("nothing to learn from: give --judgements or --clicks, or both")
        if self.relevant <= 0:
            raise LearningError("--relevant: a grade of 0 or less is not relevant")
        if self.candidates is not None:
            self.candidates.check()
        elif self.judgements is None or not self.judgements.is_dir():
            raise LearningError(
                "give --candidates FILE, or --cluster URL, --index and --body: only a folder with "
                "corpus.jsonl has the documents beside the judgements"
            )

    def settings(self, parent: int) -> dict[str, Any]:
        """What decides what is learned, beside the inputs."""
        source = self.candidates
        read_by = (
            {}
            if source is None
            else {
                "size": source.size,
                "fields": list(source.fields),
                "id_field": source.id_field,
                "index": source.index,
            }
        )
        return {
            "parent": parent,
            "profile": self.profile.name,
            "pairs": self.pairs,
            "held_out": self.held_out,
            "max_queries": self.max_queries,
            "relevant": self.relevant,
            "unjudged_irrelevant": self.unjudged_irrelevant,
            "since_s": self.since_s,
            "clicks": None if self.clicks is None else str(self.clicks.model),
            **read_by,
            **vars(self.hyperparameters),
        }

    def inputs(self) -> dict[str, str]:
        """Files by their digests, and clusters."""
        source = self.candidates
        files = [self.judgements, self.queries, *(self.clicks.files if self.clicks else ())]
        files += [source.candidates, source.body] if source else []
        logins = (each.login for each in (source, self.clicks) if each is not None and each.login)
        by_file = source is not None and source.candidates is not None
        clusters = (
            {}
            if by_file and not (self.clicks and self.clicks.login)
            else {each.url: "" for each in logins}
        )
        return digests(files) | clusters


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
    general = read_kept(spec.keep, spec.keep_queries)
    home = spec.home
    with home.locked(begin=True) as ledger:
        parent = spec.from_run if spec.from_run is not None else home.serving() or 0
        _check_parent(ledger, spec, parent)
        ended = [run.run for run in ledger.runs.values() if run.verdict != "failed"]
        number = max(ended, default=0) + 1
        prepared, remarks = _prepared(spec, ledger, parent, number, begin_step)
        held_out = _held_out(prepared, spec)
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
            from sidecar.workshop.learning.making import keep_checkpoint

            keep_checkpoint(home.work, home.checkpoint(number))
        shutil.rmtree(home.work, ignore_errors=True)
        if accepted and not spec.hold:
            take(home, ledger, number, "learned", spec.admin)
        serves = accepted and not spec.hold
        return Outcome(run, home.folder(number), serves, remarks)


def _check_parent(ledger: Ledger, spec: LearnSpec, parent: int) -> None:
    if 0 in ledger.runs:
        given = ledger.runs[0].start
        if spec.start not in ("shipped", given):
            raise LearningError(
                f"the runs of {spec.home.name} come from {given}: learn {spec.start} under another "
                "name"
            )
    if parent and (parent not in ledger.runs or ledger.runs[parent].verdict == "failed"):
        raise LearningError(f"there is no run {parent} of {spec.home.name} to train on")


def _prepared(
    spec: LearnSpec, ledger: Ledger, parent: int, number: int, begin_step: BeginStep
) -> tuple[Prepared, tuple[str, ...]]:
    """The material of an interrupted run like this one, or new material; and remarks on it."""
    work, settings, inputs = spec.home.work, spec.settings(parent), spec.inputs()
    found = read(work, settings, inputs)
    if found is not None:
        return found, ("goes on with the run that was interrupted",)
    material, clicks = _material(spec, ledger, begin_step)
    _check_size(material, spec)
    shutil.rmtree(work, ignore_errors=True)
    try:
        work.mkdir()
        pairs = f"{spec.home.name}-{number}.jsonl"
        prepared = write(material, work, pairs, settings, inputs, clicks.read if clicks else None)
    except OSError as fault:
        raise LearningError(f"{work} cannot be written: {fault.strerror}") from None
    return prepared, (*(clicks.notes if clicks else ()), *_remarks(material, spec))


def _material(
    spec: LearnSpec, ledger: Ledger, begin_step: BeginStep
) -> tuple[Material, ClickEvidence | None]:
    given = _given(spec)
    clicks = _clicks(spec, ledger, begin_step)
    evidence = gather(
        given,
        clicks.judgements if clicks else None,
        clicks.weights if clicks else {},
        share=spec.held_out,
        max_queries=spec.max_queries,
    )
    if spec.candidates is not None:
        candidates, _ = spec.candidates.find(evidence.judgements, begin_step)
    else:
        assert spec.judgements is not None, "checked"
        candidates = read_judged_documents(spec.judgements, evidence.judgements)

    def read_hits(each: Candidates) -> list[str]:
        return passages(each.query, each.hits, spec.profile)

    material = assemble(
        evidence,
        candidates,
        read_hits,
        relevant=spec.relevant,
        unjudged_irrelevant=spec.unjudged_irrelevant,
    )
    return material, clicks


def _given(spec: LearnSpec) -> Judgements | None:
    if spec.judgements is None:
        return None
    given = read_judgements(spec.judgements, spec.format)
    return given if spec.queries is None else given.with_texts(read_query_texts(spec.queries))


def _clicks(spec: LearnSpec, ledger: Ledger, begin_step: BeginStep) -> ClickEvidence | None:
    if spec.clicks is None:
        return None
    since_s, now_s = spec.since_s, time.time()
    if since_s is None:
        last = ledger.last_accepted
        since_s = last.clicks.until_s if last and last.clicks else -inf
    return evidence_of(spec.clicks.judge(since_s, now_s, begin_step), since_s, now_s)


def _check_size(material: Material, spec: LearnSpec) -> None:
    if not material.training_queries:
        raise LearningError(
            "no query to train on has a relevant document among its hits: do the hits have the "
            "judgements' IDs (--id-field)?"
        )
    if len(material.held_out) < MIN_QUERIES:
        why = (
            ""
            if spec.unjudged_irrelevant
            else ("; --unjudged-irrelevant counts hits without a judgement as grade 0")
        )
        raise LearningError(
            f"{len(material.held_out)} held-out queries have relevant and other hits, and fewer "
            f"than {MIN_QUERIES} cannot show a lift: more judgements, or a larger --held-out{why}"
        )


def _remarks(material: Material, spec: LearnSpec) -> tuple[str, ...]:
    remarks = []
    if len(material.held_out) < 2 * MIN_QUERIES:
        remarks.append(f"{len(material.held_out)} held-out queries show a large lift alone")
    if material.absent > material.relevant_pairs:
        remarks.append(
            f"{material.absent} relevant documents are not among the hits: do the IDs differ "
            "(--id-field), or is --size too small?"
        )
    if 6 * material.relevant_pairs < spec.pairs:
        remarks.append(
            f"{material.relevant_pairs} relevant pairs make {6 * material.relevant_pairs} of the "
            f"{spec.pairs} pairs that are wanted"
        )
    return tuple(remarks)


def _held_out(prepared: Prepared, spec: LearnSpec) -> JudgedCollection:
    return read_judged(prepared.held_out, None, spec.relevant)


def _begin(spec: LearnSpec, ledger: Ledger, begin_step: BeginStep) -> None:
    """Makes run 0 and lets the name point to it."""
    from sidecar.workshop.learning.making import make_start

    home, start = spec.home, spec.start
    start = str(Path(start).resolve()) if Path(start).is_dir() else start
    shutil.rmtree(home.folder(0), ignore_errors=True)
    make_start(start, home.folder(0), begin_step)
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
        spec.pairs,
        known.model or home.name,
        spec.hyperparameters,
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


def _start_of(home: Home, ledger: Ledger, parent: int) -> str:
    """What `model train` begins with: the checkpoint where there is one, for its weights are not
    rounded."""
    if home.checkpoint(parent).is_dir():
        return str(home.checkpoint(parent))
    given = ledger.runs[parent].start
    return given if given is not None and Path(given).is_dir() else str(home.folder(parent))


def _put_in_place(home: Home, run: Run) -> None:
    """Moves the model folder out of the work; what a run that was interrupted here has left is
    replaced."""
    folder = home.folder(run.run)
    shutil.rmtree(folder, ignore_errors=True)
    (home.work / "model").rename(folder)
