"""`rerank-sidecar evaluate` from start to end: files and a cluster -> an Evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sidecar.judgements.judgements import Judgements
from sidecar.workshop.counted import counted
from sidecar.workshop.evaluation.assessment import Assessment
from sidecar.workshop.evaluation.candidate_source import CandidateSource, counted_queries, names
from sidecar.workshop.evaluation.candidates import Candidates, EvaluationError
from sidecar.workshop.evaluation.configuration import FIRST_STAGE, parse_configurations
from sidecar.workshop.evaluation.hit_scorers import opened
from sidecar.workshop.evaluation.inference import FEW_QUERIES
from sidecar.workshop.evaluation.measures import DEFAULT_METRICS, Grading, parse_metrics
from sidecar.workshop.evaluation.outcome import Evaluation
from sidecar.workshop.evaluation.scoring import Open, score_all
from sidecar.workshop.evaluation.state import State
from sidecar.workshop.judgements.formats import Format, read_judgements
from sidecar.workshop.judgements.query_texts import read_query_texts
from sidecar.workshop.model.progress import BeginStep

MIN_QUERIES = 2


@dataclass(frozen=True, kw_only=True)
class EvaluationSpec(CandidateSource):
    """What is evaluated, and how. Its fields are the options of the command."""

    judgements: Path
    state: Path
    grading: Grading
    format: Format | None = None
    queries: Path | None = None
    rerank: Sequence[str] = ()
    profiles: Path | None = None
    sidecar_key: str | None = None
    ca: Path | None = None
    """Certificates to trust at a sidecar; the cluster's are in `login`."""
    metrics: str = DEFAULT_METRICS
    baseline: str = FIRST_STAGE
    max_queries: int | None = None
    price_per_hour: float | None = None

    def check(self) -> None:
        """Raises EvaluationError for options that mean nothing, or do not go together."""
        super().check()
        if self.grading.threshold <= 0:
            raise EvaluationError("--relevant: a grade of 0 or less is not relevant")


def evaluate(
    spec: EvaluationSpec, begin_step: BeginStep, open_scorer: Open | None = None
) -> Evaluation:
    """The evaluation. Scores are kept in `spec.state` as they come.

    `open_scorer` replaces models and sidecars. Raises StartupError in one line, or a line for each
    fault of a file.
    """
    spec.check()
    metrics = parse_metrics(spec.metrics)
    configurations = parse_configurations(spec.rerank, spec.size)
    names = [FIRST_STAGE, *(each.name for each in configurations)]
    if spec.baseline not in names:
        raise EvaluationError(f"--baseline {spec.baseline}: it is none of {', '.join(names)}")
    judgements = read_judgements(spec.judgements, spec.format)
    if spec.queries is not None:
        judgements = judgements.with_texts(read_query_texts(spec.queries))
    spec.grading.check(judgements)
    judged, notes = usable(judgements, spec.grading.threshold, spec.max_queries)
    _enough(len(judged.grades))
    candidates, source = spec.find(judged, begin_step)
    by_file = spec.candidates is not None
    notes += _left_out(judged, candidates) if by_file else ()
    notes += _remarks(candidates)
    _enough(len(candidates))
    open_with = partial(
        opened,
        profiles=spec.profiles,
        api_key=spec.sidecar_key,
        ca=spec.ca,
    )
    with State(spec.state) as state:
        scores = score_all(candidates, configurations, open_scorer or open_with, state, begin_step)
    assessment = Assessment(
        candidates,
        [judged.grades[each.query_id] for each in candidates],
        metrics,
        spec.grading,
        configurations,
        scores,
        spec.baseline,
        spec.price_per_hour,
    )
    return assessment.evaluation(source, notes)


def usable(
    judgements: Judgements, threshold: float, max_queries: int | None
) -> tuple[Judgements, tuple[str, ...]]:
    """(the first queries that have a relevant document, what was left out)"""
    without = set(judgements.without_relevant(threshold))
    kept = [query for query in judgements.grades if query not in without][:max_queries]
    notes = judgements.notes
    if without:
        named = names([query for query in judgements.grades if query in without])
        have = "has" if len(without) == 1 else "have"
        counts = counted_queries(len(without))
        notes += (f"left out: {counts} {have} no document of grade {threshold:g} or more: {named}",)
    return replace(judgements, grades={query: judgements.grades[query] for query in kept}), notes


def _enough(queries: int) -> None:
    if queries < MIN_QUERIES:
        found = counted_queries(queries)
        raise EvaluationError(f"at least two queries with a relevant document are needed: {found}")


def _left_out(judgements: Judgements, candidates: Sequence[Candidates]) -> tuple[str, ...]:
    present = {each.query_id for each in candidates}
    absent = [query for query in judgements.grades if query not in present]
    if not absent:
        return ()
    are = "is" if len(absent) == 1 else "are"
    return (f"left out: {counted_queries(len(absent))} {are} not in the file: {names(absent)}",)


def _remarks(candidates: Sequence[Candidates]) -> tuple[str, ...]:
    remarks = []
    if len(candidates) < FEW_QUERIES:
        remarks.append(
            f"{counted_queries(len(candidates))} are few: intervals and p-values are rough"
        )
    if empty := [each.query_id for each in candidates if not each.hits]:
        counts = counted_queries(len(empty))
        remarks.append(f"the first stage found nothing for {counts}: {names(empty)}")
    bare = sum(not hit.document for each in candidates for hit in each.hits)
    if bare:
        remarks.append(f"{counted(bare, 'hit')} without any of the fields: read as empty")
    return tuple(remarks)
