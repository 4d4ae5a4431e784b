"""`rerank-sidecar calibrate`, from files to a profile.

candidates ─ the model, once ─► logits ─ cross_calibration ─► temperature, bias, and their worth
calibrated scores ─ threshold ─► min_score          profile ─ proof ─► file, and the pairs beside it
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sidecar.judgements.files import write_text
from sidecar.judgements.judgements import Judgements
from sidecar.profile import ProfileCalibration
from sidecar.workshop.calibrating.cross_calibration import Calibrated, cross_calibrate
from sidecar.workshop.calibrating.kept_pairs import (
    ENDING_OF_PAIRS,
    Calibrating,
    path_beside,
    read_pairs,
    write_pairs,
)
from sidecar.workshop.calibrating.logistic import scores_of
from sidecar.workshop.calibrating.threshold import Threshold, measured_threshold, threshold_lines
from sidecar.workshop.evaluation.candidates import Candidates
from sidecar.workshop.model.progress import BeginStep
from sidecar.workshop.scored_hits.assembling import Judged, assemble
from sidecar.workshop.scored_hits.judged_hits import JudgedHits
from sidecar.workshop.scored_hits.judged_parts import Floats
from sidecar.workshop.scored_hits.profile_source import ENDING, ProfileSource
from sidecar.workshop.scored_hits.profile_text import profile_text
from sidecar.workshop.scored_hits.proof import prove
from sidecar.workshop.scored_hits.scored_query import default_parts
from sidecar.workshop.scored_hits.scoring import opened, score_hits
from sidecar.workshop.scored_hits.weighted import Weights, logits

DEPTH = 10
"""Of the nDCG that the proof compares."""


@dataclass(frozen=True)
class CalibrateSpec:
    """What to calibrate, and how."""

    source: ProfileSource
    judgements: Judgements
    candidates: Sequence[Candidates]
    out: Path
    relevant: float
    """The lowest relevant grade."""
    precision: float | None = None
    """That a threshold shall give."""
    unjudged_irrelevant: bool = False
    model: Path | None = None
    parts: Path | None = None
    """File for the parts of scored pairs; None: `default_parts`."""


@dataclass(frozen=True)
class CalibrateOutcome:
    """A calibration, and what it is worth."""

    judged: Judged
    own: ProfileCalibration
    """What the profile got."""
    calibrated: Calibrated
    threshold: Threshold | None


def again_spec(
    pairs: Path,
    out: Path | None,
    precision: float | None,
    model: Path | None,
    parts: Path | None,
) -> tuple[Calibrating, CalibrateSpec]:
    """(how it was calibrated, the same for another model). The profile is written in its place, or
    to `out`; the precision is the earlier one unless another is given.

    Raises FittingError for a file that holds no pairs, and ProfileError.
    """
    how, candidates, judgements = read_pairs(pairs)
    own = how.profile.endswith(ENDING)
    source = ProfileSource.open(str(pairs.parent / how.profile) if own else how.profile)
    file = out or pairs.with_name(pairs.name.removesuffix(ENDING_OF_PAIRS) + ENDING)
    source.check_out(file, overwrite=True)
    spec = CalibrateSpec(
        source=source,
        judgements=judgements,
        candidates=candidates,
        out=file,
        relevant=how.relevant,
        precision=how.precision if precision is None else precision,
        unjudged_irrelevant=how.unjudged_irrelevant,
        model=model,
        parts=parts,
    )
    return how, spec


def calibrate(spec: CalibrateSpec, begin_step: BeginStep) -> CalibrateOutcome:
    """Calibrates, and writes `spec.out` and the pairs beside it.

    Raises FittingError, ProfileError or ModelError with the reason; then nothing is written but the
    parts of what was scored.
    """
    profile = spec.source.profile
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
            DEPTH,
            unjudged_irrelevant=spec.unjudged_irrelevant,
            need_order=False,
            notes=hits.notes,
        )
        fused = logits(judged.parts, Weights.of(profile))
        found, threshold = _calibrated(spec, judged, fused)
        own = ProfileCalibration.of(revision, found.calibration)
        text = profile_text(profile, {}, own, _comments(spec, judged, found, threshold))
        written = spec.source.loaded(text, spec.out)
        predicted = found.calibration.calibrated(fused)
        prove(written, predicted, judged, hits.candidates, model, DEPTH)
    outcome = CalibrateOutcome(judged, own, found, threshold)
    write_pairs(path_beside(spec.out), _how(spec, outcome), hits.candidates, spec.judgements)
    write_text(spec.out, text)
    return outcome


def _calibrated(
    spec: CalibrateSpec, judged: Judged, fused: Floats
) -> tuple[Calibrated, Threshold | None]:
    parts = judged.parts
    relevant = parts.grades >= spec.relevant
    scores = scores_of(fused, spec.source.profile.own_calibration)
    found = cross_calibrate(fused, relevant, parts.starts, parts.certainty, scores)
    if spec.precision is None:
        return found, None
    return found, measured_threshold(fused, relevant, parts.starts, found, spec.precision)


def _how(spec: CalibrateSpec, outcome: CalibrateOutcome) -> Calibrating:
    own, threshold = outcome.own, outcome.threshold
    return Calibrating(
        profile=spec.source.given,
        score_revision=own.score_revision,
        temperature=own.temperature,
        bias=own.bias,
        relevant=spec.relevant,
        unjudged_irrelevant=spec.unjudged_irrelevant,
        precision=spec.precision,
        min_score=None if threshold is None else threshold.score,
    )


def _comments(
    spec: CalibrateSpec, judged: Judged, found: Calibrated, threshold: Threshold | None
) -> list[str]:
    day = datetime.now(UTC).date().isoformat()
    lines = [
        f"Written by `rerank-sidecar calibrate` on {day}: {judged.parts.queries} queries, "
        f"{judged.parts.pairs} judged hits, relevant from grade {spec.relevant:g}.",
        f"ECE on queries that were held out: {found.before.ece:.3f} -> {found.after.ece:.3f} "
        f"({found.after.chance:.3f} by chance).",
    ]
    if spec.precision is not None:
        lines += threshold_lines(threshold, spec.precision)
    return lines
