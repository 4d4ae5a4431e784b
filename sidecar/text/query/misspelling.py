"""A common word with one letter wrong: blak, balck, blaack, blavk for black.

A false reading is worse than none, so a misspelling is

- of a word of five letters or more,
- with one inner letter left out, one doubled, two neighbours swapped, or one that is its neighbour
  on the keyboard, the first letter kept,
- and no word that is known otherwise: to the table of words (`terms`), to the vocabulary, or to
  those that say no.
"""

from collections.abc import Collection, Iterable, Iterator

from sidecar.text.terms import is_known

MIN_LETTERS = 5
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {
    row[place]: row[max(0, place - 1) : place] + row[place + 1 : place + 2]
    for row in _ROWS
    for place in range(len(row))
}
"""Letter -> those left and right of it."""


def misspellings(spellings: Iterable[str], known: Collection[str]) -> dict[str, str]:
    """misspelling -> the spelling that it is one of; a word that fits two is none of them."""
    meant: dict[str, set[str]] = {}
    for spelling in spellings:
        for variant in _variants(spelling):
            meant.setdefault(variant, set()).add(spelling)
    return {
        variant: next(iter(of))
        for variant, of in meant.items()
        if len(of) == 1 and variant not in known and not is_known(variant)
    }


def _variants(word: str) -> Iterator[str]:
    if len(word) < MIN_LETTERS or not word.isalpha():
        return
    for place in range(1, len(word)):
        letter = word[place]
        if place < len(word) - 1:
            yield word[:place] + word[place + 1 :]
            swapped = word[place + 1] + letter
            yield word[:place] + swapped + word[place + 2 :]
            for beside in _BESIDE.get(letter, ""):
                yield word[:place] + beside + word[place + 1 :]
        yield word[: place + 1] + letter + word[place + 1 :]
