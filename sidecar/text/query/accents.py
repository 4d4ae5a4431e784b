"""Accents, which folding drops, where they make another word: German "für" is no fur.

A word that a text writes with accents must have them in a spelling too. A text may leave accents
out ("marron", "grun"), but not of a word of up to SHORT letters: "la" is not the wool of "lã".
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from sidecar.text.folding import words
from sidecar.text.query.tokens import token_pattern

SHORT = 3

Written = Mapping[str, set[str]]
"""A folded word -> the ways in which it is written; words that fold to themselves are left out."""


def written_words(text: str) -> Written:
    """The text's words with their accents: {"fur": {"für"}}."""
    written: dict[str, set[str]] = {}
    if text.isascii():
        return written
    for word in token_pattern().findall(unicodedata.normalize("NFC", text).casefold()):
        for folded in words(word).split():
            written.setdefault(folded, set()).add(word)
    return {folded: of for folded, of in written.items() if of != {folded}}


class Accents:
    """How the words of a vocabulary's spellings are written."""

    def __init__(self, spellings: Iterable[str]) -> None:
        self._written: dict[str, set[str]] = {}
        plain: set[str] = set()
        for spelling in spellings:
            of_spelling = written_words(spelling)
            for word, ways in of_spelling.items():
                self._written.setdefault(word, set()).update(ways)
            plain |= set(words(spelling).split()) - of_spelling.keys()
        short = (word for word in self._written if len(word) <= SHORT)
        self._needed = frozenset(short) - plain

    def allow(self, match: Sequence[str], text: Written) -> bool:
        """Whether the text writes the matched words, folded here, as a spelling may be written."""
        return all(self._allows(word, text.get(word)) for word in match)

    def _allows(self, word: str, ways: set[str] | None) -> bool:
        if ways is None:
            return word not in self._needed
        return word in ways or not ways.isdisjoint(self._written.get(word, ()))
