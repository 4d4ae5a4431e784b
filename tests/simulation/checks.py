"""What must hold at every step, at each answer, and at the end: else AssertionError."""

from collections import Counter
from collections.abc import Callable

from sidecar.calibration import sigmoid
from sidecar.errors import RerankError
from sidecar.pipeline.given_order import STEP
from sidecar.request import RankResult
from sidecar.runtime.fair_shares import BATCH_SHARE, CREDIT_S
from sidecar.runtime.model_queue import Run
from tests.simulation.plan import Plan
from tests.simulation.world import Answer, World

Oracle = Callable[[str, str, str], float]
"""(revision, query, document) -> the logit of a quiet run."""
EPSILON_S = 1e-6
SETTLED_S = 10.0
"""Work of a model whose rate is not measured yet counts nothing, so shares take a while."""
UNCERTAINTY = 2.0
"""Shares are of time by measured rates, which take a while to be right."""
TOLERANCE = 1e-5
REFUSED = {"overloaded", "deadline"}
BROKEN = {"inference", "circuit_open", "non_finite"}


class Shares:
    """How much work each priority was given while both waited, on a device that is well."""

    def __init__(self, plan: Plan) -> None:
        self._rate = plan.tokens_per_second * plan.workers
        self._workers = plan.workers
        self._longest_run_s = 0.0
        self._well = not plan.faults
        self._both_s: Counter[str] = Counter()
        self.longest_s = 0.0
        """Of a time in which both waited."""

    def took(self, world: World, run: Run) -> None:
        """A run was taken: so much work for the priorities of its jobs, if both wait."""
        jobs = (job for live in world.ever for job in live.queue.jobs)
        waiting = {job.flow.priority for job in jobs if job.waiting}
        waiting |= {job.flow.priority for job, _ in run}
        if len(waiting) < 2:
            self._both_s.clear()
            return
        run_s = sum(len(job.inputs[position]) for job, position in run) / self._rate
        self._longest_run_s = max(self._longest_run_s, run_s)
        for job, position in run:
            self._both_s[job.flow.priority] += len(job.inputs[position]) / self._rate
        total = self._both_s.total()
        self.longest_s = max(self.longest_s, total)
        if not self._well or total < SETTLED_S:
            return
        batch_s = self._both_s["batch"]
        runs_s = (1 + self._workers) * self._longest_run_s
        least = BATCH_SHARE * (total - CREDIT_S) / UNCERTAINTY - runs_s
        assert batch_s >= least, f"batch starves: {batch_s:.1f} of {total:.1f} s"
        most = UNCERTAINTY * BATCH_SHARE * total + runs_s
        assert batch_s <= most, f"batch takes too much: {batch_s:.1f} of {total:.1f} s"


def check_step(world: World) -> None:
    """The queues count rightly, and hold nothing that is settled or late beyond a sweep."""
    for live in world.ever:
        queue = live.queue
        waiting = [length for job in queue.jobs for length, _ in job.waiting]
        assert queue.waiting_inputs == len(waiting), "the queue miscounts its inputs"
        assert queue.waiting_tokens == sum(waiting), "the queue miscounts its tokens"
        assert not any(job.future.done() and job.waiting for job in queue.jobs), (
            "work waits for a request that has ended"
        )
    if world.cache is not None:
        assert world.cache.bytes <= world.cache.max_bytes, "the cache outgrows its bound"


def check_answer(answer: Answer, plan: Plan, oracle: Oracle, revisions: set[str]) -> None:
    """The answer came in time, is whole, and every score is the model's for that pair."""
    request = answer.ask.request
    allowed_s = min(request.control.deadline_s or plan.deadline_s, plan.deadline_s)
    late_s = answer.end - answer.start - allowed_s
    assert late_s <= EPSILON_S, f"late by {late_s:.3f} s"
    outcome = answer.outcome
    if outcome is None:
        assert answer.ask.leaves_after is not None, "cancelled, and nobody asked for it"
        return
    if isinstance(outcome, RerankError):
        may_break = BROKEN if plan.faults else set()
        assert outcome.code in REFUSED | may_break, f"{outcome.code}: {outcome.message}"
        return
    indexes = [item.index for item in outcome.ranked]
    assert sorted(indexes) == list(range(len(request.documents))), "not every document once"
    assert all(item.score == sigmoid(item.logit) for item in outcome.ranked)
    by_logit = sorted(outcome.ranked, key=lambda item: (-item.logit, item.index))
    if request.order == "score":
        assert list(outcome.ranked) == by_logit, "not in order"
    else:
        assert indexes == sorted(indexes)
    if request.all_or_nothing:
        assert outcome.degraded is None, "a search engine got another's order"
        assert not outcome.unscored, "a search engine got a part"
    if outcome.degraded is not None and outcome.degraded.by != "stand_in":
        asked = request.control.on_failure or plan.on_failure
        in_time = outcome.degraded.by == "order" and request.control.on_deadline == "partial"
        assert outcome.degraded.by == asked or in_time
        return
    _check_scores(answer, outcome, oracle, revisions)


def _check_scores(answer: Answer, outcome: RankResult, oracle: Oracle, revisions: set[str]) -> None:
    """A stand-in's scores are those of one of its `revisions`."""
    request = answer.ask.request
    unscored = set(outcome.unscored)
    asked_for_part = request.control.on_deadline == "partial"
    assert asked_for_part or not unscored, "a part, and nobody asked for it"
    if asked_for_part and not request.all_or_nothing:
        covered = 1 - len(unscored) / len(request.documents)
        assert outcome.coverage is not None
        assert abs(outcome.coverage - covered) < 1e-9
    possible = revisions if outcome.degraded else {answer.revision}
    logits = {item.index: item.logit for item in outcome.ranked}

    def agree(revision: str) -> bool:
        for index, document in enumerate(request.documents):
            if index in unscored:
                continue
            known = oracle(revision, request.query, document.text or "")
            if index in outcome.shortened:
                if logits[index] > known + TOLERANCE:  # the best of fewer windows
                    return False
            elif abs(logits[index] - known) > TOLERANCE:
                return False
        return True

    assert any(map(agree, possible)), "a score is not the model's"
    scored = [logit for index, logit in logits.items() if index not in unscored]
    places = [logits[index] for index in sorted(unscored)]
    assert places == sorted(places, reverse=True), "unscored documents do not keep their order"
    if scored and places:
        assert places[0] <= min(scored) - STEP + TOLERANCE, "an unscored document is not behind"


def check_end(world: World) -> None:
    """Every request ended once, and nothing is left of any."""
    ended = Counter(answer.ask.number for answer in world.answers)
    assert ended == Counter(ask.number for ask in world.plan.asks), "not every request ended once"
    check_step(world)
    for live in world.ever:
        assert not live.requests, "a model is held by nobody"
        assert not live.queue.jobs, "a job outlives its request"
        assert not live.queue.waiting_inputs
    assert not world.admission._arriving, "admission remembers a request that is gone"
    for scorer in world.scorers:
        assert not scorer._under_way, "the cache waits for what nobody runs"
