"""From passages to pairs: what the model scores for each document of a request.

A document is one pair, unless it does not fit the model (then windows of its longest segment, each
under the other segments as a header) or its profile scores fields alone (then a pair for each).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sidecar.engine.tokenizer import EncodedQuery, Pair, PairTokenizer
from sidecar.errors import InputTooLong
from sidecar.model import Cut
from sidecar.profile import LongDocuments
from sidecar.text.compose import Passage, Segment, share
from sidecar.text.windows import select, windows

ENCODED_TOGETHER = 256
"""Texts per call of the tokenizer, which spreads them over the cores and cannot be interrupted."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of a field's text (or of the plain text, field ""), in code points."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """A pair and what its logit is for."""

    document: int
    pair: Pair
    evidence: Evidence | None = None
    """The window that the pair holds, for a long document."""
    alone: tuple[str, float] | None = None
    """(field, weight) of a pair that holds one field."""


@dataclass(frozen=True, slots=True)
class Units:
    units: list[Unit]
    truncated: tuple[int, ...]
    """Documents of which the model did not see everything."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What to do with a document that is longer than the room beside the query."""

    cut: Cut | None = "right"
    """None: refuse it."""
    max_tokens: int | None = None
    """Most ids of a document; when given, documents are cut there and not windowed."""
    long: LongDocuments | None = None
    """None: cut, never window."""
    score_empty: bool = False
    """Whether a passage without a single token is a pair too: Shapley values need it."""


def build(
    query_text: str,
    passages: Sequence[Passage],
    tokenizer: PairTokenizer,
    fit: Fit,
    instruction: str | None = None,
    check: Callable[[], None] = lambda: None,
) -> Units:
    """The units of all documents, in their order; documents in which nothing stands have none.

    `check` is called between documents; what it raises ends the work. Raises InputTooLong: the
    query leaves no room, or `fit.cut` is None and a passage is too long.
    """
    query = tokenizer.query(query_text, instruction)
    texts = [segment.text for passage in passages for segment in _all_segments(passage)]
    encoded = _encode(tokenizer, texts, check)
    found: list[Unit] = []
    truncated: list[int] = []
    for document, passage in enumerate(passages):
        check()
        ids = [next(encoded) for _ in passage.segments]
        one = _Document(document, passage, ids, query, tokenizer, fit)
        units, whole = one.units(query_text) if any(ids) or fit.score_empty else ([], True)
        for alone in passage.alone:
            alone_ids = next(encoded)
            whole = whole and len(alone_ids) <= query.room
            pair = tokenizer.pair(query, alone_ids[: query.room])
            units.append(Unit(document, pair, alone=(alone.segment.field, alone.weight)))
        if not whole:
            truncated.append(document)
        found += units
    return Units(found, tuple(truncated))


def _encode(
    tokenizer: PairTokenizer, texts: Sequence[str], check: Callable[[], None]
) -> Iterator[list[int]]:
    for start in range(0, len(texts), ENCODED_TOGETHER):
        check()
        yield from tokenizer.encode(texts[start : start + ENCODED_TOGETHER])


def _all_segments(passage: Passage) -> list[Segment]:
    return [*passage.segments, *(alone.segment for alone in passage.alone)]


@dataclass(frozen=True, slots=True)
class _Document:
    """One document's composed segments and their ids."""

    index: int
    passage: Passage
    ids: list[list[int]]
    query: EncodedQuery
    tokenizer: PairTokenizer
    fit: Fit

    def units(self, query_text: str) -> tuple[list[Unit], bool]:
        """(units, whether the model sees the whole document)."""
        room = min(self.query.room, self.fit.max_tokens or self.query.room)
        total = sum(map(len, self.ids))
        if total <= room and not self.passage.cut:
            return [self._unit([token for ids in self.ids for token in ids])], True
        if self.fit.cut is None:
            raise InputTooLong(
                f"document {self.index} has more than the {room} tokens that fit beside the query"
            )
        if total > room and self.fit.long is not None and self.fit.max_tokens is None:
            return self._windows(query_text, self.fit.long)
        return [self._unit(self._shared(room))], False

    def _unit(self, ids: Sequence[int], evidence: Evidence | None = None) -> Unit:
        return Unit(self.index, self.tokenizer.pair(self.query, ids), evidence)

    def _shared(self, room: int, without: int | None = None) -> list[int]:
        """The segments' ids within the room by their quotas; segment `without` left out."""
        places = [place for place in range(len(self.ids)) if place != without]
        quotas = [self.passage.segments[place].quota for place in places]
        parts = share([len(self.ids[place]) for place in places], quotas, room)
        kept: list[int] = []
        for place, part in zip(places, parts, strict=True):
            ids = self.ids[place]
            kept += ids[len(ids) - part :] if self.fit.cut == "left" else ids[:part]
        return kept

    def _windows(self, query_text: str, long: LongDocuments) -> tuple[list[Unit], bool]:
        """A unit per chosen window of the longest segment, the others above it as a header."""
        longest = max(range(len(self.ids)), key=lambda place: len(self.ids[place]))
        segment, ids = self.passage.segments[longest], self.ids[longest]
        room = self.query.room
        others = sum(map(len, self.ids)) - len(ids)
        header = self._shared(min(others, room // 2), without=longest)
        # Not shorter than the header: that is read again with each window.
        size = min(room - len(header), max(long.window_tokens, len(header)))
        cuts = windows(segment.text, self.tokenizer.spans(segment.text), size, long.overlap)
        chosen = select(cuts, segment.text, query_text, long.budget_tokens)
        units = []
        for place in chosen:
            window = cuts[place]
            evidence = Evidence(
                segment.field,
                max(0, window.start - segment.start),
                max(0, window.end - segment.start),
            )
            units.append(self._unit([*header, *ids[window.first : window.last]], evidence))
        whole = len(chosen) == len(cuts) and len(header) == others and not self.passage.cut
        return units, whole
