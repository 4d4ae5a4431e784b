"""`rerank-sidecar fit`, from files to a profile.

candidates ─ the model, once ─► parts ─ cross_validation ─► weights, and their held-out lift
weights ─► profile ─ proof: the service's own path ─► file
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sidecar.judgements.files import write_text
from sidecar.judgements.judgements import Judgements
from sidecar.profile import ProfileCalibration
from sidecar.workshop.calibrating.cross_calibration import Calibrated, cross_calibrate
from sidecar.workshop.calibrating.logistic import fit_calibration, scores_of
from sidecar.workshop.evaluation.candidates import Candidates
from sidecar.workshop.fitting.ascent import CoordinateAscent
from sidecar.workshop.fitting.changes import changes
from sidecar.workshop.fitting.cross_validation import (
    CrossValidated,
    Method,
    cross_validate,
    fit_count,
)
from sidecar.workshop.fitting.pairwise import PairwiseLogistic
from sidecar.workshop.fitting.parameters import Parameters
from sidecar.workshop.model.progress import BeginStep
from sidecar.workshop.scored_hits.assembling import Judged, assemble
from sidecar.workshop.scored_hits.judged_hits import JudgedHits
from sidecar.workshop.scored_hits.judged_parts import FittingError
from sidecar.workshop.scored_hits.profile_source import ProfileSource
from sidecar.workshop.scored_hits.profile_text import profile_text
from sidecar.workshop.scored_hits.proof import Proof, prove
from sidecar.workshop.scored_hits.scored_query import default_parts
from sidecar.workshop.scored_hits.scoring import OpenedModel, opened, score_hits
from sidecar.workshop.scored_hits.weighted import Weights, logits

MIN_QUERIES = 5
"""With fewer, one fold would be one query, and no interval would leave out 0."""
MethodName = Literal["logistic", "ascent"]


@dataclass(frozen=True)
class FitSpec:
    """What to fit, and how."""

    source: ProfileSource
    judgements: Judgements
    candidates: Sequence[Candidates]
    out: Path
    parts: Path | None = None
    """File for the parts of scored pairs; None: `default_parts`."""
    model: Path | None = None
    method: MethodName = "logistic"
    depth: int = 10
    relevant: float = 1.0
    """The lowest relevant grade, for the calibration."""
    calibrate: bool = True
    unjudged_irrelevant: bool = False
    force: bool = False


@dataclass(frozen=True)
class FitOutcome:
    """What was fitted, and what it is worth."""

    judged: Judged
    parameters: Parameters
    weights: Weights
    validated: CrossValidated
    interval: tuple[float, float]
    """95 % of the held-out lift."""
    calibrated: Calibrated | None
    calibration_fault: str | None
    """Why there is no calibration."""
    text: str
    """Of the profile."""
    proof: Proof | None = None
    """None where nothing was written."""

    @property
    def is_lift(self) -> bool:
        """Whether the interval leaves out 0, on the right side."""
        return self.interval[0] > 0


def fit(spec: FitSpec, begin_step: BeginStep) -> FitOutcome:
    """Fits, and writes `spec.out` if the lift is one or `spec.force` is set.

    Raises FittingError, ProfileError or ModelError with the reason; then nothing is written but the
    parts of what was scored.
    """
    profile = spec.source.profile
    parameters = Parameters.of(profile)
    hits = JudgedHits.of(
        spec.candidates,
        spec.judgements,
        profile,
        unjudged_irrelevant=spec.unjudged_irrelevant,
    )
    with opened(spec.model, profile) as model:
        revision = model.score_revision
        parts = spec.parts or default_parts(spec.out, revision)
        scored = score_hits(hits.candidates, profile, model, parts, begin_step)
        judged = assemble(
            scored,
            spec.judgements,
            profile,
            spec.depth,
            unjudged_irrelevant=spec.unjudged_irrelevant,
            notes=hits.notes,
        )
        outcome = _fitted(spec, parameters, judged, revision, begin_step)
        if not outcome.is_lift and not spec.force:
            return outcome
        proof = _prove(spec, outcome, hits, model)
    write_text(spec.out, outcome.text)
    return replace(outcome, proof=proof)


def _fitted(
    spec: FitSpec, parameters: Parameters, judged: Judged, revision: str, begin_step: BeginStep
) -> FitOutcome:
    parts = judged.parts
    if parts.queries < MIN_QUERIES:
        raise FittingError(
            f"at least {MIN_QUERIES} queries are needed whose judged hits differ in grade, and "
            f"there {'is' if parts.queries == 1 else 'are'} {parts.queries}"
        )
    space = parameters.space(parts)
    method: Method = CoordinateAscent(spec.depth) if spec.method == "ascent" else PairwiseLogistic()
    advance = begin_step("fits", fit_count(parts.queries))
    validated = cross_validate(parts, space, method, spec.depth, advance)
    weights = space.weights(validated.vector)
    interval = validated.lift_interval
    calibrated, fault = _calibrated(spec, judged, parameters.given, weights, validated)
    profile = spec.source.profile
    changed = changes(profile, parameters.fields, parameters.signals, weights)
    own = None if calibrated is None else ProfileCalibration.of(revision, calibrated.calibration)
    comments = _comments(spec, judged, validated, interval)
    text = profile_text(profile, changed, own, comments)
    return FitOutcome(judged, parameters, weights, validated, interval, calibrated, fault, text)


def _calibrated(
    spec: FitSpec, judged: Judged, given: Weights, weights: Weights, validated: CrossValidated
) -> tuple[Calibrated | None, str | None]:
    """(the calibration, why there is none). Its worth is measured on logits of weights that were
    fitted without their query."""
    if not spec.calibrate:
        return None, None
    parts = judged.parts
    relevant = parts.grades >= spec.relevant
    before = scores_of(logits(parts, given), spec.source.profile.own_calibration)
    try:
        found = cross_calibrate(
            validated.held_out_logits, relevant, parts.starts, parts.certainty, before
        )
        calibration = fit_calibration(logits(parts, weights), relevant, parts.certainty)
    except FittingError as fault:
        return None, fault.message
    return replace(found, calibration=calibration), None


def _prove(spec: FitSpec, outcome: FitOutcome, hits: JudgedHits, model: OpenedModel) -> Proof:
    """The written profile, read back and asked. Raises FittingError if it is not as predicted."""
    written = spec.source.loaded(outcome.text, spec.out)
    fused = logits(outcome.judged.parts, outcome.weights)
    predicted = written.own_calibration.calibrated(fused)
    return prove(written, predicted, outcome.judged, hits.candidates, model, spec.depth)


def _comments(
    spec: FitSpec, judged: Judged, validated: CrossValidated, interval: tuple[float, float]
) -> list[str]:
    low, high = interval
    day = datetime.now(UTC).date().isoformat()
    before, after = float(validated.before.mean()), float(validated.after.mean())
    lines = [
        f"Written by `rerank-sidecar fit` on {day}: {judged.parts.queries} queries, "
        f"{judged.parts.pairs} judged hits, method {spec.method}.",
        f"nDCG@{spec.depth} on queries that were held out: {before:.3f} -> {after:.3f}, "
        f"{after - before:+.4f} [{low:+.4f}, {high:+.4f}].",
    ]
    if low <= 0:
        lines.append("THE LIFT MAY BE 0: this was written because --force was given.")
    return lines
