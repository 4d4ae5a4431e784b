"""Places in laws: a mark and the numbers behind it. Which law they belong to is not said here.

§ 433 · §§ 280 Abs. 1, 241 Abs. 2 · Art. 28(3) · articles 13 and 14 · ch. 93A, § 2
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from sidecar.text.citations.vocabulary import last_words, law_words
from sidecar.text.folding import fold
from sidecar.text.vocabularies import any_of

Number = tuple[str, tuple[str, ...]]
"""A section and the places inside it: ("28", ("3", "a"))."""

_NUMBER = (
    r"(?:(?<![A-Za-z])(?-i:[LRDA])\.?\s?\*{0,2}(?=\d))?\d{1,6}(?:[a-z]{1,2}|[A-Z]{1,2}|er|º)?"
    r"(?:[-.:/]\d{1,5}[A-Za-z]{0,2})*(?:-[a-z])?(?:[\s-](?:bis|ter|quater|quinquies|sexies))?(?!\w)"
)
_AND = r"(?:,|;|&|-|\b(?:und|and|et|y|e|en|u\.|or|oder|ou|o|of|to|bis|through)(?=[\s\d]))"
_DIGITS = re.compile(r"\d+")
_PREFIX = re.compile(r"(?<![A-Za-z])(?<![A-Z]\.)[LRDA]\.?\s?\*{0,2}$")
"""French: L. 1234-5 of the legislative part, R. 4127-1 of the regulations."""
_CHAPTER = re.compile(
    r"\b(?:ch|chap|chapter|c|tit|title)\b\.?\s*(\d{1,3}[A-Z]?),?\s*$", re.IGNORECASE
)
_TITLE = re.compile(r"(?<![\w.,/§-])(\d{1,3})\s+$")
_INSIDE = re.compile(r"\d{1,6}[a-z]?(?:[-.]\d{1,4}[a-z]?)*(?:\(\w{1,4}\))+")
_BEFORE_NUMBERS = frozenset(" \t\n§.*sSLRDAt°ºo")
"""Signs after which a place may begin: also "s172", "L1234-5", "art5"."""
_LAST_WORD = re.compile(r"(?<![^\W\d_])([^\W\d_]{1,20})\.?\)?\s{1,2}$")
_MARK_CHARACTERS = 18
"""Before a number, in which its mark is looked for."""


@dataclass(frozen=True, slots=True)
class Place:
    """Numbers, from their mark if they have one."""

    start: int
    end: int
    numbers: tuple[Number, ...]
    marked: bool
    any_name: bool
    """Whether any abbreviation beside it is a law: after a paragraph sign or "article"."""
    law_end: int
    """Where the name of a law before it ends: before the mark, and before its chapter."""
    chapter: str = ""
    """In which sections begin anew: "93A" of "Mass. Gen. Laws ch. 93A, § 2"."""


def places(text: str) -> Iterator[Place]:
    """The places of the text, and other numbers behind what may be a law's name."""
    read_to = 0
    for digits in _DIGITS.finditer(text):
        if digits.start() < read_to:
            continue
        start = digits.start()
        if start == 0 or text[start - 1] not in _BEFORE_NUMBERS:
            continue
        prefix = _PREFIX.search(text, max(read_to, start - 4), start)
        if prefix and (mark := _mark_before(text, read_to, prefix.start())):
            start = prefix.start()
        else:
            mark = _mark_before(text, read_to, start)
        if mark is None and not _may_follow_law(text, read_to, start):
            continue
        if (listed := _list().match(text, start)) is None:
            continue
        begin = mark.start() if mark else start
        chapter = _CHAPTER.search(text, max(0, begin - 20), begin)
        yield Place(
            start=begin,
            end=listed.end(),
            numbers=tuple(_numbers(listed[0])),
            marked=mark is not None,
            any_name=mark is not None and not mark["section"],
            law_end=chapter.start() if chapter else begin,
            chapter=chapter[1] if chapter else "",
        )
        read_to = listed.end() if mark else digits.end()


def _may_follow_law(text: str, read_to: int, start: int) -> bool:
    """Whether the word before may end a law's name: "BGB 433"."""
    word = _LAST_WORD.search(text, max(read_to, start - 24), start)
    return word is not None and (len(word[1]) == 1 or fold(word[1]) in last_words())


def _mark_before(text: str, read_to: int, start: int) -> re.Match[str] | None:
    return _mark().search(text, max(read_to, start - _MARK_CHARACTERS), start)


def title_before(text: str, start: int) -> str:
    """The number before a code's name: "720" of "720 Ill. Comp. Stat."."""
    title = _TITLE.search(text, max(0, start - 5), start)
    return title[1] if title else ""


def bare_numbers(text: str) -> tuple[Number, ...]:
    """The places of a text that is nothing but places: "§ 24", "30101(4)"."""
    text = text.strip(" .,;")
    if len(text) > 40:
        return ()
    mark = _mark_at_start().match(text)
    if mark and (listed := _list().fullmatch(text, mark.end())):
        return tuple(_numbers(listed[0]))
    return tuple(_numbers(text)) if _INSIDE.fullmatch(text) else ()


def _numbers(listed: str) -> Iterator[Number]:
    """Each number of a list and the places within it."""
    for item in _item().finditer(listed):
        number = re.sub(r"[\s.*]+$|\s", "", item["number"]).lower()
        number = re.sub(r"^([lrda])\.?\*{0,2}", r"\1", number)
        if number.endswith(("er", "º")):
            number = number.rstrip("erº")
        steps = (step[1] or step[2] or step[3] for step in _step().finditer(item["steps"]))
        yield number, tuple(steps)


@cache
def _step_pattern() -> str:
    return rf"\b(?:{any_of(law_words('steps'))})\b\.?\s*"


@cache
def _steps() -> str:
    return rf"(?:\s*\(\w{{1,4}}\)|,?\s*{_step_pattern()}\w{{1,4}}\b|\s+[IVX]{{1,4}}\b(?!\s*\())*"


@cache
def _step() -> re.Pattern[str]:
    return re.compile(rf"\((\w+)\)|{_step_pattern()}(\w+)|\b([IVX]+)\b", re.IGNORECASE)


@cache
def _item() -> re.Pattern[str]:
    return re.compile(rf"(?P<number>{_NUMBER})(?P<steps>{_steps()})", re.IGNORECASE)


@cache
def _list() -> re.Pattern[str]:
    item = rf"{_NUMBER}{_steps()}"
    return re.compile(rf"{item}(?:\s*{_AND}\s*{item})*(?:\s*ff?\b\.?)?", re.IGNORECASE)


@cache
def _mark_pattern() -> str:
    articles, sections = any_of(law_words("articles")), any_of(law_words("sections"))
    return (
        rf"(?:§{{1,3}}|(?<![\w'])(?:(?:{articles})|(?P<section>{sections}))(?:\b\.?|(?=$)))"
        r"\s*(?:n[°ºo]\.?\s*)?"
    )


@cache
def _mark() -> re.Pattern[str]:
    return re.compile(rf"{_mark_pattern()}$", re.IGNORECASE)


@cache
def _mark_at_start() -> re.Pattern[str]:
    return re.compile(_mark_pattern(), re.IGNORECASE)
