"""`cosine` signals with `encode`: a served encoder makes the vectors of query and documents.

texts  ─► the encoder's queue ─► cosines ─► parts of each document's logit
pairs  ─► the reranker's queue, at the same time                        (scoring)
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, replace

from sidecar.errors import UnknownModel
from sidecar.fusion.parts import Part
from sidecar.pipeline.deadline import Deadline
from sidecar.pipeline.embed_pipeline import EmbedPipeline
from sidecar.pipeline.encoded_texts import encoded_signals
from sidecar.pipeline.preparer import PreparedRequest
from sidecar.runtime.admission import Place

HoldEncoder = Callable[[str | None], AbstractContextManager[EmbedPipeline]]
"""The named encoder while it is used, the only one for None. Raises UnknownModel."""
NO_VECTORS = "no time was left for the vectors of "
"""A warning of a partial answer; the names of the signals follow, which count for no document."""


def no_encoder(name: str | None) -> AbstractContextManager[EmbedPipeline]:
    """Where there is none. Raises UnknownModel."""
    raise UnknownModel("no encoder is served here")


@dataclass(frozen=True, slots=True)
class CosineParts:
    """What such signals add to each document's logit."""

    parts: tuple[tuple[Part, ...], ...] = ()
    """By document; empty where no signal wants an encoder."""
    tokens: int = 0
    """That the encoder ran."""

    def beside(self, prepared: PreparedRequest) -> PreparedRequest:
        """The request with these parts beside its own."""
        if not self.parts:
            return prepared
        together = tuple(
            [*own, *more] for own, more in zip(prepared.documents.parts, self.parts, strict=True)
        )
        return replace(prepared, documents=replace(prepared.documents, parts=together))


@asynccontextmanager
async def begun_cosines(
    hold: HoldEncoder, prepared: PreparedRequest, deadline: Deadline, place: Place
) -> AsyncIterator[Awaitable[CosineParts]]:
    """The parts, which are being made until the block ends. Waiting for them raises UnknownModel
    for an encoder that is not served, DeadlineExceeded, InferenceFailed or NonFiniteScore."""
    if not prepared.encoded_texts:
        nothing = asyncio.get_running_loop().create_future()
        nothing.set_result(CosineParts())
        yield nothing
        return
    task = asyncio.create_task(_cosines(hold, prepared, deadline, place))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _cosines(
    hold: HoldEncoder, prepared: PreparedRequest, deadline: Deadline, place: Place
) -> CosineParts:
    signals = encoded_signals(prepared.profile)
    parts: list[list[Part]] = [[] for _ in prepared.documents.passages]
    tokens = 0
    for name, texts in prepared.encoded_texts.items():
        with hold(signals[name].encoder) as encoder:
            cosines = await encoder.cosines(prepared.pairs.query, texts, deadline, place)
        tokens += cosines.tokens
        for of_document, cosine in zip(parts, cosines.values, strict=True):
            if value := signals[name].contribution(cosine):
                of_document.append(Part(name, "signal", value))
    return CosineParts(tuple(map(tuple, parts)), tokens)
