"""From passages to pairs: what the model scores for each document of a request.

A document is one pair, unless it does not fit the model (then windows of its longest segment, each
under the other segments as a header) or its profile scores fields alone (then a pair for each).
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from sidecar.errors import InputTooLong
from sidecar.pipeline.fit import Fit
from sidecar.pipeline.legibility import Legibility
from sidecar.runtime.session import ModelInput
from sidecar.runtime.tokenizer import Encoded, EncodedQuery, PairTokenizer
from sidecar.text.compose import Passage, share
from sidecar.text.long_documents import LongDocuments
from sidecar.text.windows import select, windows

ENCODED_TOGETHER = 256
"""Texts per call of the tokenizer, which spreads them over the cores and cannot be interrupted."""
LONG_CHARACTERS = 4
"""From so many for each token of the room a text is expected not to fit, and the places of its
tokens are asked for with their ids. English has 4 to 5 characters for a token."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of a field's text as it was sent (or of the plain text, field ""), in code points."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class PassagePair:
    """A (query, passage) pair as the model reads it, and what its logit is for."""

    document: int
    input: ModelInput
    evidence: Evidence | None = None
    """The window that the pair holds, for a long document."""
    window_rank: int = 0
    """Of a long document: the window's place among its chosen ones, the most important first."""
    alone: tuple[str, float] | None = None
    """(field, weight) of a pair that holds one field."""
    pieces: tuple[tuple[str, Sequence[int]], ...] = ()
    """Of a window or a cut document: its fields and their ids, in the order of the pair."""


@dataclass(frozen=True, slots=True)
class PassagePairs:
    pairs: list[PassagePair]
    query: str
    """As the model read it: cut if it was too long."""
    truncated: tuple[int, ...]
    """Documents of which the model did not see everything."""
    unread: tuple[int, ...] = ()
    """Documents of whose words the model knows few: see `legibility`."""
    query_unread: bool = False
    """Whether it knows few of the query's."""
    shortened: tuple[int, ...] = ()
    """Documents of which windows were left out to meet the deadline: see `time_budget`."""


def build_pairs(
    query_text: str,
    passages: Sequence[Passage],
    tokenizer: PairTokenizer,
    fit: Fit,
    instruction: str | None = None,
    check: Callable[[], None] = lambda: None,
    legibility: Legibility | None = None,
) -> PassagePairs:
    """The pairs of all documents, in their order; empty documents have none.

    `check` is called between documents; what it raises ends the work. Without `legibility` no text
    counts as unread. Raises InputTooLong: the query or a passage is too long and `fit.cut` is None,
    or the prompt leaves no room for a query.
    """
    query = tokenizer.query(
        query_text,
        instruction,
        cut=fit.cut,
        max_tokens=fit.max_query_tokens,
        max_pair_tokens=fit.max_pair_tokens,
    )
    fit = _within_pairs(fit, query, tokenizer.max_tokens)
    every = [text for passage in passages for text in _texts(passage, tokenizer.lead)]
    long = sys.maxsize if fit.windowed is None else LONG_CHARACTERS * query.room
    encoded = _encode(tokenizer, every, check, long)
    pairs: list[PassagePair] = []
    truncated: list[int] = []
    unread: list[int] = []
    for document, passage in enumerate(passages):
        check()
        segments = [next(encoded) for _ in passage.segments]
        ids = [segment.ids for segment in segments]
        one = _Document(document, passage, ids, segments, query, tokenizer, fit)
        has_text = any(ids) and any(segment.text.strip() for segment in passage.segments)
        of_document, whole = one.pairs() if has_text or fit.score_empty else ([], True)
        texts = [segment.text for segment in passage.segments]
        for alone in passage.alone:
            alone_ids = next(encoded).ids
            texts.append(alone.segment.text)
            ids.append(alone_ids)
            whole = whole and len(alone_ids) <= query.room
            model_input = tokenizer.pair(query, alone_ids[: query.room])
            field = (alone.segment.field, alone.weight)
            of_document.append(PassagePair(document, model_input, alone=field))
        if not whole:
            truncated.append(document)
        if legibility is not None and legibility.unread(texts, ids):
            unread.append(document)
        pairs += of_document
    query_unread = legibility is not None and _query_unread(query.text, tokenizer, legibility)
    return PassagePairs(pairs, query.text, tuple(truncated), tuple(unread), query_unread)


def _query_unread(text: str, tokenizer: PairTokenizer, legibility: Legibility) -> bool:
    return not text.isascii() and legibility.unread([text], tokenizer.encode([text]))


