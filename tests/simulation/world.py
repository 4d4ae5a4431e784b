"""A plan carried out: clients, models that change, and what came of every request."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from sidecar.errors import RerankError
from sidecar.pipeline.fallback import rank_or_fall_back
from sidecar.pipeline.ranking_config import RankingConfig
from sidecar.pipeline.rerank_pipeline import RerankPipeline
from sidecar.pipeline.served_model import ServedModel
from sidecar.request import RankResult
from sidecar.runtime.admission import Admission
from sidecar.runtime.cached_scorer import CachedScorer
from sidecar.runtime.families import FAMILIES
from sidecar.runtime.logit_cache import LogitCache
from sidecar.runtime.model_queue import ModelQueue
from sidecar.runtime.model_session import ModelSession
from sidecar.runtime.running_graph import RunningGraph
from sidecar.runtime.runs import Layout
from sidecar.runtime.scorer import Scorer
from tests.simulation.device import SimulatedDevice
from tests.simulation.plan import MODELS, Ask, Plan, Swap
from tests.simulation.sessions import SimulatedSession
from tests.simulation.virtual_time import Clock, VirtualLoop, VirtualThreads


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request."""

    ask: Ask
    revision: str
    """Of the model that it was given."""
    start: float
    end: float
    outcome: RankResult | RerankError | None
    """None: its client went away."""


@dataclass(eq=False)
class Live:
    """A revision of a model while it serves."""

    pipeline: RerankPipeline
    queue: ModelQueue
    requests: int = 0
    retired: bool = False

    @property
    def revision(self) -> str:
        return self.pipeline.model.running.score_revision


@dataclass
class World:
    """Everything of one run. `first` is the shipped model, of which all revisions are made."""

    plan: Plan
    first: ServedModel
    loop: VirtualLoop
    clock: Clock
    on_event: Callable[[str], None] = lambda event: None
    answers: list[Answer] = field(default_factory=list)

    def __post_init__(self) -> None:
        rng = random.Random(f"durations {self.plan.seed}")
        self.device = SimulatedDevice(self.plan, self.loop, self.clock, rng)
        self.threads = VirtualThreads(self.loop, lambda: rng.expovariate(1 / 0.003))
        self.admission = Admission(self.clock)
        self.cache = LogitCache(self.plan.cache_bytes) if self.plan.cache_bytes else None
        self.config = RankingConfig(on_failure=self.plan.on_failure, stand_in=self.plan.stand_in)
        self.scorers: list[CachedScorer] = []
        self.revisions = dict.fromkeys(MODELS, 0)
        self.live: dict[str, Live] = {name: self._open(name) for name in MODELS}
        self.ever: list[Live] = list(self.live.values())

    async def run(self) -> None:
        """Until every request has ended."""
        swaps = [asyncio.ensure_future(self._swap(swap)) for swap in self.plan.swaps]
        await asyncio.gather(*(self._client(ask) for ask in self.plan.asks), *swaps)

    async def _client(self, ask: Ask) -> None:
        await asyncio.sleep(ask.at)
        start = self.clock()
        self.on_event(f"request {ask.number} comes: {len(ask.request.documents)} documents")
        call = asyncio.ensure_future(self._answer(ask, start))
        await asyncio.wait([call], timeout=ask.leaves_after)
        if not call.done():
            self.on_event(f"the client of request {ask.number} leaves")
            call.cancel()
            await asyncio.wait([call])

    async def _answer(self, ask: Ask, start: float) -> None:
        outcome: RankResult | RerankError | None = None
        live = self.live[ask.model]
        try:
            async with self._held(live):
                outcome = await rank_or_fall_back(live.pipeline, ask.request, ask.flow, self._hold)
        except RerankError as fault:
            outcome = fault
        finally:
            answer = Answer(ask, live.revision, start, self.clock(), outcome)
            self.answers.append(answer)
            self.on_event(f"request {ask.number} ends: {told(outcome)}")

    @asynccontextmanager
    async def _hold(self, name: str) -> AsyncIterator[RerankPipeline | None]:
        async with self._held(self.live[name]):
            yield self.live[name].pipeline

    @asynccontextmanager
    async def _held(self, live: Live) -> AsyncIterator[None]:
        """A model is not closed while it is held."""
        live.requests += 1
        try:
            yield
        finally:
            live.requests -= 1
            self._close_if_unused(live)

    async def _swap(self, swap: Swap) -> None:
        await asyncio.sleep(swap.at)
        old = self.live[swap.model]
        self.revisions[swap.model] += 1
        self.live[swap.model] = self._open(swap.model)
        self.ever.append(self.live[swap.model])
        old.retired = True
        self.on_event(f"{swap.model} is now revision {self.revisions[swap.model]}")
        self._close_if_unused(old)

    def _close_if_unused(self, live: Live) -> None:
        if live.retired and not live.requests:
            live.queue.close()

    def _open(self, name: str) -> Live:
        """The name's next revision."""
        manifest = self.first.running.manifest
        renamed = manifest.model_copy(update={"name": f"{name} {self.revisions[name]}"})
        running = RunningGraph(renamed, self.first.running.name, "cpu")
        layout = Layout(self.plan.workers, 1, self.plan.token_budget)
        model = replace(self.first, name=name, running=running, layout=layout)
        family = FAMILIES[manifest.family]
        pad_id = model.tokenizer.pad_id
        queue = self.device.add(
            ModelSession(name, SimulatedSession(model), layout, manifest.padding, pad_id, family)
        )
        scorer: Scorer = queue
        if self.cache is not None:
            scorer = CachedScorer(queue, self.cache, running.score_revision, self.clock)
            self.scorers.append(scorer)
        pipeline = RerankPipeline(
            *(model, scorer, self.admission, self.config, self.threads),
            self.plan.deadline_s,
            self.clock,
        )
        return Live(pipeline, queue)


def told(outcome: RankResult | RerankError | None) -> str:
    """In a few words."""
    if outcome is None:
        return "its client is gone"
    if isinstance(outcome, RerankError):
        return f"{outcome.code}: {outcome.message}"
    by = f", by {outcome.degraded.by}" if outcome.degraded else ""
    covered = f", {outcome.coverage:.0%} scored" if outcome.coverage is not None else ""
    return f"{len(outcome.ranked)} results{covered}{by}"
