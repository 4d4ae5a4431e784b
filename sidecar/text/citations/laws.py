"""Which law a place belongs to: the name before it or after it.

    § 433 BGB · BGB § 433 · § 8 Außensteuergesetz · § 28 AufenthG       lists, and any abbreviation
    section 172 of the Companies Act 2006 · Companies Act 2006, s 172    any act
    Cal. Civ. Code § 1714 · section 1714 of the California Civil Code    any code of a US state
    Art. 17 Regulation (EU) 2016/679                                     any act of the Union

A German abbreviation has two capitals at least. An act is known by its last word and its year, so
that it is the same in a sentence without capitals.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from sidecar.text.citations.european import ACT, act_key
from sidecar.text.citations.states import state_code, state_words, title_words
from sidecar.text.citations.vocabulary import (
    Word,
    by_mark,
    last_words,
    law_names,
    law_words,
    name_of,
    spellings,
    words_of,
    written_names,
)
from sidecar.text.folding import fold
from sidecar.text.numerals import roman
from sidecar.text.vocabularies import any_of

MAX_WORDS = 9
"""Of a law's name."""
_WINDOW, _WINDOW_BEFORE = 110, 80
"""Characters beside a place in which its law is looked for."""
_JOINT = re.compile(r"[\s.,'&/()-]{0,3}")
"""What may lie between two words of a name."""
_ABBREVIATION = re.compile(r"[A-ZÄÖÜ][A-Za-zÄÖÜäöüß]{0,12}-?[A-ZÄÖÜ][a-zäöü]{0,2}(?![\w-])")
_SOCIAL_CODE = re.compile(r"SGB[\s-]?([IVX]{1,4}|\d{1,2})\b", re.IGNORECASE)
_GERMAN_NAME = re.compile(
    r"([A-ZÄÖÜa-zäöü][\wäöüß-]{3,40}?(?:gesetz|gesetzbuch|ordnung|verordnung|satzung))(?:e?s)?\b"
)
_ACT_END = (  # bounded: else a long word would be read again from each of its letters
    r"(?P<last>[\w'&()-]{1,60}+)\s+(?P<act>Act|Ordinance)\b(?:,?\s+(?:of\s+)?(?P<year>\d{4})\b)?"
)
_ACT = re.compile(_ACT_END, re.IGNORECASE)
_LAST_WORD = re.compile(r"[^\W_]+$")
_ENDINGS = tuple("gesetz gesetzes gesetzbuch gesetzbuchs ordnung satzung act ordinance".split())
_ACT_AFTER = re.compile(rf"(?:[\w'&()-]+\s+){{0,9}}?{_ACT_END}", re.IGNORECASE)
_NO_ACT = frozenset(
    "the this that said same such an any each every principal first which to and or must not you "
    "they we may will shall can of under in that's former new old".split()
)
_NO_LAW = frozenset(
    "us usa uk eu un uno gb ddr brd bgh bverfg bverwg bag bfh bsg olg lg ag vg ovg vgh eugh egmr "
    "bayoblg kg rg stgh bger ogh vfgh vwgh ecj cjeu ecthr scotus nato nj ny ca tx pdf llc plc ltd "
    "gmbh mwst iva tva no nr cd dvd tv hd ii iii iv vi vii viii ix xi xii".split()
)
"""Countries, courts and numerals: they are no laws."""


class Named(NamedTuple):
    """A law's key and where its name begins and ends."""

    key: str
    start: int
    end: int


def law_after(text: str, place: int, any_name: bool) -> Named | None:
    """The law whose name begins at the place, after "of the" and its kin. With `any_name`, an
    abbreviation that is in no list is one too."""
    gap = _gap().match(text, place)
    start = gap.end() if gap else place
    if act := ACT.match(text, start):
        return Named(_same(act_key(act)), start, act.end())
    if any_name and (social := _SOCIAL_CODE.match(text, start)):
        return Named(_social(social), start, social.end())
    words = _following(text, start)
    if named := _longest(text, [words[:count] for count in range(len(words), 0, -1)], any_name):
        return named
    ends = _ACT.search(text, start, start + _WINDOW)
    if ends and (act := _ACT_AFTER.match(text, start)) and (key := _act(act)):
        return Named(key, start, act.end())
    if any_name and "," not in text[place:start]:
        return _german(text, start)
    return None


