"""The request path, top to bottom.

admit      or refuse the whole request          (engine/admission)
ready      documents -> pairs, parts            (intake)
score      pairs -> logits                      (engine/scheduler, engine/session)
fuse       logits, parts -> scores, in order    (verdicts, fusion)
explain    the best documents once more         (coalitions)
spans      their sentences, each a pair         (spans)
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

from sidecar.errors import ModelError
from sidecar.fusion import rank
from sidecar.pipeline.coalitions import Coalitions, Explained, coalition_pairs
from sidecar.pipeline.deadline import Until
from sidecar.pipeline.estimate import estimate
from sidecar.pipeline.intake import Intake, Ready, Ways
from sidecar.pipeline.legibility import Legibility
from sidecar.pipeline.per_query import by_query, rank_parts
from sidecar.pipeline.scored_documents import Verdict, explanations, verdicts
from sidecar.pipeline.spans import Sentences, sentence_pairs
from sidecar.profile import Profile
from sidecar.request import Ranked, RankRequest, RankResult, RelevantSpan, SpanOptions, Timings
from sidecar.runtime.admission import Admission
from sidecar.runtime.canonical import canonical_pairs
from sidecar.runtime.cores import available_cores
from sidecar.runtime.loading import Loaded, Opening
from sidecar.runtime.manifest import Device, Precision
from sidecar.runtime.onnx_session import Session
from sidecar.runtime.precision import Engine
from sidecar.runtime.runs import Layout
from sidecar.runtime.scheduler import RunReport, Scheduler
from sidecar.runtime.tokenizer import PairTokenizer

DEFAULT_DEADLINE_S = 25.0
"""Below the 30 s after which Elasticsearch gives up, so that our answer is the one it gets."""

START_LIMIT_S = 600.0
"""For the first run of all; a graph that never answers must not keep the start waiting."""

Observer = Callable[[RunReport], None]
Enter = Callable[[int, float], AbstractContextManager[None]]
"""Tokens and seconds allowed -> a place until the pairs are in the queue."""
M = TypeVar("M", Coalitions, Sentences)


class Reranker:
    """A model that is loaded, proven and running. `open` one, `close` it after use."""

    def __init__(
        self,
        loaded: Loaded,
        tokenizer: PairTokenizer,
        session: Session,
        layout: Layout,
        *,
        ways: Ways | None = None,
        deadline_s: float = DEFAULT_DEADLINE_S,
        on_run: Observer = lambda report: None,
    ) -> None:
        self.loaded = loaded
        self.tokenizer = tokenizer
        self.deadline_s = deadline_s
        self.ways = ways or Ways()
        self._calibration = loaded.manifest.calibration
        self._on_run = on_run
        self.scheduler = Scheduler(
            session, layout, loaded.manifest.padding, tokenizer.pad_id, on_run=self._observe
        )
        self.admission = Admission(
            layout.workers, lambda: self.scheduler.backlog()[1], self.scheduler.clears_s
        )
        self._threads = ThreadPoolExecutor(available_cores(), "tokenize")
        legibility = Legibility.of(tokenizer.unknown_id, loaded.manifest.languages)
        self._intake = Intake(self.ways, tokenizer, legibility, self._threads)

    @classmethod
    def open(
        cls,
        folder: Path | None = None,
        *,
        device: Device = "cpu",
        graph: str | None = None,
        engine: Engine = "onnxruntime",
        precision: Precision | None = None,
        workers: int | None = None,
        threads: int | None = None,
        token_budget: int | None = None,
        state: Path | None = None,
        ways: Ways | None = None,
        deadline_s: float = DEFAULT_DEADLINE_S,
        on_run: Observer = lambda report: None,
    ) -> "Reranker":
        """The model of `folder` (default: the shipped one) on `device`, warm and proven.

        `state` is the folder in which `rerank-sidecar tune` kept a layout; None: none is looked
        for. Raises ModelError, DeviceError or StartupError with the reason when it must not serve.
        """
        opening = Opening.read(folder, device, graph, engine, precision)
        loaded, tokenizer = opening.loaded, opening.tokenizer
        layout = opening.layout(
            workers=workers, threads=threads, token_budget=token_budget, state=state
        )
        session = opening.session(layout)
        reranker = cls(
            loaded, tokenizer, session, layout, ways=ways, deadline_s=deadline_s, on_run=on_run
        )
        # Through the queue, as large as a run may be: memory is taken, a rate is known.
        pairs = canonical_pairs(loaded.manifest, tokenizer)
        times = max(1, layout.token_budget // sum(map(len, pairs)))
        job = reranker.scheduler.submit(pairs * times, time.monotonic() + START_LIMIT_S)
        try:
            job.result(START_LIMIT_S)
        except Exception as fault:
            reranker.close()
            raise ModelError(f"the graph does not run: {fault.__cause__ or fault}") from fault
        return reranker

    async def rank(self, request: RankRequest) -> RankResult:
        """The request's documents, scored and in order.

        Raises InvalidRequest for an unknown profile, Overloaded before any work, InputTooLong,
        DeadlineExceeded, InferenceFailed, HookFailed or NonFiniteScore. Cancelling the call takes
        its pairs out of the queue.
        """
        if not request.queries:
            return await self._rank(request, self.admission.admit)
        # The parts would stand in each other's way: the whole is taken or refused, before any.
        parts = by_query(request)
        profile = self._intake.profile(request.control)
        tokens = sum(self._estimate(part, profile) for part in parts.values())
        self.admission.check(tokens, self._allowed_s(request))
        return await rank_parts(parts, lambda part: self._rank(part, self.admission.hold))

    async def _rank(self, request: RankRequest, enter: Enter) -> RankResult:
        """As `rank`, for documents that share a query."""
        start = time.monotonic()
        profile = self._intake.profile(request.control)
        allowed_s = self._allowed_s(request)
        until = Until(start + allowed_s, allowed_s)
        with enter(self._estimate(request, profile), allowed_s):
            ready = await until.wait(self._intake.ready(request, profile, until))
            tokenized = time.monotonic()
            units = ready.units
            job = self.scheduler.submit([unit.pair for unit in units.units], until.deadline)
        scored = await until.wait(asyncio.wrap_future(job))
        back = time.monotonic()
        found = verdicts(
            units, scored.logits.tolist(), ready.prepared.parts, profile.long, self._calibration
        )
        ranked = rank([each.logit for each in found], order=request.order, top_n=request.top_n)
        fused = time.monotonic()
        warnings = ready.warnings
        explained: tuple[dict[str, object], ...] = ()
        if request.control.explain:
            wanted = _best(ranked, request.control.shapley)
            values, told = await self._shapley(wanted, found, request, ready, until)
            explained = explanations(ranked, found, units.truncated, values)
            warnings += told
        spans: dict[int, tuple[RelevantSpan, ...]] = {}
        if request.spans is not None:
            budget = profile.long.budget_tokens
            spans = await self._spans(ranked, request.spans, budget, request, ready, until)
        return RankResult(
            ranked=ranked,
            model=self.loaded.manifest.name,
            tokens=sum(len(unit.pair) for unit in units.units),
            truncated=units.truncated,
            unread=units.unread,
            query_unread=units.query_unread,
            warnings=warnings,
            explanations=explained,
            spans=spans,
            timings=Timings(
                tokenize=tokenized - start,
                queue=scored.queue_s,
                infer=scored.infer_s,
                fuse=fused - back,
            ),
        )

    def close(self) -> None:
        """Stops the workers; requests that still wait fail."""
        self.scheduler.close()
        self.ways.hooks.close()
        self._threads.shutdown(cancel_futures=True)

    def _allowed_s(self, request: RankRequest) -> float:
        return min(request.control.deadline_s or self.deadline_s, self.deadline_s)

    def _estimate(self, request: RankRequest, profile: Profile) -> int:
        return estimate(request, profile, self.tokenizer.max_tokens)

    async def _shapley(
        self,
        wanted: Sequence[int],
        found: Sequence[Verdict],
        request: RankRequest,
        ready: Ready,
        until: Until,
    ) -> tuple[dict[int, dict[str, float]], tuple[str, ...]]:
        """The wanted documents' Shapley values, and what the client is told of them."""
        if not wanted:
            return {}, ()
        passages = ready.prepared.passages
        best = [Explained(one, passages[one], found[one].spoke) for one in wanted]
        coalitions, logits = await self._score_more(
            lambda: coalition_pairs(best, request.query, self.tokenizer, ready.instruction), until
        )
        return coalitions.values(logits, self._calibration), coalitions.warnings

    async def _spans(
        self,
        ranked: Sequence[Ranked],
        options: SpanOptions,
        budget_tokens: int,
        request: RankRequest,
        ready: Ready,
        until: Until,
    ) -> dict[int, tuple[RelevantSpan, ...]]:
        sentences, logits = await self._score_more(
            lambda: sentence_pairs(
                ranked, request, self.tokenizer, ready.instruction, budget_tokens
            ),
            until,
        )
        return sentences.spans(logits, self._calibration, options)

    async def _score_more(self, build: Callable[[], M], until: Until) -> tuple[M, list[float]]:
        """What `build` makes, in a thread, and the logits of its pairs."""
        more = await until.wait(asyncio.get_running_loop().run_in_executor(self._threads, build))
        job = self.scheduler.submit(more.pairs, until.deadline)
        scored = await until.wait(asyncio.wrap_future(job))
        return more, scored.logits.tolist()

    def _observe(self, report: RunReport) -> None:
        self.admission.record(report)
        self._on_run(report)


def _best(ranked: Sequence[Ranked], top: int) -> list[int]:
    """The documents of the `top` greatest logits."""
    return [item.index for item in sorted(ranked, key=lambda item: -item.logit)[:top]]
