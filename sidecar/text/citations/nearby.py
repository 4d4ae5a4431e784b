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


class _Hint(NamedTuple):
    """What a text that cites a source has."""

    any_of: tuple[str, ...]
    """Of these, in small letters, it has one: seen ten times as fast as the pattern."""
    pattern: re.Pattern[str]

    def is_in(self, text: str, lower: str) -> bool:
        """`lower` is the text in small letters."""
        for word in self.any_of:
            if word in lower:
                return self.pattern.search(text) is not None
        return False


def may_cite(text: str, citation: Citation) -> bool:
    """Whether the text has what every citation of the same source has."""
    if citation.form not in ("constitution", "chinese") and not _DIGIT.search(text):
        return "itle" in text or "ITLE" in text
    law, _, _ = citation.keys[0].rpartition(" ")
    lower = text.lower()
    if citation.form == "code" and " " not in law and not _may_name(text, lower, law):
        return False
    hints = _hints(citation)
    if all([hint.is_in(text, lower) for hint in hints]):
        return True
    if text.isascii() or (alike := plain(text)) == text:
        return False
    lower = alike.lower()
    return all([hint.is_in(alike, lower) for hint in hints])


def near(text: str, cited: Sequence[Citation]) -> Iterator[str]:
    """The parts of the text that may cite one of these; all of a short text that may."""
    candidates = [citation for citation in cited if may_cite(text, citation)]
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
    for match in _hints(citation)[-1].pattern.finditer(text):
        yield max(0, match.start() - BESIDE), match.end() + BESIDE


@lru_cache(maxsize=1024)
def _hints(citation: Citation) -> tuple[_Hint, ...]:
    """What the text has all of, the most telling last."""
    key = citation.keys[0]
    if citation.form == "constitution":
        parts = ("const", "amend", "article")
        return (_Hint(parts, re.compile("|".join(parts), re.IGNORECASE)),)
    if citation.form == "chinese":
        return (_Hint(("条", "條"), re.compile("[条條]")),)
    law, _, place = key.rpartition(" ")
    if citation.form in _LAWS and place != "*":
        numbers = re.findall(r"\d+", place)[:1]
    else:
        numbers = re.findall(r"\d+", key)
    if citation.form == "docket":
        numbers = [number[-3:] for number in numbers]  # 12-34.567
    if law.startswith("eu "):
        numbers = [number[-2:] for number in numbers]  # 93/13 is of 1993, 32011L0083
    is_law = citation.form in _LAWS
    named = r"|\btitle\s[ivx]|\brule\s\d" if is_law else ""
    named_by = ("title", "rule") if is_law else ()
    return tuple(
        _Hint((number, *named_by), re.compile(rf"{number}(?!\d){named}", re.IGNORECASE))
        for number in numbers
    )


def _may_name(text: str, lower: str, law: str) -> bool:
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
