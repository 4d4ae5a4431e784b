"""The sizes of `size_notation` that a field states: there each notation counts by itself."""

import re
from functools import cache, lru_cache

from sidecar.text.numerals import plain
from sidecar.text.query.size_ages import ages, single_ages
from sidecar.text.query.size_notation import (
    LETTERS,
    SYSTEM,
    Kind,
    beds,
    bras,
    letter_form,
    number_form,
    number_pattern,
    trousers,
    unmeasured,
)
from sidecar.text.query.size_words import has, spelling_pattern

_NUMBER = (
    rf"(?<![\w.,])(?<![0-9]/)(?:(?P<before>{SYSTEM})\s?)?{number_pattern('number')}"
    rf"(?:\s?(?P<after>{SYSTEM})\b)?"
)
_LUSO = re.compile(r"(?<![a-z0-9'])(pp|p|g{1,3})(?![a-z0-9'])")


@lru_cache(maxsize=4096)  # a shop has some dozens of sizes
def stated_sizes(text: str, kinds: frozenset[Kind]) -> frozenset[str]:
    """The sizes of these kinds that a field states."""
    text = unmeasured(_sizes_of_pairs(text))
    found: set[str] = set()
    if Kind.TROUSERS in kinds:
        found |= set(trousers(text))
    if kinds & {Kind.BRA, Kind.BRA_CM}:
        found |= set(bras(text))
    if Kind.AGE in kinds:
        found |= set(ages(text)) or set(single_ages(text, in_query=False))
    if Kind.LUSO in kinds:
        found |= {f"luso {letters}" for letters in _LUSO.findall(text)}
        found |= {"luso m"} if re.search(r"(?<![\w'])m(?![\w'])", text) else set()
    if Kind.ONE in kinds and has("one_size", text):
        found.add("one size")
    if Kind.NEWBORN in kinds and has("newborn", text):
        found.add("newborn")
    if Kind.BED in kinds:
        found |= set(beds(text))
    if kinds & {Kind.LETTER, Kind.NUMBER}:
        for match in _in_field().finditer(text):
            if letters := match["letters"]:
                found.add(letter_form(letters))
            else:
                found.add(number_form(match["before"] or match["after"], match["number"]))
    return frozenset(found)


def _sizes_of_pairs(text: str) -> str:
    """Of "color:red|size:10|ram:16" the sizes alone."""
    if "|" not in text or ":" not in text:
        return text
    pairs = [pair.partition(":") for pair in text.split("|")]
    if not all(colon for _, colon, _ in pairs):
        return text
    return " | ".join(value for key, _, value in pairs if has("size", plain(key)))


@cache
def _in_field() -> re.Pattern[str]:
    letters = rf"(?:s|m|l|{LETTERS}|{spelling_pattern('letters')})"
    return re.compile(rf"{_NUMBER}|(?<![a-z0-9'])(?P<letters>{letters})(?![a-z0-9])")
