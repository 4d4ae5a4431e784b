"""What a citation is, and what all forms of citations share."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sidecar.text.numerals import roman
from sidecar.text.western import is_latin_1


@dataclass(frozen=True, slots=True)
class Citation:
    """`keys` from the source to the most exact place; `start` and `end` in the text.

    A law's key ends with the place: `bgb 433`, `gdpr 28(3)`. A star is whatever law or place:
    `* 433` is a section whose law the text does not name, `companies act 2006 *` a law as a whole.
    """

    form: str
    keys: tuple[str, ...]
    start: int
    end: int


MAX_ROMAN_PLACE = 10
"""The largest Roman numeral that is read as a number: "(X)" is (10), "(XI)" stays (xi)."""

Find = Callable[[str], Iterator[Citation]]
"""The citations of one form in a text that `plain` has made."""

_PLAIN = str.maketrans(
    {sign: "-" for sign in "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d\u00ad"}
    | {sign: " " for sign in "\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000"}
    | {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code != 0xFF0D}
    | {"〔": "(", "〕": ")", "［": "[", "］": "]", "’": "'", "‘": "'", "ʼ": "'"}
    # Patterns that ignore case match these for letters that they are not.
    | {"ſ": "s", "ı": "i", "İ": "I", "\u212a": "K"}
)
_OTHER = re.compile(f"[{''.join(map(chr, _PLAIN))}]")
_OTHER_LATIN_1 = [sign for sign in map(chr, _PLAIN) if is_latin_1(sign)]


def plain(text: str) -> str:
    """The text with one kind of hyphen, space, bracket, digit and letter, of the same length."""
    if text.isascii() or (is_latin_1(text) and not any([s in text for s in _OTHER_LATIN_1])):
        return text  # a hundred times as fast as the search
    return text.translate(_PLAIN) if _OTHER.search(text) else text


def levels(base: str, places: Iterable[str]) -> tuple[str, ...]:
    """The keys of a place within places: ("gdpr 6", ["1", "b"]) gives gdpr 6, gdpr 6(1), ..."""
    keys = [base]
    for place in places:
        number = roman(place)
        plain_place = number if number and number <= MAX_ROMAN_PLACE else place.lower()
        keys.append(f"{keys[-1]}({plain_place})")
    return tuple(keys)


def in_brackets(text: str) -> list[str]:
    """ "(b)(6)" as ["b", "6"]."""
    return re.findall(r"\w+", text)