def law_before(text: str, place: int, earliest: int, any_name: bool) -> Named | None:
    """The law whose name ends at the place and begins at `earliest` or later."""
    begin = max(earliest, place - _WINDOW_BEFORE)
    trimmed = len(text[begin:place].rstrip(" ,.(:-\n\t")) + begin
    if place - trimmed > 4 or trimmed == begin or not _may_end_name(text, begin, trimmed):
        return None
    for act in ACT.finditer(text, begin, trimmed + 1):
        if act.end() >= trimmed:
            return Named(_same(act_key(act)), act.start(), act.end())
    if any_name:
        for social in _SOCIAL_CODE.finditer(text, begin, trimmed):
            if social.end() == trimmed:
                return Named(_social(social), social.start(), trimmed)
    words = _preceding(text, begin, trimmed)
    if not words or words[-1][2] < trimmed:
        return None
    if named := _longest(text, [words[first:] for first in range(len(words))], any_name):
        return named
    for act in _ACT.finditer(text, words[0][1], trimmed):
        if act.end() == trimmed and (key := _act(act)):
            return Named(key, act.start("last"), trimmed)
    if any_name and (named := _german(text, words[-1][1])) and named.end == trimmed:
        return named
    return None


def _may_end_name(text: str, begin: int, end: int) -> bool:
    """Whether the last word may end a law's name: cheaper than reading the words before it."""
    if not (last := _LAST_WORD.search(text, begin, end)):
        return False
    word = fold(last[0])
    return (
        word.removesuffix("s") in last_words()
        or not word.isalpha()
        or word in title_words()
        or last[0][-1].isupper()
        or word.endswith(_ENDINGS)
    )


def acts(text: str) -> list[Named]:
    """The acts of the text that are named with their year: "Companies Act 2006"."""
    return [
        Named(key, match.start("last"), match.end())
        for match in _ACT.finditer(text)
        if match["year"] and (key := _act(match))
    ]


def _following(text: str, start: int) -> list[Word]:
    """The words from a place on that follow each other like those of one name."""
    words: list[Word] = []
    for word in words_of(text, start, start + _WINDOW, MAX_WORDS):
        gap = (words[-1][2], word[1]) if words else (start, word[1])
        if len(words) == MAX_WORDS or not _JOINT.fullmatch(text, *gap):
            break
        words.append(word)
    return words


def _preceding(text: str, start: int, end: int) -> list[Word]:
    """The same for the words that end at a place."""
    words: list[Word] = []
    for word in reversed(words_of(text, start, end)):
        if len(words) == MAX_WORDS or (words and not _JOINT.fullmatch(text, word[2], words[-1][1])):
            break
        words.append(word)
    return words[::-1]


def _longest(text: str, candidates: Sequence[Sequence[Word]], any_name: bool) -> Named | None:
    """The first candidate, the longest first, that is a law of the lists or a state's code."""
    all_words = candidates[0] if candidates else ()
    of_state = any(word in state_words() for word, _, _ in all_words)
    for words in candidates:
        if key := _listed(text, words, any_name):
            return Named(key, words[0][1], words[-1][2])
    for words in candidates if of_state else ():
        if len(words) > 1 and (key := state_code([word for word, _, _ in words])):
            return Named(key, words[0][1], words[-1][2])
    return None


def _listed(text: str, words: Sequence[Word], any_name: bool) -> str | None:
    if words[-1][0].removesuffix("s") not in last_words():
        return None
    name = name_of(words)
    key = law_names().get(name)
    if key is None and name.endswith("s"):  # a German genitive
        key = law_names().get(name.removesuffix("s")) or law_names().get(name.removesuffix("es"))
    if key is None and len(words) == 1:
        return by_mark(any_name).get(text[words[0][1] : words[0][2]])
    if key is None or name not in written_names():
        return key
    written = text[words[0][1] : words[-1][2]].replace(".", "")
    if any_name and written.islower() and written.upper() in law_words("marked"):
        return key
    return key if written in law_words("as_written") else None


def _german(text: str, start: int) -> Named | None:
    """A law by an abbreviation that is in no list, or by a word such as Außensteuergesetz."""
    if match := _GERMAN_NAME.match(text, start):
        return Named(fold(match[1]), start, match.end())
    if (match := _ABBREVIATION.match(text, start)) and fold(match[0]) not in _NO_LAW:
        return Named(fold(match[0]).replace("-", ""), start, match.end())
    return None


def _social(match: re.Match[str]) -> str:
    """Germany's social code: twelve books with sections of their own."""
    book = match[1] if match[1].isdecimal() else roman(match[1].upper())
    return f"sgb{book}"


def _act(match: re.Match[str]) -> str | None:
    last = fold(match["last"]).strip("()")
    if last in _NO_ACT or len(last) < 3 or not last[0].isalpha():
        return None
    if match["year"]:
        return f"{last} act {match['year']}"
    written = match["last"][:1].isupper() and match["act"][:1].isupper()
    return f"{last} act" if written else None


def _same(key: str) -> str:
    """The name of an act of the Union that has one: `gdpr`."""
    return union_names().get(key, key)


@cache
def union_names() -> dict[str, str]:
    """The key by number of each act of the Union that has a name, and its key by name."""
    return {act_key(match): key for name, key in spellings() if (match := ACT.search(name))}


@cache
def _gap() -> re.Pattern[str]:
    return re.compile(rf"[\s,]*(?:(?:{any_of(law_words('of'))})(?:\s+|'))*", re.IGNORECASE)
