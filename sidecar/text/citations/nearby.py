"""Where a text may cite what a query cites: reading all citations of a long text costs much more.

Every citation of a source has its digits, whatever the spelling. What has spellings without digits
(第二十四条, Title VII, Amendment IV) is looked for by a word.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from sidecar.text.citations.form import Citation, plain
from sidecar.text.citations.vocabulary import spellings_of

WHOLE = 300
"""Characters. A text that is no longer is read whole."""
BESIDE = 130
"""Characters beside the digits: as much as a law's name and a list of sections need."""
MAX_WINDOWS = 12
"""Of a text; who cites a source more often has been found to."""
_LAWS = ("usc", "code")
_DIGIT = re.compile(r"\d")
_TITLE_OR_RULE = re.compile(r"\btitle\s[ivx]|\brule\s\d", re.IGNORECASE)


class _Hint(NamedTuple):
    """What a text that cites a source has: a number, or words without it."""

    number: str = ""
    """Digits behind which no other digit stands."""
    words: tuple[str, ...] = ()
    """In small letters; where the text has one of them, `named` is looked for."""
    named: re.Pattern[str] | None = None

    def is_in(self, text: str, lower: str) -> bool:
        """`lower` is the text in small letters."""
        if self.number and self._next(text, 0) >= 0:
            return True
        return self._may_name(lower) and self.named is not None and bool(self.named.search(text))

    def spans(self, text: str, lower: str) -> list[tuple[int, int]]:
        """The places of the words and of the number, in order; none overlap."""
        found: list[tuple[int, int]] = []
        if self.named is not None and self._may_name(lower):
            found += [match.span() for match in self.named.finditer(text)]
        read = tuple(found)
        at = self._next(text, 0) if self.number else -1
        while at >= 0:
            end = at + len(self.number)
            if not any(start < end and at < stop for start, stop in read):
                found.append((at, end))
            at = self._next(text, end)
        return sorted(found)

    def _may_name(self, lower: str) -> bool:
        return any([word in lower for word in self.words])

    def _next(self, text: str, at: int) -> int:
        """The first place of the number from `at` on, or -1."""
        at = text.find(self.number, at)  # ten times as fast as a regular expression
        while at >= 0:
            end = at + len(self.number)
            if not text[end : end + 1].isdecimal():
                return at
            at = text.find(self.number, at + 1)
        return -1


def may_cite(text: str, citation: Citation) -> bool:
    """Whether the text has what every citation of the same source has."""
    return _may_cite(text, text.lower(), citation)


def _may_cite(text: str, lower: str, citation: Citation) -> bool:
    has_title = "itle" in text or "ITLE" in text
    if citation.form not in ("constitution", "chinese") and has_title and not _DIGIT.search(text):
        return True
    hints = _hints(citation)
    if not all([hint.is_in(text, lower) for hint in hints]):
        if text.isascii() or (alike := plain(text)) == text:
            return False
        alike_lower = alike.lower()
        if not all([hint.is_in(alike, alike_lower) for hint in hints]):
            return False
    law, _, _ = citation.keys[0].rpartition(" ")
    return citation.form != "code" or " " in law or _may_name_law(text, lower, law)


def near(text: str, cited: Sequence[Citation]) -> Iterator[str]:
    """The parts of the text that may cite one of these; all of a short text that may."""
    lower = text.lower()
    candidates = [citation for citation in cited if _may_cite(text, lower, citation)]
    if not candidates:
        return
    if len(text) <= WHOLE:
        yield text
        return
    text = plain(text)
    read_to, given = 0, 0
    for start, end in sorted(span for each in candidates for span in _spans(text, each)):
        part = text[start:end]
        if end <= read_to or not any(may_cite(part, each) for each in candidates):
            continue
        yield part
        read_to, given = end, given + 1
        if given == MAX_WINDOWS:
            return


def _spans(text: str, citation: Citation) -> Iterator[tuple[int, int]]:
    for start, end in _hints(citation)[-1].spans(text, text.lower()):
        yield max(0, start - BESIDE), end + BESIDE


@lru_cache(maxsize=1024)
def _hints(citation: Citation) -> tuple[_Hint, ...]:
    """What the text has all of, the most telling last."""
    key = citation.keys[0]
    if citation.form == "constitution":
        parts = ("const", "amend", "article")
        return (_Hint(words=parts, named=re.compile("|".join(parts), re.IGNORECASE)),)
    if citation.form == "chinese":
        return (_Hint(words=("条", "條"), named=re.compile("[条條]")),)
    law, _, place = key.rpartition(" ")
    if citation.form in _LAWS and place != "*":
        numbers = re.findall(r"\d+", place)[:1]
    else:
        numbers = re.findall(r"\d+", key)
    if citation.form == "docket":
        numbers = [number[-3:] for number in numbers]  # 12-34.567
    if law.startswith("eu "):
        numbers = [number[-2:] for number in numbers]  # 93/13 is of 1993, 32011L0083
    if citation.form in _LAWS:
        return tuple(_Hint(number, ("title", "rule"), _TITLE_OR_RULE) for number in numbers)
    return tuple(map(_Hint, numbers))


def _may_name_law(text: str, lower: str, law: str) -> bool:
    """Whether the text has one of the law's names, as far as that is cheaply seen."""
    if law == "*" or not (text.isascii() or spellings_of(law)):
        return True
    return any(name in lower for name in _names(law))


@lru_cache(maxsize=1024)
def _names(law: str) -> tuple[str, ...]:
    """In small letters, what a text that names the law has: a name's first word, or a number."""
    names = spellings_of(law) or (law.rstrip("0123456789"),)  # sgb2 is SGB II
    numbers = (re.search(r"\d+$", name) for name in names)
    first_words = {name.split()[0].lower() for name in names}
    return (*first_words, "rule ", *(number[0] for number in numbers if number))
