"""The words that make a number a bound: "under 50", "50 oder weniger", "500元以下", "30 bis 40 cm".

The words are the vocabulary `bound`; its English file says what each list is for.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import starmap

from sidecar.schema import FrozenModel
from sidecar.text.folding import unspaced
from sidecar.text.numerals import plain
from sidecar.text.vocabularies import Spellings, all_words

_LETTERS = "a-zæøłđıа-яё"
"""Of spaced scripts, as `plain` leaves them: "usd以下" and "eur12" have a whole word."""


class BoundWords(FrozenModel):
    """A language's file."""

    under: Spellings = ()
    at_most: Spellings = ()
    or_less: Spellings = ()
    over: Spellings = ()
    at_least: Spellings = ()
    or_more: Spellings = ()
    about: Spellings = ()
    or_so: Spellings = ()
    between: Spellings = ()
    both: Spellings = ()
    to: Spellings = ()
    price: Spellings = ()
    budget: Spellings = ()
    counted: Spellings = ()
    measured: Spellings = ()
    children: Spellings = ()
    people: Spellings = ()
    small: Spellings = ()
    weighed: Spellings = ()


class Side(Enum):
    HIGH = "high"
    LOW = "low"
    ABOUT = "about"


@dataclass(frozen=True, slots=True)
class Bound:
    """What the words around a number make of it."""

    side: Side
    plain: bool
    """Whether they compare prices as they compare anything: "under 50". "max 50" does not."""
    start: int
    """Where the words before the number begin; the end of that text where they follow it."""
    end: int = 0
    """Where the words after the number end."""


def bound(before: str, after: str) -> Bound | None:
    """The bound that the words make of the number between these `plain` texts."""
    patterns = _patterns()
    found = [
        Bound(side, name in _PLAIN, match.start())
        for name, side in _BEFORE
        if (match := patterns[name].search(before))
    ]
    if found:
        return min(found, key=lambda each: each.start)  # "no more than" holds "more than"
    for name, side in _AFTER:
        match = patterns[name].match(after)
        if match and not _NUMBER.match(after, match.end()):  # else they are the next number's
            words = match[0].strip()
            return Bound(side, words not in _measuring(), len(before), match.end())
    return None


def joins(before: str, between: str) -> bool:
    """Whether the text between two numbers makes them a range. "and" does so only where the text
    before them ends with "between"."""
    if _patterns()["to_whole"].fullmatch(between):
        return True
    return opens_range(before) is not None and adds(between)


def ends_below(between: str) -> bool:
    """Whether the text between two numbers may be that before the second alone: "iphone 15 bis
    800 €"."""
    return _patterns()["at_most"].fullmatch(between.lstrip()) is not None


def adds(between: str) -> bool:
    """Whether the text is "and" alone."""
    return _patterns()["both"].fullmatch(between) is not None


def opens_range(before: str) -> int | None:
    """Where its last word begins, if that is "between"."""
    match = _patterns()["between"].search(before)
    return match.start() if match else None


def pattern_of(*names: str) -> str:
    """An expression of the words of these lists in all languages, the longest first."""
    return alternatives(_words(*names))


def alternatives(words: Iterable[str]) -> str:
    """An expression of any of the words; those of spaced scripts are whole words."""
    by_first: dict[str, list[str]] = {}
    for word in sorted(set(words), key=len, reverse=True):
        by_first.setdefault(word[0], []).append(word)
    return "(?:" + "|".join(starmap(_beginning_with, by_first.items())) + ")"


def _beginning_with(first: str, words: Sequence[str]) -> str:
    """An expression of any of the words, the first that fits, all of which begin with the sign.

    The sign leads, and what may not stand before it is looked at after it: `re` skips all places
    with other signs, so a query is read ten times as fast.
    """
    sign = re.escape(first)
    whole = [word for word in words if first.isalnum() and not unspaced(word)]
    left = f"(?<![{_LETTERS}]{sign})"
    if len(whole) == len(words):
        return f"{sign}{left}(?:{'|'.join(map(_rest, words))})"
    rests = ((left if word in whole else "") + _rest(word) for word in words)
    return f"{sign}(?:{'|'.join(rests)})"


def _rest(word: str) -> str:
    """An expression of the word after its first sign."""
    rest = re.escape(word[1:]).replace(r"\ ", r"\s+")
    ends_whole = word[-1].isalpha() and not unspaced(word)
    return rest + (f"(?![{_LETTERS}])" if ends_whole else "")


def _words(*names: str) -> set[str]:
    return set(map(plain, all_words("bound", BoundWords, *names)))


@cache
def _measuring() -> frozenset[str]:
    """The words after a number that are words before one too: "iphone 12 max"."""
    return frozenset(_words("under", "over", "at_most", "at_least", "about"))


_BEFORE = (
    ("under", Side.HIGH),
    ("over", Side.LOW),
    ("budget", Side.HIGH),
    ("at_most", Side.HIGH),
    ("at_least", Side.LOW),
    ("about", Side.ABOUT),
)
_NUMBER = re.compile(r"\s*\W?\s?[0-9]")
_PLAIN = frozenset({"under", "over", "budget"})
_AFTER = (("or_less", Side.HIGH), ("or_more", Side.LOW), ("or_so", Side.ABOUT))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    price = f"(?:{pattern_of('price', 'budget')}[:\\s]*)?"
    return {
        **{
            name: re.compile(f"{pattern_of(name)}[:\\s]*{price}$")
            for name in ("under", "over", "budget", "at_most", "at_least", "about", "between")
        },
        **{name: re.compile(f"\\s*{pattern_of(name)}") for name in ("or_less", "or_so")},
        "or_more": re.compile(rf"\+(?![a-z0-9])|\s*{pattern_of('or_more')}"),
        "to_whole": re.compile(f"\\s*{pattern_of('to')}\\s*"),
        "both": re.compile(f"\\s*{pattern_of('both')}\\s*"),
    }
