"""From a request to the logits of its pairs: admitted, prepared, shortened if time is short,
scored; or, at the deadline of a request that may be answered in part, what is known by then."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from sidecar.errors import DeadlineExceeded
from sidecar.pipeline.deadline import Clock, Deadline
from sidecar.pipeline.encoded_cosines import NO_VECTORS, HoldEncoder, begun_cosines, no_encoder
from sidecar.pipeline.partial import Arrivals
from sidecar.pipeline.preparer import PreparedRequest, Preparer
from sidecar.pipeline.time_budget import within_time
from sidecar.profile import Profile
from sidecar.request import RankRequest
from sidecar.runtime.admission import Place
from sidecar.runtime.scorer import Scorer


@dataclass(frozen=True, slots=True)
class PairLogits:
    """A request's pairs and their logits, by position: all of them, unless the deadline came."""

    prepared: PreparedRequest
    logits: Mapping[int, float]
    cached: int
    """Pairs that were not run for this request."""
    tokenize_s: float
    queue_s: float
    infer_s: float


@dataclass(frozen=True, slots=True)
class Scoring:
    """For one model."""

    scorer: Scorer
    preparer: Preparer
    clock: Clock = time.monotonic
    hold_encoder: HoldEncoder = no_encoder

    async def logits(
        self,
        request: RankRequest,
        profile: Profile,
        deadline: Deadline,
        admitted: AbstractContextManager[Place],
        *,
        partial: bool,
    ) -> PairLogits | None:
        """The logits of every pair. `admitted` gives the request its place.

        With `partial` the deadline raises nothing: the logits are then those that are known, or the
        answer is None if the request was not even prepared. The pairs run in the order of the
        documents, so that what is known is of whole documents, and of the first ones.
        Raises Overloaded, InputTooLong, HookFailed, DeadlineExceeded or InferenceFailed.
        """
        start = self.clock()
        arrivals = Arrivals()
        prepared: PreparedRequest | None = None
        try:
            with admitted as place:
                prepared = await self._prepared(request, profile, deadline, place)
                tokenized = self.clock()
                inputs = [pair.input for pair in prepared.pairs.pairs]
                keys = await deadline.wait(self.scorer.prefetch(inputs))
                on_output = arrivals.receive if partial else None
                async with begun_cosines(self.hold_encoder, prepared, deadline, place) as cosines:
                    job = self.scorer.submit(
                        inputs,
                        deadline.at,
                        on_output,
                        in_order=partial,
                        flow=place.flow,
                        due=place.due,
                        keys=keys,
                    )
                    place.queued()
                    scored = await deadline.wait(asyncio.wrap_future(job))
                    encoded = await cosines
                prepared = encoded.beside(prepared)
                place.scored(scored.tokens + encoded.tokens)
        except DeadlineExceeded:
            if not partial:
                raise
            if prepared is None:
                return None
            if prepared.encoded_texts:
                missing = f"{NO_VECTORS}{', '.join(prepared.encoded_texts)}"
                prepared = replace(prepared, warnings=(*prepared.warnings, missing))
            times = (tokenized - start, 0.0, self.clock() - tokenized)
            return PairLogits(prepared, arrivals.logits, 0, *times)
        logits = dict(enumerate(scored.outputs.tolist()))
        times = (tokenized - start, scored.queue_s, scored.infer_s)
        return PairLogits(prepared, logits, scored.cached, *times)

    async def _prepared(
        self, request: RankRequest, profile: Profile, deadline: Deadline, place: Place
    ) -> PreparedRequest:
        work = self.preparer.prepare(request, profile, deadline, self._is_idle)
        prepared = await deadline.wait(work)
        now, load = self.clock(), self.scorer.load()
        left_s, due_s = deadline.at - now, place.due - now
        pairs = within_time(prepared.pairs, load, left_s, place.flow, due_s)
        return replace(prepared, pairs=pairs)

    def _is_idle(self) -> bool:
        """Whether nothing waits or runs: of this model, nor, as far as known, of others."""
        load = self.scorer.load()
        return not load.inputs and not load.wait_s
