"""Which languages a query is written in, as far as its words say.

Words that mean one thing in one language and another in the next ("or" is gold in French, "sin"
without in Spanish) are read only where another word of the query is of that language.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from sidecar.schema import FrozenModel
from sidecar.text.folding import fold
from sidecar.text.vocabularies import Spellings, load


class LanguageWords(FrozenModel):
    """A file of `vocabularies/language`."""

    words: Spellings = ()
    """Common words of the language, and of its shops, that are no words of English."""


def languages_of(words: Iterable[str]) -> frozenset[str]:
    """The codes of the languages of which one of the words (folded) is."""
    table = _languages()
    return frozenset[str]().union(*(table.get(word, ()) for word in words))


@cache
def _languages() -> Mapping[str, frozenset[str]]:
    table: dict[str, frozenset[str]] = {}
    for language, of_language in load("language", LanguageWords).items():
        for word in map(fold, of_language.words):
            table[word] = table.get(word, frozenset()) | {language}
    return table
