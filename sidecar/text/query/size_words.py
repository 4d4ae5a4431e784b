"""The words about sizes in all languages: `mappings/vocabularies/size`."""

import re
from functools import cache

from pydantic import Field

from sidecar.schema import FrozenModel
from sidecar.text.bounds import alternatives
from sidecar.text.numerals import plain
from sidecar.text.vocabularies import Spellings, all_words, load


class SizeWords(FrozenModel):
    """A language's file; the English one says what each list is for."""

    size: Spellings = ()
    letters: dict[str, Spellings] = Field(default_factory=dict)
    beds: dict[str, Spellings] = Field(default_factory=dict)
    trousers: Spellings = ()
    bras: Spellings = ()
    bedding: Spellings = ()
    months: Spellings = ()
    years: Spellings = ()
    ages: Spellings = ()
    shoes: Spellings = ()
    shoe_size: Spellings = ()
    luso: Spellings = ()
    one_size: Spellings = ()
    newborn: Spellings = ()
    no_size: Spellings = ()


def has(name: str, text: str) -> bool:
    """Whether the `plain` text has a word of the list."""
    return context(name).search(text) is not None


@cache
def context(name: str) -> re.Pattern[str]:
    """Any word of the list."""
    return re.compile(alternatives(size_words(name)))


@cache
def size_words(name: str) -> frozenset[str]:
    """A list of all languages together, `plain`."""
    return frozenset(map(plain, all_words("size", SizeWords, name)))


@cache
def spelled(name: str) -> dict[str, str]:
    """The spellings of `letters` or `beds` -> the size."""
    return {
        plain(spelling): size
        for words in load("size", SizeWords).values()
        for size, spellings in getattr(words, name).items()
        for spelling in spellings
    }


def spelling_pattern(name: str) -> str:
    """An expression of the spellings of `letters` or `beds`."""
    return alternatives(spelled(name)).replace(r"\s+", "[ -]+")
