"""The words of negation: `mappings/vocabularies/negation`."""

import re
from functools import cache
from typing import Literal, NamedTuple

from pydantic import Field

from sidecar.schema import FrozenModel
from sidecar.text.folding import fold
from sidecar.text.query.tokens import PhraseTable
from sidecar.text.vocabularies import Spellings, all_words, load


class NegationWords(FrozenModel):
    """A file of `vocabularies/negation`."""

    before: Spellings = ()
    """Stand before what is not wanted: without, not, except."""
    except_: Spellings = Field(default=(), alias="except")
    """Those whose list goes on with "and": except [nike and adidas]."""
    after: Spellings = ()
    """Stand after it: 以外, なし."""
    free: Spellings = ()
    """Follow it: leather-free."""
    free_of: Spellings = ()
    """What such a word may follow where no vocabulary knows it: gluten free, but not nike free."""
    one_word: Spellings = ()
    """Those of `before` that reach one word alone, if no vocabulary knows it: no sugar cookies."""
    in_fields: Spellings = ()
    """Say that a document lacks what follows, and nothing in a query: zero sugar, sub zero."""
    fillers: Spellings = ()
    """May stand between: without [any] [real] leather."""
    either: Spellings = ()
    """Join the last of a list: no wool [or] silk."""
    also: Spellings = ()
    """Join the parts of a list: no wool [and] silk."""
    but: Spellings = ()
    """End a list: not red [but] blue."""
    unclear: Spellings = ()
    """Negations that leave both open: not only."""
    others: Spellings = ()
    """Phrases in which one of these words is no negation: no show, nothing but."""
    ambiguous: Spellings = ()
    """Those of `before` that are words of other languages too: they count before a name of a
    vocabulary, and elsewhere beside a word of their language."""


Role = Literal[
    "before",
    "one_word",
    "except_",
    "in_fields",
    "after",
    "free",
    "fillers",
    "either",
    "also",
    "but",
    "unclear",
    "others",
    "ambiguous",
]
BEFORE: tuple[Role, ...] = ("before", "one_word", "except_", "ambiguous", "unclear")


_COMPOUND_ENDINGS = ("frei", "vrij")
"""How German and Dutch compounds end: glutenfrei, suikervrije."""


class Meaning(NamedTuple):
    role: Role
    language: str


@cache
def negation_words() -> PhraseTable[Meaning]:
    """The words of all languages. Of a word with two roles the first of these counts."""
    roles: tuple[Role, ...] = (
        *("others", "unclear", "ambiguous", "one_word", "except_", "before", "in_fields"),
        *("after", "free", "fillers", "either", "also", "but"),
    )
    files = load("negation", NegationWords)
    return PhraseTable(
        (phrase, Meaning(role, language))
        for role in roles
        for language, words in files.items()
        for phrase in getattr(words, role)
    )


def parted(text: str) -> str:
    """The text with a dash in German and Dutch compounds that say what it lacks: gluten-frei."""
    folded = text.casefold()
    if not any(ending in folded for ending in _COMPOUND_ENDINGS):
        return text  # nearly all texts
    return _compounds().sub(r"\1-\2", text)


@cache
def _compounds() -> re.Pattern[str]:
    nouns = "|".join(
        re.escape(noun)
        for words in load("negation", NegationWords).values()
        if any(word.startswith(_COMPOUND_ENDINGS) for word in words.free)
        for noun in words.free_of
    )
    endings = "|".join(_COMPOUND_ENDINGS)
    return re.compile(rf"\b({nouns})((?:{endings})(?:e[mnrs]?)?)\b", re.IGNORECASE)


@cache
def free_of() -> frozenset[str]:
    """Words of which something is free without a dash: gluten free."""
    return frozenset(map(fold, all_words("negation", NegationWords, "free_of")))
