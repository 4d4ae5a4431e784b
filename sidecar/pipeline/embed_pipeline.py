"""The path of an embedding request, top to bottom.

admit      or refuse the whole request          (runtime/admission)
encode     texts -> inputs                      (runtime/text_inputs)
run        inputs -> vectors                    (runtime/scorer: the model's queue)
cut        to the size asked for, then length 1
"""

import asyncio
import math
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sidecar.embedding import EmbedRequest, EmbedResult, EmbedTimings, Vector
from sidecar.errors import InvalidRequest, NonFiniteScore
from sidecar.lengths import MEAN_CHARACTERS_PER_TOKEN
from sidecar.pipeline.deadline import Clock, Deadline
from sidecar.pipeline.model_health import ModelHealth
from sidecar.pipeline.served_model import ServedModel
from sidecar.runtime.admission import Admission, Place
from sidecar.runtime.families import Outputs, unit_vectors
from sidecar.runtime.flows import ANYONE, Flow
from sidecar.runtime.scorer import Scored, Scorer
from sidecar.runtime.session import ModelInput
from sidecar.runtime.text_inputs import TextInputs

SPECIAL_TOKENS = 2
"""About, around each text."""


@dataclass(frozen=True, slots=True)
class QueryCosines:
    """What an encoder says of a query and documents."""

    values: tuple[float, ...]
    """The cosine with each document; 0 where a text is blank."""
    tokens: int
    """That were run for it."""


