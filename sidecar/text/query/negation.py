"""Which words of a query are under a negation: what it does not want.

    not nike · except red · handbag without leather · leather-free · no wool or silk
    ohne Leder · nicht rot, sondern blau · sans cuir · sin cuero · 不要红色 · 革なし · 赤以外

A negation reaches the words directly after it (or, in "leather-free" and 革なし, before), and the
rest of a list: "not leather, suede or fur". What follows otherwise is wanted: "dress without hood,
red", "not red but blue". Nothing is read where two negations meet ("not without leather") or where
the phrase leaves both open ("not only red").

The words are data: see `negation_words`.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sidecar.text.query.language import languages_of
from sidecar.text.query.negation_words import BEFORE, Role, free_of, negation_words
from sidecar.text.query.ordinary import ORDINARY
from sidecar.text.query.tokens import Token, tokens

_DASHES = ("", "-", "‐", "‑")
_COMMAS = frozenset(",;、，；/")
_MINUS = re.compile(r"\s[-−]$")
MAX_ITEM_WORDS = 2
"""Of something that no vocabulary knows: "without added sugar"."""


class Excluded(NamedTuple):
    """Tokens `start` to `end`, which a negation reaches; `clear` unless it leaves both open."""

    start: int
    end: int
    clear: bool


def excluded(
    of: Sequence[Token], names: Mapping[int, int], in_field: bool = False
) -> list[Excluded]:
    """What negations reach, in order: of a list each item.

    `names` are the places of names that a vocabulary knows: start -> end. `in_field`: the text is a
    document's, which says what it lacks in more ways than a query does: "zero sugar".
    """
    if not _may_negate(of):
        return []  # most texts
    return _Reader(of, names, in_field).read()


def _may_negate(of: Sequence[Token]) -> bool:
    """Whether the text has a word with which a negation begins, or a dash that may be a minus."""
    firsts = negation_words().firsts
    return any([word in firsts or "-" in gap or "−" in gap for word, gap in of])


def freed(of: Sequence[Token]) -> list[int]:
    """The places of words that no vocabulary knows before "-free": sugar-free, gluten free."""
    words, table = [token.word for token in of], negation_words()
    return [
        place
        for place, word in enumerate(words[:-1])
        if (match := table.at(words, place + 1)) is not None
        and match[1].role == "free"
        and (of[place + 1].gap in _DASHES or word in free_of())
    ]


def excluded_runs(query: str, longest: int) -> tuple[frozenset[str], frozenset[str]]:
    """(the joined words that a negation clearly reaches, those that it leaves open).

    For values that no vocabulary knows, such as brands: of "not the north face" the runs of up to
    `longest` words that begin with "north", in Japanese those that end before 以外.
    """
    of = tokens(query)
    reader = _Reader(of, {})
    words = [token.word for token in of]
    runs: dict[bool, set[str]] = {True: set(), False: set()}
    for item in reader.read():
        stops = range(item.start + 1, min(item.start + longest, len(words)) + 1)
        runs[item.clear].update("".join(words[item.start : stop]) for stop in stops)
    for end in reader.after():
        runs[True].update("".join(words[start:end]) for start in range(max(0, end - longest), end))
    return frozenset(runs[True]), frozenset(runs[False])


def is_negated_directly(words: list[str], place: int) -> bool:
    """Whether a word that negates stands beside the one there: 非黑, 赤以外."""
    table = negation_words()
    after = place + 1 < len(words) and table.at(words, place + 1)
    if after and after[1].role == "after":
        return True
    before = (table.at(words, start) for start in range(max(0, place - 3), place))
    return any(match and match[0] == place and match[1].role in BEFORE for match in before)


class _Reader:
    """Walks over a text's tokens. Names are one step each, and no phrase reaches into one."""

    def __init__(
        self, of: Sequence[Token], names: Mapping[int, int], in_field: bool = False
    ) -> None:
        self._before: tuple[Role, ...] = (*BEFORE, "in_fields") if in_field else BEFORE
        self._tokens = of
        self._words = [token.word for token in of]
        self._names = names
        self._starts = sorted(names)
        self._table = negation_words()
        self._languages: frozenset[str] | None = None

    def read(self) -> list[Excluded]:
        found: list[Excluded] = []
        place = 0
        while place < len(self._tokens):
            if place in self._names:
                end = self._names[place]
                if self._at(end)[1] == "after" or self._is_freed(end) or self._is_minus(place):
                    found.append(Excluded(place, end, True))
                place = end
                continue
            if self._is_minus(place):
                found.append(Excluded(place, place + 1, True))
                place += 1
                continue
            end, role = self._at(place)
            if role in self._before and self._counts(place, end, role):
                clear = role != "unclear"
                while (again := self._at(end))[1] in ("before", "one_word", "except_", "unclear"):
                    end, clear = again[0], False  # two negations meet
                most = 1 if role == "one_word" else MAX_ITEM_WORDS
                items, place = self._list(end, most, goes_on=role == "except_")
                found += [
                    Excluded(start, stop, clear and not self._is_freed(stop))
                    for start, stop in items
                ]
            else:
                place = end
        return found

    def _is_minus(self, place: int) -> bool:
        """Whether the word is written as search engines exclude one: "shoes -nike"."""
        word, gap = self._tokens[place]
        return bool(_MINUS.search(gap)) and word.isalpha() and place > 0

    def after(self) -> list[int]:
        """The places of the words that negate what stands before them."""
        return [place for place in range(1, len(self._words)) if self._at(place)[1] == "after"]

    def _at(self, place: int) -> tuple[int, Role | None]:
        """(where the phrase that begins there ends, its role); one word on without one."""
        if place >= len(self._words) or place in self._names:
            return place, None
        later = bisect_right(self._starts, place)
        next_name = self._starts[later] if later < len(self._starts) else None
        if (match := self._table.at(self._words, place, next_name)) is None:
            return place + 1, None
        return match[0], match[1].role

    def _counts(self, place: int, end: int, role: Role | None) -> bool:
        if end >= len(self._tokens) or "." in self._tokens[end].gap:  # "no. 5"
            return False
        if role != "ambiguous" or self._skip_fillers(end) in self._names:
            return True
        match = self._table.at(self._words, place)
        if self._languages is None:
            self._languages = languages_of(self._words)
        return match is not None and match[1].language in self._languages

    def _skip_fillers(self, place: int) -> int:
        while (match := self._at(place))[1] == "fillers":
            place = match[0]
        return place

    def _is_freed(self, end: int) -> bool:
        """Whether "-free" follows."""
        return self._at(end)[1] == "free"

    def _list(self, place: int, most: int, goes_on: bool) -> tuple[list[tuple[int, int]], int]:
        """(the items that a negation before `place` reaches, where what follows begins)."""
        items: list[tuple[int, int]] = []
        reached = 0
        joint: str | None = "first"
        place = self._skip_fillers(place)
        while (item := self._item(place, most)) is not None:
            items.append(item)
            known = items[0][0] in self._names or (goes_on and joint == "also")
            if joint in ("first", "either") or known:
                reached = len(items)
            place = item[1]
            joint, following = self._joint(place)
            if joint is None:
                break
            place = following
        after = items[reached - 1][1] if reached else place
        return items[:reached], after

    def _item(self, place: int, most: int) -> tuple[int, int] | None:
        if place >= len(self._tokens):
            return None
        if place in self._names:
            return place, self._names[place]
        end = place
        while end < min(len(self._tokens), place + most) and end not in self._names:
            word, gap = self._tokens[end]
            if not word.isalpha() or self._at(end)[1] is not None:
                break
            if end > place and (gap.strip(" -‐‑") or word in ORDINARY):
                break
            end += 1
        return (place, end) if end > place else None

    def _joint(self, place: int) -> tuple[str | None, int]:
        """(what joins the next item to this one, where that item begins)."""
        joint = None
        if place < len(self._tokens) and not _COMMAS.isdisjoint(self._tokens[place].gap):
            joint = "comma"
        while (match := self._at(place))[1] in ("either", "also"):
            if joint != "either":
                joint = str(match[1])
            place = match[0]
        return joint, self._skip_fillers(place) if joint in ("either", "also") else place
