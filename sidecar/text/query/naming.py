"""Whether a query names a field's value: a brand, a model number, a SKU, a GTIN.

A value is named when, squeezed to its letters and digits, it is a run of the query's words: the
query "sony wh1000xm4 case" names "WH-1000 XM4". Two kinds of values need more than that:

digits alone    must not be a number that means something else: a price ("laptop under 1000"), a
                quantity ("5000 mah"), a count ("1000 piece puzzle"). A number with neither a unit
                nor a bound may be an item's: "1000".
ordinary words  (ORDINARY: function words, and words of queries of every kind) name a brand such as
                On or Next only where the query writes a name: the value is the whole query, or the
                word has a capital that nothing else explains. The first word, which phones
                capitalise, must be all capitals, and half of the other words must begin with small
                letters: "shoes On for men", "ON shoes", not "Shoes On Sale".
"""

import re
from dataclasses import dataclass
from functools import cache

from sidecar.text.folded_texts import FoldedTexts
from sidecar.text.folding import squeeze, unspaced, words
from sidecar.text.numerals import plain
from sidecar.text.query.company import said_with_other_words, spoken_names
from sidecar.text.query.counts import counted
from sidecar.text.query.negation import excluded_runs
from sidecar.text.query.ordinary import ORDINARY
from sidecar.text.query.price import price_spans
from sidecar.text.query.tokens import apart
from sidecar.text.terms import MAX_TERMS
from sidecar.text.units import quantities

RUN_WORDS = 8
"""Words that a brand or a model number has at most."""
_CASED = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Naming:
    """A query's runs of words, joined."""

    runs: frozenset[str]
    """All of up to RUN_WORDS words."""
    text: str
    """The whole query, squeezed."""
    numbers: frozenset[str]
    """Those that hold no number with a unit, a bound or a count."""
    names: frozenset[str]
    """Those of words that the query writes as names, and the whole query."""
    capitals: frozenset[str] = frozenset()
    """Those of words that it writes as names."""
    excluded: frozenset[str] = frozenset()
    """Those that begin where a negation reaches: "nike" of "shoes not nike"."""
    unclear: frozenset[str] = frozenset()
    """Those that it reaches without saying what is wanted: "not only nike"."""
    words: frozenset[str] = frozenset()
    """All of one word."""

    @classmethod
    def of(cls, query: str) -> "Naming":
        """What the query's first MAX_TERMS words may name."""
        query = apart(query)
        split = words(query).split()
        runs = _runs(split)
        proper, cased = [""], _CASED.findall(query)[:MAX_TERMS]
        for place, word in enumerate(cased):
            if _stands_out(place, cased):
                proper[-1] += f" {word}"
            elif proper[-1]:
                proper.append("")
        named = frozenset[str]().union(*(_runs(words(run).split()) for run in proper))
        unwanted, unclear = excluded_runs(query, RUN_WORDS)
        return cls(
            runs,
            squeeze(query),
            _unmeasured(query, runs),
            named | {squeeze(query)},
            named,
            unwanted,
            unclear,
            frozenset(split[:MAX_TERMS]),
        )

    def candidates(self, folded: FoldedTexts) -> set[int]:
        """The places of the texts that may be, or list, a value that the query names; the others
        surely are none.

        A value that is named is a run of the query's words, so it has the first of them. All texts
        are looked over together: few of a page's brands are in the query.
        """
        return folded.squeezed_with(self.words) | said_with_other_words(folded)

    def wants(self, value: str, min_length: int = 1) -> bool:
        """Whether the query names the value, which has `min_length` letters and digits at least,
        and does not exclude it. A company is named as people say it: "hp" for "HP Inc."."""
        spelling = self._spelling(value, min_length)
        return spelling is not None and spelling not in self.excluded | self.unclear

    def excludes(self, value: str, min_length: int = 1) -> bool:
        """Whether the query names the value as one that it does not want."""
        if not self.excluded:
            return False  # most queries: the value need not be looked at
        spelling = self._spelling(value, min_length)
        return spelling is not None and spelling in self.excluded

    def _spelling(self, value: str, min_length: int) -> str | None:
        """The value's letters and digits as the query has them; None where it does not name it."""
        for name in spoken_names(value):
            if len(spelling := squeeze(name)) >= min_length and self._holds(name, spelling):
                return spelling
        return None

    def _holds(self, name: str, spelling: str) -> bool:
        if spelling not in self.runs:
            # Chinese and Japanese write no spaces: "耐克跑鞋" names 耐克.
            within = len(spelling) > 1 and unspaced(spelling) and spelling in self.text
            return within and not spelling.isdigit()
        if spelling.isdigit():
            return spelling in self.numbers
        return spelling in self.names or not is_ordinary(name)


def _runs(split: list[str]) -> frozenset[str]:
    split = split[:MAX_TERMS]
    return frozenset(
        "".join(split[start:end])
        for start in range(len(split))
        for end in range(start + 1, min(start + RUN_WORDS, len(split)) + 1)
    )


def _unmeasured(query: str, runs: frozenset[str]) -> frozenset[str]:
    """The runs of the query's pieces between its prices, quantities and counts."""
    if not any(map(str.isdigit, query)):
        return runs
    text = plain(query)
    measured = [
        *price_spans(text),
        *((quantity.start, quantity.end) for quantity in quantities(text)),
        *(match.span() for match in _count().finditer(text)),
    ]
    pieces, begin = [], 0
    for start, end in sorted(measured):
        pieces.append(text[begin : max(begin, start)])
        begin = max(begin, end)
    pieces.append(text[begin:])
    return frozenset[str]().union(*(_runs(words(piece).split()) for piece in pieces))


@cache
def _count() -> re.Pattern[str]:
    return re.compile(rf"(?<![\d.,])[\d.,]++\s?-?\s?{counted()}")


def _stands_out(place: int, cased: list[str]) -> bool:
    """Whether the word's capital is a name's."""
    word = cased[place]
    if not word[0].isupper() or (place == 0 and (len(word) < 2 or not word.isupper())):
        return False
    first = cased[: cased[0][0].islower()]  # its capital says nothing about the others
    others = [*first, *cased[1:]]
    if place:
        others.remove(word)
    letters = [other[0] for other in others if other[0].isalpha()]
    return bool(letters) and 2 * sum(map(str.islower, letters)) >= len(letters)


def is_ordinary(value: str) -> bool:
    """Whether it has ordinary words and numbers alone."""
    return all(word.isdigit() or word in ORDINARY for word in words(value).split())
