"""The names of laws and law reports in all languages: `mappings/vocabularies/law` and `report`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from pydantic import Field

from sidecar.schema import FrozenModel
from sidecar.text.folding import fold
from sidecar.text.vocabularies import Spellings, all_words, load

WORD = re.compile(r"[^\W_]+")


class Laws(FrozenModel):
    """How one language cites laws."""

    articles: Spellings = ()
    """Before the number of a place in a law. Any abbreviation may be the law's name."""
    sections: Spellings = ()
    """The same, but only a name of the lists is the law's: "section 8 HUD vouchers" names none."""
    steps: Spellings = ()
    """Before the number of a place within a place."""
    of: Spellings = ()
    """Between a place and its law."""
    names: dict[str, Spellings] = Field(default_factory=dict)
    """A law's key and its names."""
    as_written: Spellings = ()
    """Names that are words, or other things, in small letters: read as they are written here."""
    marked: Spellings = ()
    """Those of them that are read in small letters after a paragraph sign or "article"."""
    shared: dict[str, Spellings] = Field(default_factory=dict)
    """Abbreviations in capitals that name a law in each of several countries ("CC"), and the keys
    of this language's laws: such a place is one of each."""
    by_section: dict[str, str] = Field(default_factory=dict)
    """Names, as they are written, that are the law of this key beside a word for a section."""
    by_article: dict[str, str] = Field(default_factory=dict)
    """The same beside a word for an article, or a paragraph sign."""
    popular: dict[str, str] = Field(default_factory=dict)
    """A name and the citation that it is short for."""
    subjects: dict[str, str] = Field(default_factory=dict)
    """Words of US state codes: an abbreviation and its word; "" for a word that says nothing."""
    title_words: Spellings = ()
    """Words of such codes that have no abbreviation."""


class Reports(FrozenModel):
    """How the decisions of one language's countries are cited."""

    courts: Spellings = ()
    """Codes of neutral citations; `+` where a division may follow."""
    states: Spellings = ()
    """Such codes that are words in small letters."""
    reports: Spellings = ()
    """Series after a year in brackets."""
    unbracketed: Spellings = ()
    """Those that are written without brackets around the year, too."""
    air: Spellings = ()
    """Courts of the All India Reporter."""
    volumes: Spellings = ()
    """Series before a volume, a comma and a page."""
    parts: Spellings = ()
    """Series before a volume, a part and a page."""
    journals: Spellings = ()
    """Before a year, a comma and a page."""
    registers: Spellings = ()
    """Between the panel and the number of a German docket."""


@cache
def law_words(key: str) -> tuple[str, ...]:
    """A list of all languages together."""
    return all_words("law", Laws, key)


@cache
def report_words(key: str) -> tuple[str, ...]:
    """A list of all languages together."""
    return all_words("report", Reports, key)


def either(words: Iterable[str]) -> str:
    """A pattern of any of the words, whatever their points and spaces: "All ER" is "All E.R."."""
    in_order = sorted(set(words), key=len, reverse=True)
    return "|".join(map(_loose, in_order))


def _loose(words: str) -> str:
    """`S.C.` for SC, but `Civ.` for Civ: a point may follow each capital and each word."""
    signs = re.sub(r"\.(?=\s|$)|(?<=[A-Z])\.", "", words)
    return "".join(
        r"\s?" if sign == " " else re.escape(sign) + (r"\.?\s?" if _ends(signs, place) else "")
        for place, sign in enumerate(signs)
    ).removesuffix(r"\s?")


def _ends(signs: str, place: int) -> bool:
    following = signs[place + 1 : place + 2]
    return signs[place].isalnum() and (not following.isalnum() or following.isupper())


Word = tuple[str, int, int]
"""Folded, with its place in the text."""


def words_of(
    text: str, start: int = 0, end: int | None = None, most: int | None = None
) -> list[Word]:
    """The words of the text or of a part, the first `most`; letters with points are one: "C. civ."
    is c civ, and "F.R.C.P." frcp."""
    words: list[Word] = []
    single = False
    for match in WORD.finditer(text, start, len(text) if end is None else end):
        letter = len(match[0]) == 1 and match[0].isalpha()
        if letter and single and text[words[-1][2] : match.start()] in (".", ". "):
            words[-1] = (words[-1][0] + _fold(match[0]), words[-1][1], match.end())
        else:
            if len(words) == most:
                break
            words.append((_fold(match[0]), match.start(), match.end()))
        single = letter
    return words


def name_of(words: Sequence[Word]) -> str:
    return " ".join(word for word, _, _ in words)


_fold = lru_cache(maxsize=4096)(fold)


@cache
def spellings() -> tuple[tuple[str, str], ...]:
    """(name, the law's key) of all languages, the names as the lists write them."""
    return tuple(
        (name, key)
        for laws in load("law", Laws).values()
        for key, names in laws.names.items()
        for name in names
    )


@cache
def by_mark(any_name: bool) -> Mapping[str, str]:
    """The names whose law depends on the mark, and the law's key: `by_article` and `by_section`."""
    return {
        name: key
        for laws in load("law", Laws).values()
        for name, key in (laws.by_article if any_name else laws.by_section).items()
    }


@cache
def shared_names() -> Mapping[str, frozenset[str]]:
    """The abbreviations of several countries, and the keys of all their laws."""
    found: dict[str, frozenset[str]] = {}
    for laws in load("law", Laws).values():
        for name, keys in laws.shared.items():
            found[name] = found.get(name, frozenset()) | set(keys)
    return found


@cache
def law_names() -> Mapping[str, str]:
    """Names of laws as folded words, and the law's key."""
    return {name_of(words_of(name)): key for name, key in spellings()}


@cache
def last_words() -> frozenset[str]:
    """The last word of each name, with and without its last s, which may be a genitive's."""
    last = {name.rpartition(" ")[2] for name in law_names()}
    return frozenset(
        last | {word.removesuffix("s") for word in last} | {f"{word}e" for word in last}
    )


def spellings_of(law: str) -> tuple[str, ...]:
    """The listed names of a law by its key."""
    return tuple(name for laws in load("law", Laws).values() for name in laws.names.get(law, ()))


@cache
def written_names() -> frozenset[str]:
    """The folded names that are read as they are written alone."""
    return frozenset(name_of(words_of(name)) for name in law_words("as_written"))
