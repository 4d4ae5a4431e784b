"""What a run reads: judgements, clicks and hits -> its material, in the work folder."""

import shutil
import time
from math import inf

from sidecar.judgements.judgements import Judgements
from sidecar.workshop.evaluation.candidates import Candidates
from sidecar.workshop.judgements.formats import read_judgements
from sidecar.workshop.judgements.query_texts import read_query_texts
from sidecar.workshop.learning.click_source import ClickEvidence, evidence_of
from sidecar.workshop.learning.errors import LearningError
from sidecar.workshop.learning.evidence import gather
from sidecar.workshop.learning.gate import MIN_QUERIES
from sidecar.workshop.learning.material import Material, assemble
from sidecar.workshop.learning.material_files import Prepared, read, write
from sidecar.workshop.learning.passages import passages
from sidecar.workshop.learning.runs import Ledger
from sidecar.workshop.learning.spec import LearnSpec
from sidecar.workshop.model.progress import BeginStep
from sidecar.workshop.scored_hits.judged_documents import read_judged_documents


def prepare(
    spec: LearnSpec, ledger: Ledger, parent: int, number: int, begin_step: BeginStep
) -> tuple[Prepared, tuple[str, ...]]:
    """(the material of an interrupted run like this one, or new material; remarks on it).

    Raises StartupError for what nothing can be learned from, and has then written nothing.
    """
    work, settings, inputs = spec.home.work, spec.settings(parent), spec.inputs()
    found = read(work, settings, inputs)
    if found is not None:
        return found, ("goes on with the run that was interrupted",)
    until_s = ledger.learned_until(parent)
    material, clicks = _material(spec, -inf if until_s is None else until_s, begin_step)
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
    spec: LearnSpec, until_s: float, begin_step: BeginStep
) -> tuple[Material, ClickEvidence | None]:
    """`until_s`: searches before it are learned from already."""
    given = _given(spec)
    clicks = _clicks(spec, until_s, begin_step)
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


def _clicks(spec: LearnSpec, until_s: float, begin_step: BeginStep) -> ClickEvidence | None:
    if spec.clicks is None:
        return None
    since_s, now_s = until_s if spec.since_s is None else spec.since_s, time.time()
    return evidence_of(spec.clicks.judge(since_s, now_s, begin_step), since_s, now_s)


def _check_size(material: Material, spec: LearnSpec) -> None:
    if not material.training_queries:
        raise LearningError(
            "no query to train on has a relevant document among its hits: do the hits have the "
            "judgements' IDs (--id-field)?"
        )
    if len(material.held_out) < MIN_QUERIES:
        why = "; --unjudged-irrelevant counts hits without a judgement as grade 0"
        why = "" if spec.unjudged_irrelevant else why
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
    if 6 * material.relevant_pairs < spec.schedule.pairs:
        remarks.append(
            f"{material.relevant_pairs} relevant pairs make {6 * material.relevant_pairs} of the "
            f"{spec.schedule.pairs} pairs that are wanted"
        )
    return tuple(remarks)