def _within_pairs(fit: Fit, query: EncodedQuery, max_tokens: int) -> Fit:
    """The fit with `max_pair_tokens` as what it leaves of a document beside the query."""
    if fit.max_pair_tokens is None or fit.max_pair_tokens >= max_tokens:
        return fit
    left = fit.max_pair_tokens - (max_tokens - query.room)
    return replace(fit, max_tokens=min(left, fit.max_tokens or left))


def _encode(
    tokenizer: PairTokenizer, texts: Sequence[str], check: Callable[[], None], longer_than: int
) -> Iterator[Encoded]:
    for start in range(0, len(texts), ENCODED_TOGETHER):
        check()
        yield from tokenizer.locate(texts[start : start + ENCODED_TOGETHER], longer_than)


def _texts(passage: Passage, lead: str) -> list[str]:
    """What is encoded of a passage: each segment, and those alone; the lead before each pair's."""
    together = [segment.text for segment in passage.segments]
    if together:
        together[0] = lead + together[0]
    return [*together, *(lead + alone.segment.text for alone in passage.alone)]


@dataclass(frozen=True, slots=True)
class _Document:
    """One document's composed segments and their ids."""

    index: int
    passage: Passage
    ids: list[list[int]]
    encoded: list[Encoded]
    """The segments, whose ids `ids` are."""
    query: EncodedQuery
    tokenizer: PairTokenizer
    fit: Fit

    def pairs(self) -> tuple[list[PassagePair], bool]:
        """(pairs, whether the model sees the whole document)."""
        room = min(self.query.room, self.fit.max_tokens or self.query.room)
        total = sum(map(len, self.ids))
        if total <= room and not self.passage.cut:
            ids = [token for each in self.ids for token in each]
            return [PassagePair(self.index, self.tokenizer.pair(self.query, ids))], True
        if self.fit.cut is None:
            raise InputTooLong(
                f"document {self.index} has more than the {room} tokens that fit beside the query"
            )
        if total > room and self.fit.windowed is not None:
            return self._windows(self.fit.windowed)
        return [self._pieced(self._shared(room))], False

    def _pieced(
        self, pieces: Sequence[tuple[str, Sequence[int]]], evidence: Evidence | None = None
    ) -> PassagePair:
        model_input = self.tokenizer.pair(self.query, _joined(pieces))
        return PassagePair(self.index, model_input, evidence, pieces=tuple(pieces))

    def _shared(self, room: int, without: int | None = None) -> list[tuple[str, Sequence[int]]]:
        """Each segment's ids within the room by their quotas; segment `without` left out."""
        places = [place for place in range(len(self.ids)) if place != without]
        quotas = [self.passage.segments[place].quota for place in places]
        parts = share([len(self.ids[place]) for place in places], quotas, room)
        pieces: list[tuple[str, Sequence[int]]] = []
        for place, part in zip(places, parts, strict=True):
            ids = self.ids[place]
            ids = ids[len(ids) - part :] if self.fit.cut == "left" else ids[:part]
            pieces.append((self.passage.segments[place].field, ids))
        return pieces

    def _windows(self, long: LongDocuments) -> tuple[list[PassagePair], bool]:
        """A pair per chosen window of the longest segment, the others above it as a header."""
        longest = max(range(len(self.ids)), key=lambda place: len(self.ids[place]))
        segment, ids = self.passage.segments[longest], self.ids[longest]
        room = self.query.room
        others = sum(map(len, self.ids)) - len(ids)
        header = self._shared(min(others, room // 2), without=longest)
        above = len(_joined(header))
        # Not shorter than the header: that is read again with each window.
        size = min(room - above, max(long.window_tokens, above))
        cuts = windows(segment.text, self._spans(longest), size, long.overlap)
        chosen = select(cuts, segment.text, self.query.text, long.budget_tokens)
        pairs = []
        for rank, place in sorted(enumerate(chosen), key=lambda item: item[1]):
            window = cuts[place]
            evidence = Evidence(segment.field, *segment.place(window.start, window.end))
            piece = (segment.field, ids[window.first : window.last])
            pairs.append(replace(self._pieced([*header, piece], evidence), window_rank=rank))
        whole = len(chosen) == len(cuts) and above == others and not self.passage.cut
        return pairs, whole

    def _spans(self, place: int) -> list[tuple[int, int]]:
        """Where each token of a segment lies in its text; those of the lead at its beginning."""
        lead = "" if place else self.tokenizer.lead
        spans = self.encoded[place].spans
        if spans is None:  # shorter than expected of a long text
            spans = self.tokenizer.spans(lead + self.passage.segments[place].text)
        if not lead:
            return spans
        return [(max(0, begin - len(lead)), max(0, end - len(lead))) for begin, end in spans]


def _joined(pieces: Sequence[tuple[str, Sequence[int]]]) -> list[int]:
    return [token for _, ids in pieces for token in ids]
