"""A text without its markup, and where each part of it stands in the original.

Both are made of pieces that follow one another: a piece that stayed as it was, one that reads
otherwise (`&amp;` as `&`), or a break that stands in the place of markup and for nothing else.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple, Self


class Piece(NamedTuple):
    """A part of a text. All offsets are code points."""

    at: int
    """Where it begins in the text; it ends where the next one begins."""
    start: int
    end: int
    """[start, end) of the original, which it stands for; empty for a break."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A text without its markup."""

    text: str
    pieces: Sequence[Piece]
    """Neither the first nor the last is a break, and no two breaks follow one another."""
    original_length: int

    @classmethod
    def same(cls, text: str) -> Self:
        """A text without markup."""
        return cls(text, (Piece(0, 0, len(text)),) if text else (), len(text))

    def original(self, start: int, end: int) -> tuple[int, int]:
        """[start, end) of the text as offsets in the original, without the markup around it.

        The range must hold a character.
        """
        first = self._index(start)
        piece = self.pieces[first]
        if piece.start == piece.end:  # a break: what follows it
            begin = self.pieces[first + 1].start
        else:
            begin = piece.start + (start - piece.at if self._is_as_it_was(first) else 0)
        last = self._index(end - 1)
        piece = self.pieces[last]
        if piece.start == piece.end:
            return begin, max(begin, self.pieces[last - 1].end)
        as_it_was = self._is_as_it_was(last)
        return begin, piece.start + end - piece.at if as_it_was else piece.end

    def within(self, inner: "Plain") -> "Plain":
        """What `inner` is of this text, as what it is of this text's original."""
        pieces: list[Piece] = []
        for index, piece in enumerate(inner.pieces):
            if piece.start == piece.end:
                pieces.append(piece)
            elif inner._is_as_it_was(index):
                pieces += self._pieces_of(piece)
            else:
                pieces.append(Piece(piece.at, *self.original(piece.start, piece.end)))
        return Plain(inner.text, pieces, self.original_length)

    def _pieces_of(self, inner: Piece) -> Iterator[Piece]:
        """This text's pieces in the inner one's range, at the places that they have there."""
        start = inner.start
        while start < inner.end:
            index = self._index(start)
            following = index + 1 < len(self.pieces)
            stop = self.pieces[index + 1].at if following else len(self.text)
            end = min(stop, inner.end)
            yield Piece(inner.at + start - inner.start, *self.original(start, end))
            start = end

    def _index(self, at: int) -> int:
        return bisect_right(self.pieces, at, key=attrgetter("at")) - 1

    def _is_as_it_was(self, index: int) -> bool:
        """Whether the piece reads as the original does."""
        piece = self.pieces[index]
        following = index + 1 < len(self.pieces)
        stop = self.pieces[index + 1].at if following else len(self.text)
        return stop - piece.at == piece.end - piece.start


def joined(parts: Iterable[Plain], separator: str) -> Plain:
    """The parts that are not empty with the separator between them; their originals, empty ones
    left out, are joined by it as well."""
    texts: list[str] = []
    pieces: list[Piece] = []
    at = start = 0
    for part in parts:
        if not part.original_length:
            continue
        between = start
        if start:
            start += len(separator)
        if part.text:
            if texts and separator:
                texts.append(separator)
                pieces.append(Piece(at, between, start))
                at += len(separator)
            texts.append(part.text)
            pieces += [Piece(at + p.at, start + p.start, start + p.end) for p in part.pieces]
            at += len(part.text)
        start += part.original_length
    return Plain("".join(texts), pieces, start)
