"""The request path, top to bottom.

admit      or refuse the whole request          (engine/admission)
read       documents -> fields                  (preparation, text/read)
hooks      fields -> weights, signals           (hooks)
prepare    fields -> passages, parts            (preparation)
tokenize   (query, passages) -> pairs           (engine/units, engine/tokenizer)
score      pairs -> logits                      (engine/scheduler, engine/session)
fuse       logits, parts -> scores, in order    (verdicts, fusion)
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from sidecar.engine.admission import Admission
from sidecar.engine.canonical import canonical_pairs
from sidecar.engine.cores import available_cores
from sidecar.engine.loading import Loaded, load
from sidecar.engine.manifest import Device
from sidecar.engine.runs import Layout
from sidecar.engine.scheduler import RunReport, Scheduler
from sidecar.engine.session import Session
from sidecar.engine.tokenizer import PairTokenizer
from sidecar.engine.units import Fit, Units, build
from sidecar.errors import ModelError
from sidecar.fusion import rank
from sidecar.fusion.fuse import Calibration
from sidecar.hooks import Hooked, Hooks
from sidecar.model import Control, Ranked, RankRequest, RankResult, RelevantSpan, Timings
from sidecar.pipeline.coalitions import Coalitions, Explained, coalition_pairs
from sidecar.pipeline.deadline import Until
from sidecar.pipeline.estimate import estimate
from sidecar.pipeline.pairwise import rank_pairs
from sidecar.pipeline.preparation import Prepared, Read, prepare, read_all, views
from sidecar.pipeline.spans import Sentences, sentence_pairs
from sidecar.pipeline.verdicts import explanations, verdicts
from sidecar.profile import PLAIN, Profile
from sidecar.profiles import Profiles, with_weights

DEFAULT_DEADLINE_S = 25.0
"""Below the 30 s after which Elasticsearch gives up, so that our answer is the one it gets."""

START_LIMIT_S = 600.0
"""For the first run of all; a graph that never answers must not keep the start waiting."""

Observer = Callable[[RunReport], None]
M = TypeVar("M", Coalitions, Sentences)


@dataclass(frozen=True, slots=True)
class Ways:
    """What may be said about documents beside the model: profiles, and hooks."""

    profiles: Profiles = field(default_factory=Profiles.open)
    hooks: Hooks = field(default_factory=lambda: Hooks(()))


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
        self._calibration = Calibration(loaded.manifest.temperature, loaded.manifest.bias)
        self._on_run = on_run
        self.scheduler = Scheduler(
            session, layout, loaded.manifest.padding, tokenizer.pad_id, on_run=self._observe
        )
        self.admission = Admission(
            layout.workers, lambda: self.scheduler.backlog()[1], self.scheduler.clears_s
        )
        self._threads = ThreadPoolExecutor(available_cores(), "tokenize")

    @classmethod
    def open(
        cls,
        folder: Path | None = None,
        *,
        device: Device = "cpu",
        graph: str | None = None,
        workers: int | None = None,
        token_budget: int | None = None,
        ways: Ways | None = None,
        deadline_s: float = DEFAULT_DEADLINE_S,
        on_run: Observer = lambda report: None,
    ) -> "Reranker":
        """The model of `folder` (default: the shipped one) on `device`, warm and proven.

        Raises ModelError, DeviceError or StartupError with the reason when it must not serve.
        """
        loaded, tokenizer, session, layout = load(
            folder, device, graph, workers=workers, token_budget=token_budget
        )
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
        if request.queries:
            return await rank_pairs(self.rank, request)
        start = time.monotonic()
        profile = self._profile(request.control)
        allowed_s = min(request.deadline_s or self.deadline_s, self.deadline_s)
        until = Until(start + allowed_s, allowed_s)
        with self.admission.admit(estimate(request, profile, self.tokenizer.max_tokens), allowed_s):
            prepared, units, hooked = await until.wait(self._prepare(request, profile, until))
            tokenized = time.monotonic()
            job = self.scheduler.submit([unit.pair for unit in units.units], until.deadline)
        scored = await until.wait(asyncio.wrap_future(job))
        back = time.monotonic()
        found = verdicts(
            units, scored.logits.tolist(), prepared.parts, profile.long, self._calibration
        )
        ranked = rank([each.logit for each in found], order=request.order, top_n=request.top_n)
        fused = time.monotonic()
        instruction = _instruction(request, profile, hooked)
        warnings = hooked.warnings if hooked else ()
        explained: tuple[dict[str, object], ...] = ()
        if request.control.explain:
            values: dict[int, dict[str, float]] = {}
            if wanted := _best(ranked, request.control.shapley):
                passages = prepared.passages
                best = [Explained(one, passages[one], found[one].spoke) for one in wanted]
                coalitions, logits = await self._score_more(
                    lambda: coalition_pairs(best, request.query, self.tokenizer, instruction),
                    until,
                )
                values = coalitions.values(logits, self._calibration)
                warnings += coalitions.warnings
            explained = explanations(ranked, found, units.truncated, values)
        spans: dict[int, tuple[RelevantSpan, ...]] = {}
        if request.spans is not None:
            budget = profile.long.budget_tokens
            sentences, logits = await self._score_more(
                lambda: sentence_pairs(ranked, request, self.tokenizer, instruction, budget), until
            )
            spans = sentences.spans(logits, self._calibration, request.spans)
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

    def _profile(self, control: Control) -> Profile:
        """The profile that the search asks for, with what it sends in place of its settings."""
        profile = self.ways.profiles.get(control.profile or PLAIN.name)
        if control.long:
            long = profile.long.model_copy(update=dict(control.long))
            profile = profile.model_copy(update={"long": long})
        return with_weights(profile, control.weights) if control.weights else profile

    async def _prepare(
        self, request: RankRequest, profile: Profile, until: Until
    ) -> tuple[Prepared, Units, Hooked | None]:
        """Everything between the wire and the model, off the event loop but for waiting."""
        loop = asyncio.get_running_loop()
        if not self.ways.hooks.any:
            prepared, units = await loop.run_in_executor(
                self._threads, self._build, request, profile, until, None, None
            )
            return prepared, units, None
        read = await loop.run_in_executor(self._threads, read_all, request.documents, profile)
        seen = views(request.documents, read)
        hooked = await self.ways.hooks.run(request.query, seen, request.control.context)
        prepared, units = await loop.run_in_executor(
            self._threads, self._build, request, profile, until, read, hooked
        )
        return prepared, units, hooked

    def _build(
        self,
        request: RankRequest,
        profile: Profile,
        until: Until,
        read: Read | None,
        hooked: Hooked | None,
    ) -> tuple[Prepared, Units]:
        read = read_all(request.documents, profile) if read is None else read
        prepared = prepare(request, profile, read, hooked, self.tokenizer.max_tokens)
        fit = Fit(
            request.cut,
            request.max_document_tokens,
            profile.long,
            max_pair_tokens=request.max_pair_tokens,
        )
        instruction = _instruction(request, profile, hooked)
        units = build(
            request.query, prepared.passages, self.tokenizer, fit, instruction, until.check
        )
        return prepared, units

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


def _instruction(request: RankRequest, profile: Profile, hooked: Hooked | None) -> str | None:
    """The nearest one to the search; None leaves the model's own."""
    rewritten = hooked.instruction if hooked else None
    return rewritten or request.control.instruction or profile.instruction
