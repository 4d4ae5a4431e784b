"""Folded texts, one per document, in which a query's terms are looked for.

Most terms are in few of a page's documents: a look at all texts together finds where.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from sidecar.text.folding import words_of_each
from sidecar.text.terms import Term, has_apart

MIN_PREFIX = 4
"""What all forms of a term begin with is looked for in their place, unless it is shorter: " t"
begins one word in six."""

MAX_PREFIX = 24
"""Characters that are looked for: backwards the worst time is the product of both lengths."""


class FoldedTexts:
    """The texts as `folding.words` has them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        """As they were given."""
        self._texts = words_of_each(texts)
        self._together = "\n".join(self._texts)
        self._ends = list(accumulate([len(text) + 1 for text in self._texts]))

    def squeezed_with(self, pieces: Iterable[str]) -> set[int]:
        """Those of the texts whose letters and digits, joined, have one of the pieces; and all that
        are not of Latin letters, where a piece says nothing."""
        together = self._together.replace(" ", "")
        texts = together.split("\n")
        places = set[int]()
        if not together.isascii():
            places.update(place for place, text in enumerate(texts) if not text.isascii())
        ends = list(accumulate([len(text) + 1 for text in texts]))
        for piece in pieces:
            places.update(_places_of(piece, together, ends))
        return places

    def with_words(self, words: Iterable[str]) -> set[int]:
        """Those of the texts that have one of the words."""
        return {
            place for word in words for place in _places_of(f" {word} ", self._together, self._ends)
        }

    def matched_weights(self, terms: Sequence[Term]) -> list[float]:
        """Of each text the sum of idf of the terms that it has (`terms.is_in`)."""
        matched = [0.0] * len(self._texts)
        for term in terms:
            for place in self.places(term):
                matched[place] += term.weight
        return matched

    def places(self, term: Term) -> set[int]:
        """Those of the texts that have the term."""
        places = set[int]()
        # From the end: CPython searches a long text backwards in half of the time.
        find = self._together.rfind
        for looked_for in term.forms if len(term.prefix) < MIN_PREFIX else (term.prefix,):
            prefix = looked_for[:MAX_PREFIX]
            at = find(prefix)
            while at >= 0:
                if self._together.startswith(term.forms, at):
                    place = bisect_right(self._ends, at)
                    places.add(place)
                    at = find(prefix, 0, self._ends[place - 1] if place else 0)
                else:
                    at = find(prefix, 0, at + len(prefix) - 1)
        if term.pieces and all([find(piece[:MAX_PREFIX]) >= 0 for piece in term.pieces]):
            for place, text in enumerate(self._texts):
                if place not in places and has_apart(term, text):
                    places.add(place)
        return places


def _places_of(piece: str, together: str, ends: Sequence[int]) -> Iterator[int]:
    """The places of the texts with the piece; `ends` are where the next ones begin."""
    at = together.find(piece)
    while at >= 0:
        place = bisect_right(ends, at)
        yield place
        at = together.find(piece, ends[place])
