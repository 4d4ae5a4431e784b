"""A request for spans alone, as a search engine's highlighter sends it: the sentences of every
document, each a pair, and no ranking."""

import asyncio
import time
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sidecar.pipeline.deadline import Clock, Deadline
from sidecar.pipeline.served_model import ServedModel
from sidecar.pipeline.spans import sentence_pairs
from sidecar.pipeline.threshold import threshold_warnings
from sidecar.profile import Profile
from sidecar.request import RankRequest, RankResult, SpanOptions, Timings
from sidecar.runtime.admission import Place
from sidecar.runtime.scorer import Scorer


@dataclass(frozen=True, slots=True)
class SpanSearch:
    """For one model; its pairs are built in `threads`."""

    model: ServedModel
    scorer: Scorer
    threads: Executor
    clock: Clock = time.monotonic

    async def find(
        self,
        request: RankRequest,
        options: SpanOptions,
        profile: Profile,
        deadline: Deadline,
        admitted: AbstractContextManager[Place],
    ) -> RankResult:
        """The spans of every document, and no ranking."""
        start = self.clock()
        documents = request.documents
        tokenizer = self.model.tokenizer
        instruction = request.control.instruction or profile.instruction
        indexes = range(len(documents))
        with admitted as place:
            every = await deadline.wait(
                asyncio.get_running_loop().run_in_executor(
                    self.threads,
                    lambda: sentence_pairs(
                        request.query, documents, indexes, tokenizer, instruction, profile
                    ),
                )
            )
            tokenized = self.clock()
            left_s, due_s = deadline.at - tokenized, place.due - tokenized
            sentences = every.within_time(self.scorer.load(), left_s, place.flow, due_s)
            keys = await deadline.wait(self.scorer.prefetch(sentences.inputs))
            job = self.scorer.submit(
                sentences.inputs, deadline.at, flow=place.flow, due=place.due, keys=keys
            )
            place.queued()
            scored = await deadline.wait(asyncio.wrap_future(job))
            place.scored(scored.tokens)
        logits = scored.outputs.tolist()
        calibration = self.model.calibration.then(profile.own_calibration)
        return RankResult(
            ranked=(),
            model=self.model.name,
            tokens=sum(map(len, sentences.inputs)),
            cached=scored.cached,
            truncated_queries=int(sentences.query != request.query),
            shortened=sentences.shortened,
            warnings=threshold_warnings(request, len(documents)),
            spans=sentences.spans(logits, calibration, documents, options),
            timings=Timings(tokenize=tokenized - start, queue=scored.queue_s, infer=scored.infer_s),
        )
