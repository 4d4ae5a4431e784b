"""The sizes of `size_notation` for which a query asks.

Most need a word beside them: a lone letter or number counts after a word for size, a pair of
numbers with a word for trousers, a band and a cup with one for bras.
"""

import re
from collections.abc import Iterator
from functools import cache

from sidecar.text.bounds import alternatives
from sidecar.text.folding import unspaced
from sidecar.text.query.size_ages import ages, single_ages
from sidecar.text.query.size_notation import (
    LETTERS,
    SYSTEM,
    beds,
    bras,
    letter_form,
    number_form,
    number_pattern,
    trousers,
    unmeasured,
)
from sidecar.text.query.size_words import context, has, size_words, spelling_pattern

_THIRDS = re.compile(r"(?<![\w.,/])((?:3[5-9]|4[0-9]|5[0-2]) [12]/3)(?![\w/]|\s?-)")
"""A shoe's size in thirds: nothing else is written so."""
_HALVES = re.compile(
    r"(?<![\w.,/-])((?:[3-9]|1[0-6]|3[5-9]|4[0-9])(?:[.,]5| 1/2))(?![\w%]|[.,/][0-9]|\s?[-x])"
)
_LETTER_PAIR = re.compile(r"(?<![\w/.-])(?<![0-9] )(xs/s|s/m|m/l|l/xl|xl/[2x]xl)(?![\w/-])")
_SPELLED = re.compile("small|medium|large")


def requested_sizes(query: str) -> frozenset[str]:
    """The sizes that a query asks for."""
    text = unmeasured(query)
    if _SPELLED.search(text):
        text = context("no_size").sub(" _ ", text)
    found = set(_letters_and_numbers(text))
    if not any(size[-1].isdigit() for size in found):
        found |= set(_of_shoes(text))
    found |= set(_of_their_own(text))
    worn = has("trousers", text)
    found |= {size for size in trousers(text) if _explicit(size, text, worn)}
    if has("bras", text):
        found |= set(bras(text))
    if has("bedding", text):
        found |= set(beds(text))
    of_children = set(ages(text)) | set(single_ages(text, in_query=True))
    return frozenset(found | of_children)


def _of_their_own(text: str) -> Iterator[str]:
    """Sizes that a query may write without a word for size."""
    if has("one_size", text):
        yield "one size"
    if has("newborn", text):
        yield "newborn"
    for pair in _LETTER_PAIR.findall(text):
        yield from map(letter_form, pair.split("/"))
    for match in _luso_in_query().finditer(text) if has("luso", text) else ():
        yield f"luso {match[1]}"


def _of_shoes(text: str) -> Iterator[str]:
    """Thirds, and with a word for shoes halves, and numbers after a word such as `numero`."""
    yield from (number_form(None, number) for number in _THIRDS.findall(text))
    if has("shoes", text):
        numbers = [*_HALVES.findall(text), *_shoe_number().findall(text)]
        yield from (number_form(None, number) for number in numbers)


def _letters_and_numbers(text: str) -> Iterator[str]:
    for match in _in_query().finditer(text):
        system = match["system"] or match["system2"] or match["system3"]
        number = match["number"] or match["number2"]
        if name := match["letter"] or match["alone"] or match["letter2"]:
            yield letter_form(name)
        else:
            yield number_form(system, number or match["before"])


def _explicit(size: str, text: str, worn: bool) -> bool:
    """Whether a query means a waist and a length: "w32 l34" always, and with a word for trousers
    "32x34" and "w32", but no "w 50" for "with 50"."""
    waist, _, length = size.partition(" ")
    lettered = re.search(rf"\b{waist}\W{{0,2}}{length}\b", text) is not None
    return worn or bool(length) if lettered else worn and bool(length)


@cache
def _in_query() -> re.Pattern[str]:
    size = alternatives(size_words("size"))
    after = alternatives(word for word in size_words("size") if unspaced(word))
    letters = rf"(?:s|m|l|{LETTERS}|{spelling_pattern('letters')})(?![a-z0-9])"
    alone = rf"(?:{LETTERS}|{spelling_pattern('letters')})(?![a-z0-9]|-[0-9])"
    return re.compile(
        rf"{size}[:\s]*(?:(?P<system>{SYSTEM})\s*)?{number_pattern('number')}"
        rf"|(?<![a-z])(?P<system2>uk|eur?|us)\s?(?:size\s)?{number_pattern('number2')}"
        rf"|(?<![\w.,/]){number_pattern('before')}\s?(?:{after}|(?P<system3>uk|eur?)(?![a-z0-9]))"
        rf"|{size}[:\s]*(?P<letter>{letters})|(?<![a-z0-9])(?P<alone>{alone})"
        rf"|(?<![a-z0-9])(?P<letter2>s|m|l)(?={after})"
    )


@cache
def _shoe_number() -> re.Pattern[str]:
    """Continental sizes alone: "numero 5" names other things."""
    words = alternatives(size_words("shoe_size"))
    return re.compile(rf"{words}[:\s]*((?:1[6-9]|[23][0-9]|4[0-9]|5[0-2])(?:[.,]5)?)(?![\w.,/])")


@cache
def _luso_in_query() -> re.Pattern[str]:
    return re.compile(rf"{alternatives(size_words('luso'))}[:\s]*(pp|p|m|g{{1,3}})(?![a-z0-9])")
