"""A company's names as people say them.

"HP Inc." · "The North Face" · "LG Electronics"       hp · north face · lg
"Robert Bosch GmbH"                                   bosch, as the whole name is
"BLACK+DECKER" · "Procter & Gamble"                   black and decker · procter and gamble
"Nutella,Ferrero"                                     nutella · ferrero: a list of brands
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from sidecar.schema import FrozenModel
from sidecar.text.folded_texts import FoldedTexts
from sidecar.text.folding import unspaced, words
from sidecar.text.vocabularies import Spellings, all_words

_LIST = re.compile(r"[,;|、，]")
_AND_SIGNS = "&+＆＋"
_AND = re.compile(rf"\s*[{_AND_SIGNS}]\s*(?=\w)")
MAX_LISTED = 8
"""Brands of one value; a longer list is prose."""


class CompanyWords(FrozenModel):
    """A file of `vocabularies/company`."""

    forms: Spellings = ()
    """What may follow a company's name: its legal form."""
    branches: Spellings = ()
    """What may follow the name before that: what the company makes, where it is."""
    given: Spellings = ()
    """Given names of founders, which people leave out where a legal form shows that it is a
    company."""
    conjunction: Spellings = ()
    """What `&` and `+` are read as."""


def said_with_other_words(folded: FoldedTexts) -> set[int]:
    """The places of the texts of which `spoken_names` may have words that they have not, or leave
    out some within them."""
    places = folded.with_words(_words("conjunction"))
    together = "\0".join(folded.texts)
    signs = [sign for sign in _AND_SIGNS if sign in together]
    for sign in signs:
        places.update(place for place, text in enumerate(folded.texts) if sign in text)
    return places


@lru_cache(maxsize=8192)  # a catalogue has some hundred brands
def spoken_names(value: str) -> tuple[str, ...]:
    """The ways to say the name, or each name of a list of them; the value itself goes first."""
    listed = [part.strip() for part in _LIST.split(value)]
    several = [part for part in listed if part and not _is_form(part)]
    names = [value, *(several if 1 < len(several) <= MAX_LISTED else ())]
    return tuple(dict.fromkeys(spoken for name in names for spoken in _spoken(name)))


def _spoken(name: str) -> Iterator[str]:
    yield name
    short = _short_name(name)
    yield short
    split = short.split()
    if (ending := _ending(split, "branches")) and len(split) > ending:
        split = split[:-ending]
        yield " ".join(split)
    surname = split[1:]
    if len(surname) == 1 and split[0] in _words("given") and _ending(words(name).split(), "forms"):
        yield surname[0]
    for conjunction in _words("conjunction"):
        if _AND.search(name):
            yield _AND.sub(f" {conjunction} ", name)
        if f" {conjunction} " in (spaced := words(name)):
            yield spaced.replace(f" {conjunction} ", " ").strip()


def _short_name(name: str) -> str:
    """The name, folded, without legal forms at its end, and without "the" before two words or more.

    A name that is nothing but such words stays as it is.
    """
    split = words(name).split()
    if len(split) > 3 and split[:2] == ["visit", "the"] and split[-1] == "store":
        split = split[2:-1]  # how Amazon's pages name a brand
    while (ending := _ending(split, "forms")) and len(split) > ending:
        split = split[:-ending]
    if len(split) > 2 and split[0] == "the":
        split = split[1:]
    short = " ".join(split)
    if unspaced(short):
        for form in _unspaced_forms():
            short = short.removesuffix(form) or short
            short = short.removeprefix(form) or short
    return short.strip()


def _is_form(text: str) -> bool:
    split = words(text).split()
    return _ending(split, "forms") == len(split)


def _ending(split: list[str], kind: str) -> int:
    """How many words at the end are one of a kind of CompanyWords."""
    phrases = _phrases(kind)
    return next(
        (size for size in range(min(4, len(split)), 0, -1) if tuple(split[-size:]) in phrases), 0
    )


@cache
def _phrases(kind: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(words(phrase).split()) for phrase in _words(kind))


@cache
def _unspaced_forms() -> tuple[str, ...]:
    return tuple(sorted(filter(unspaced, _words("forms")), key=len, reverse=True))


@cache
def _words(kind: str) -> tuple[str, ...]:
    """The words of all languages; `kind` is a field of CompanyWords."""
    return all_words("company", CompanyWords, kind)
