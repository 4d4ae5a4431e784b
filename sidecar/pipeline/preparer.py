"""Everything between the wire and the model: in threads, while the event loop only waits. A short
request for which the model waits is prepared at once, on the loop; of several, one in each round.

read       documents -> fields                  (preparation, text/read)
hooks      fields -> weights, signals           (hooks)
prepare    fields -> passages, parts            (preparation)
tokenize   (query, passages) -> pairs           (passage_pairs, runtime/tokenizer)
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field

from sidecar.fusion.diversity import Similarity
from sidecar.hooks import CombinedResult, Hooks
from sidecar.pipeline.deadline import Deadline
from sidecar.pipeline.diversifying import similarity_of
from sidecar.pipeline.encoded_texts import TextsBySignal, encoded_texts
from sidecar.pipeline.fit import Fit
from sidecar.pipeline.legibility import Legibility
from sidecar.pipeline.passage_pairs import PassagePairs, build_pairs
from sidecar.pipeline.preparation import (
    FieldsOfDocuments,
    PreparedDocuments,
    broken_json,
    hook_views,
    prepare,
    read_all,
    without_fields,
)
from sidecar.profile import Profile
from sidecar.request import Document, RankRequest
from sidecar.runtime.tokenizer import PairTokenizer

AT_ONCE_DOCUMENTS, AT_ONCE_CHARACTERS, AT_ONCE_QUERY = 4, 1000, 100
"""Most of a request that is prepared on the event loop, and of its query: 0.4 to 1 ms on a free
core, 2 to 3 ms for HTML, fields, `diversify` or Chinese. The way to a thread and back takes 0.5 ms
where other threads have the interpreter's lock."""
NUMBER_CHARACTERS = 8
"""What a vector's number counts as."""


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A request whose pairs may be scored."""

    documents: PreparedDocuments
    pairs: PassagePairs
    profile: Profile
    instruction: str | None
    """Of the hooks, else the search, else the profile; None leaves the model's own."""
    warnings: tuple[str, ...]
    """The hooks'."""
    without_fields: tuple[int, ...] = ()
    """The documents in which the profile found none of its fields."""
    similarity: Similarity | None = None
    """How alike the documents are, where that counts."""
    encoded_texts: TextsBySignal = field(default_factory=dict)
    """What an encoder reads of each document, by signal."""
    broken: tuple[int, ...] = ()
    """The documents that are a piece of a JSON object: see `text.broken_json`."""


@dataclass(slots=True)
class Turn:
    """One request is prepared on the loop in each round of it."""

    taken: bool = False

    def take(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Whether it is free; it is then taken until all that is ready now has run."""
        if self.taken:
            return False
        self.taken = True
        loop.call_soon(self._give)
        return True

    def _give(self) -> None:
        self.taken = False


@dataclass(frozen=True, slots=True)
class Preparer:
    """Prepares requests for one model, one thread of `threads` for each."""

    hooks: Hooks
    tokenizer: PairTokenizer
    legibility: Legibility
    threads: Executor
    turn: Turn = field(default_factory=Turn)

    async def prepare(
        self,
        request: RankRequest,
        profile: Profile,
        deadline: Deadline,
        is_idle: Callable[[], bool],
    ) -> PreparedRequest:
        """The request's pairs and parts. `is_idle` says whether the model waits for them. Raises
        InputTooLong, DeadlineExceeded or HookFailed."""
        # Of a burst everyone is taken or refused before anyone is prepared: threads that prepare
        # hold the interpreter's lock, and a refusal waited for it for 5 to 10 ms.
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        if not self.hooks.any:
            # An idle model alone would let all of a burst through: it is so until a pair is queued,
            # and stays so where the cache knows every pair.
            if _is_short(request, profile) and is_idle() and self.turn.take(loop):
                return self._build(request, profile, deadline, None, None)
            return await loop.run_in_executor(
                self.threads, self._build, request, profile, deadline, None, None
            )
        fields = await loop.run_in_executor(self.threads, read_all, request.documents, profile)
        views = hook_views(request.documents, fields)
        hook_result = await self.hooks.run(request.query, views, request.control.context)
        return await loop.run_in_executor(
            self.threads, self._build, request, profile, deadline, fields, hook_result
        )

    def _build(
        self,
        request: RankRequest,
        profile: Profile,
        deadline: Deadline,
        fields: FieldsOfDocuments | None,
        hook_result: CombinedResult | None,
    ) -> PreparedRequest:
        fields = read_all(request.documents, profile) if fields is None else fields
        documents = prepare(request, profile, fields, hook_result, self.tokenizer.max_tokens)
        fit = Fit(
            request.cut,
            max_tokens=request.max_document_tokens,
            long=profile.long,
            max_query_tokens=request.max_query_tokens,
            max_pair_tokens=request.max_pair_tokens,
        )
        rewritten = hook_result.instruction if hook_result else None
        instruction = rewritten or request.control.instruction or profile.instruction
        pairs = build_pairs(
            request.query,
            documents.passages,
            self.tokenizer,
            fit,
            instruction,
            deadline.check,
            self.legibility,
        )
        warnings = hook_result.warnings if hook_result else ()
        broken = broken_json(request.documents, fields, profile)
        found_none = without_fields(request.documents, fields, profile)
        pieces = set(broken)
        return PreparedRequest(
            documents,
            pairs,
            profile,
            instruction,
            warnings,
            without_fields=tuple(index for index in found_none if index not in pieces),
            similarity=similarity_of(request, profile, fields),
            encoded_texts=encoded_texts(profile, documents.named, documents.passages),
            broken=broken,
        )


def _is_short(request: RankRequest, profile: Profile) -> bool:
    if profile.signals or profile.rules or profile.extractors:
        return False  # what they read of a short text may take many milliseconds
    documents, query = request.documents, len(request.query)
    if len(documents) > AT_ONCE_DOCUMENTS or query > AT_ONCE_QUERY:
        return False
    size = query + len(request.control.instruction or "") + sum(map(_size, documents))
    return size <= AT_ONCE_CHARACTERS


def _size(document: Document) -> int:
    numbers = 0 if document.vector is None else len(document.vector)
    return document.size + numbers * NUMBER_CHARACTERS
