"""Whether a query names a code: a SKU, a part number, a GTIN. Codes are no words.

MAX-2000, SET-1001     words and a number are a code, where no price, quantity or count is meant
LAMP                   a word alone is one only where the query writes it as a name (`naming`)
00123456, 0401220032   zeros before the digits do not matter: GTINs have 8, 12, 13 or 14 digits
KLM4-AB-001            "KLM4-AB", typed in one, names it and its other variants too
"""

import re
from dataclasses import dataclass

from sidecar.text.folded_texts import FoldedTexts
from sidecar.text.folding import squeeze, words
from sidecar.text.query.naming import Naming, is_ordinary

MIN_UNPADDED = 5
"""Digits that are left of a code without its zeros: "007" is not 7."""
MIN_STEM = 5
"""Letters and digits of a part of a code that names it."""
_CHUNK = re.compile(r"[^\s,;()]+")
_PIECE = re.compile(r"[^\W_]+")
_DIGIT = re.compile("[0-9]")
_APART = 3
"""Digits that a number of the query has at least to make a code with the words before it."""


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes that a query may name."""

    naming: Naming
    unpadded: frozenset[str]
    """Its numbers without the zeros before them."""
    chunks: frozenset[str]
    """What it writes without a space, and with a digit; squeezed."""
    possible: bool
    """Whether it may name a code at all: it has a digit, or writes a name."""

    @classmethod
    def of(cls, naming: Naming, query: str) -> "Codes":
        chunks = frozenset(map(squeeze, _CHUNK.findall(query)))
        return cls(
            naming,
            frozenset(number.lstrip("0") for number in naming.numbers if number.isdecimal()),
            frozenset(chunk for chunk in chunks if _DIGIT.search(chunk)),
            bool(naming.capitals) or any(map(str.isdigit, query)),
        )

    def candidates(self, folded: FoldedTexts) -> set[int]:
        """The places of the texts that may hold a code that the query names; the others surely hold
        none. A code that is named begins with a word, a chunk or a number of the query."""
        numbers = (number for number in self.naming.numbers if number.isdecimal())
        return folded.squeezed_with({*self.naming.words, *self.chunks, *self.unpadded, *numbers})

    def holds(self, value: str, min_length: int) -> bool:
        """Whether the query names the code, which has `min_length` letters and digits at least."""
        code = squeeze(value)
        if len(code) < min_length:
            return False
        if code.isdecimal():
            return code in self.naming.numbers or self._holds_unpadded(code)
        if code not in self.naming.runs:
            # A stem is what the code begins with: most codes need no closer look.
            if value.isascii() and not code.startswith(tuple(self.chunks)):
                return False
            return bool(self.chunks) and self._holds_stem(value)
        if not _DIGIT.search(code):
            return code in self.naming.capitals
        if code in self.chunks or not is_ordinary(value):
            return True
        return code in self.naming.numbers and any(
            len(word) >= _APART for word in words(value).split() if word.isdecimal()
        )

    def wants(self, value: str, min_length: int) -> bool:
        """Whether the query names the code and does not exclude it."""
        if not self.holds(value, min_length):
            return False
        code = squeeze(value)
        return code not in self.naming.excluded and code not in self.naming.unclear

    def excludes(self, value: str, min_length: int) -> bool:
        """Whether the query names the code as one that it does not want."""
        unwanted = self.naming.excluded
        return bool(unwanted) and squeeze(value) in unwanted and self.holds(value, min_length)

    def _holds_unpadded(self, code: str) -> bool:
        code = code.lstrip("0")
        return len(code) >= MIN_UNPADDED and code in self.unpadded

    def _holds_stem(self, value: str) -> bool:
        """Two pieces or more from its start, with a digit."""
        pieces = _PIECE.findall(value)
        stem = ""
        for place, piece in enumerate(pieces[:-1]):
            stem += squeeze(piece)
            if place and len(stem) >= MIN_STEM and stem in self.chunks:
                return True
        return False
