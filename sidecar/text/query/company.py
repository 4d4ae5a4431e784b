"""A company's name as people say it: "HP Inc." is HP, "The North Face" is North Face."""

from functools import cache, lru_cache

from sidecar.schema import FrozenModel
from sidecar.text.terms import unspaced, words
from sidecar.text.vocabularies import Spellings, load


class CompanyWords(FrozenModel):
    """A file of `vocabularies/company`."""

    forms: Spellings = ()
    """What may follow a company's name: its legal form."""


@lru_cache(maxsize=8192)  # a catalogue has some hundred brands
def short_name(name: str) -> str:
    """The name, folded, without legal forms at its end, and without "the" before two words or more.

    A name that is nothing but such words stays as it is.
    """
    split = words(name).split()
    if len(split) > 3 and split[:2] == ["visit", "the"] and split[-1] == "store":
        split = split[2:-1]  # how Amazon's pages name a brand
    while (ending := _ending(split)) and len(split) > ending:
        split = split[:-ending]
    if len(split) > 2 and split[0] == "the":
        split = split[1:]
    short = " ".join(split)
    if unspaced(short):
        for form in _unspaced_forms():
            short = short.removesuffix(form) or short
            short = short.removeprefix(form) or short
    return short.strip()


def _ending(split: list[str]) -> int:
    """How many words at the end are a legal form."""
    forms = _forms()
    return next((size for size in range(4, 0, -1) if tuple(split[-size:]) in forms), 0)


@cache
def _forms() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(words(form).split()) for form in _all())


@cache
def _unspaced_forms() -> tuple[str, ...]:
    return tuple(sorted(filter(unspaced, _all()), key=len, reverse=True))


def _all() -> list[str]:
    return [
        form for of_language in load("company", CompanyWords).values() for form in of_language.forms
    ]