class EmbedPipeline:
    """Makes vectors with one encoder. `model_opener` makes it, and closes what it is given."""

    def __init__(
        self,
        model: ServedModel,
        scorer: Scorer,
        token_scorer: Scorer,
        admission: Admission,
        threads: Executor,
        deadline_s: float,
        clock: Clock = time.monotonic,
        cached_scorer: Scorer | None = None,
    ) -> None:
        """`scorer` gives a vector per input, `token_scorer` one per token; `deadline_s` is the
        longest time for a request. `cached_scorer` is `scorer` behind a cache, for the texts of
        searches, which come again."""
        self.model = model
        self.scorer = scorer
        self.admission = admission
        self.deadline_s = deadline_s
        self.health = ModelHealth(model, scorer, clock)
        self._token_scorer = token_scorer
        self._cached_scorer = cached_scorer or scorer
        self._threads = threads
        self._clock = clock
        self._inputs = TextInputs.of(model.running.manifest, model.tokenizer)

    async def embed(self, request: EmbedRequest, client: Flow = ANYONE) -> EmbedResult:
        """The vectors of the request's texts, as work of the client.

        Documents, and several texts of which it is not said what they are, are `batch` work unless
        the request says otherwise. Raises InvalidRequest for a size that the encoder does not give,
        InputTooLong, Overloaded before any work, DeadlineExceeded, InferenceFailed or
        NonFiniteScore. Cancelling the call takes its texts out of the queue.
        """
        if request.dimensions is not None:
            if request.tokens:
                raise InvalidRequest("$.dimensions: the vectors of tokens have one size")
            self._inputs.encoding.check_size(request.dimensions)
        deadline = Deadline.after(
            min(request.deadline_s or self.deadline_s, self.deadline_s), self._clock
        )
        scorer = self._token_scorer if request.tokens else self.scorer
        with self.health.watched() as outcome:
            inputs, truncated, scored, tokenize_s = await self._run(
                request, flow_of(request, client), scorer, deadline
            )
            vectors = self._vectors(request, inputs, scored.outputs)
            outcome.embedded = True
        return EmbedResult(
            vectors=vectors,
            model=self.model.name,
            tokens=sum(map(len, inputs)),
            truncated=tuple(truncated),
            revision=self.model.running.score_revision,
            timings=EmbedTimings(tokenize_s, scored.queue_s, scored.infer_s),
        )

    async def cosines(
        self, query: str, documents: Sequence[str], deadline: Deadline, place: Place
    ) -> QueryCosines:
        """The cosine of the query with each document, as work of a request that was admitted.

        Raises DeadlineExceeded, InferenceFailed or NonFiniteScore. Cancelling the call takes its
        texts out of the queue.
        """
        known = [index for index, text in enumerate(documents) if text and not text.isspace()]
        values = np.zeros(len(documents), np.float32)
        if not known or not query or query.isspace():
            return QueryCosines(tuple(values.tolist()), 0)

        def inputs() -> list[ModelInput]:
            texts, _ = self._inputs.encode([documents[index] for index in known], "document")
            return [*self._inputs.encode([query], "query")[0], *texts]

        loop = asyncio.get_running_loop()
        encoded = await deadline.wait(loop.run_in_executor(self._threads, inputs))
        with self.health.watched() as outcome:
            job = self._cached_scorer.submit(encoded, deadline.at, flow=place.flow, due=place.due)
            scored = await deadline.wait(asyncio.wrap_future(job))
            units: NDArray[np.float32] = unit_vectors(scored.outputs)
            if not np.isfinite(units).all():
                raise NonFiniteScore("the encoder answered with a number that is not finite")
            outcome.embedded = scored.cached < len(encoded)
        # Not by BLAS, whose sums depend on how many rows there are.
        values[known] = np.clip(np.einsum("nd,d->n", units[1:], units[0]), -1, 1)
        return QueryCosines(tuple(values.tolist()), scored.tokens)

    async def _run(
        self, request: EmbedRequest, flow: Flow, scorer: Scorer, deadline: Deadline
    ) -> tuple[list[ModelInput], list[int], Scored, float]:
        """(inputs, indexes of the cut texts, what was run, seconds of tokenising)."""
        start = self._clock()
        kind = request.kind or "document"
        loop = asyncio.get_running_loop()
        with self.admission.admit(
            scorer, flow, self._estimate(request), deadline.allowed_s
        ) as place:
            encoding = loop.run_in_executor(
                self._threads, self._inputs.encode, request.texts, kind, request.cut
            )
            inputs, truncated = await deadline.wait(encoding)
            tokenize_s = self._clock() - start
            job = scorer.submit(inputs, deadline.at, flow=place.flow, due=place.due)
            place.queued()
            scored = await deadline.wait(asyncio.wrap_future(job))
            place.scored(scored.tokens)
        return inputs, truncated, scored, tokenize_s

    def _estimate(self, request: EmbedRequest) -> int:
        """About how many tokens the texts have; none has more than the encoder reads."""
        return sum(
            min(
                self.model.tokenizer.max_tokens,
                math.ceil(len(text) / MEAN_CHARACTERS_PER_TOKEN) + SPECIAL_TOKENS,
            )
            for text in request.texts
        )

    def _vectors(
        self, request: EmbedRequest, inputs: Sequence[ModelInput], outputs: Outputs
    ) -> list[Vector]:
        if request.tokens:
            left = self.model.running.manifest.padding.side == "left"
            rows: list[Vector] = [
                states[-len(each) :] if left else states[: len(each)]
                for each, states in zip(inputs, outputs[:, 0], strict=True)
            ]
        else:
            cut = outputs[:, : request.dimensions]
            rows = list(unit_vectors(cut) if request.normalize else cut)
        if not all(np.isfinite(row).all() for row in rows):
            raise NonFiniteScore("the encoder answered with a number that is not finite")
        return rows


def flow_of(request: EmbedRequest, client: Flow) -> Flow:
    """The request may lower the client's priority to `batch`, and not raise it."""
    return Flow("batch", client.key) if _is_batch(request) else client


def _is_batch(request: EmbedRequest) -> bool:
    """Whether nobody waits for it: a search has one query, an index many documents."""
    if request.priority is not None:
        return request.priority == "batch"
    if request.kind is None:
        return len(request.texts) > 1
    return request.kind == "document"
