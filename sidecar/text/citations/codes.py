"""Places in laws: a mark and numbers, with the law before or after them.

    Art. 28(3) GDPR · Article 28(3) of the GDPR · GDPR art. 28 · Art. 6 Abs. 1 S. 1 lit. b DSGVO
    § 433 BGB · BGB § 433 · BGB 433 · §§ 433, 434 BGB · § 280 Abs. 1 i.V.m. § 241 Abs. 2 BGB
    Fed. R. Civ. P. 12(b)(6) · Cal. Civ. Code § 1714 · section 302 IPC
    article 1240 du code civil · art. L. 1234-5 du code du travail · artikel 6:162 BW

Where a text is nothing but a place ("30101(4)", "§ 24"), its law is unknown: `* 24`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain

from sidecar.text.citations.european import union_acts
from sidecar.text.citations.form import Citation, levels
from sidecar.text.citations.laws import Named, acts, law_after, law_before, union_names
from sidecar.text.citations.places import Number, Place, bare_numbers, places, title_before
from sidecar.text.citations.states import STATES
from sidecar.text.citations.vocabulary import (
    by_mark,
    law_words,
    shared_names,
    spellings,
    written_names,
)

MAX_RANGE = 30
"""Places that "§§ 433-450" stands for at most; of a longer range the ends count."""
_JOINED = re.compile(
    r"[\s,;]*(?:(?:i\.?\s?V\.?\s?m\.?|in Verbindung mit|und|and|et|y|e|u\.|or|oder|sowie|&)[\s,]*)?"
    r"(?:the\s)?",
    re.IGNORECASE,
)
"""What lies between two places of one law."""
_HYPHENATED = re.compile(
    r"^(?:\d+ usc|\d+ cfr|code d|codigo|codice|" + "|".join(STATES) + r"|frcp|ucc|bw$)"
)
"""Laws whose numbers have hyphens: there "163-82" is no range."""
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_UNION = re.compile(r"\d/\d|eli/|3\d{4}[RLDrld]\d")
_ACT = re.compile(r"\bact\b|\bordinance\b", re.IGNORECASE)
_WORDS = frozenset("avg tue fev teu euv".split())
"""Names that are words, or other abbreviations, in small letters."""
_NUMBER_FIRST = re.compile(r"(?<![\w.,/§-])(\d{1,4}[a-z]?)\s(?=([A-ZÄÖÜ][A-Za-zÄÖÜäöü]{1,11})\b)")


def codes(text: str) -> Iterator[Citation]:
    """The places whose law the text names, and the acts that it names as a whole."""
    found = [*_places_of_laws(text)]
    for find in (_number_first, _acts):
        found += [each for each in find(text) if not _within(each, found)]
    yield from found
    for number, steps in bare_numbers(text):
        yield Citation("code", levels(f"* {number}", steps), 0, len(text))


def _within(citation: Citation, others: Sequence[Citation]) -> bool:
    return any(other.start <= citation.start and citation.end <= other.end for other in others)


def _places_of_laws(text: str) -> Iterator[Citation]:
    consumed = 0
    waiting: list[Place] = []
    for place in places(text):
        if not place.marked:
            if named := _law_of_number(text, place, consumed):
                yield from _citations(text, place, named, named.start, place.end)
                consumed = place.end
            continue
        if waiting and not _JOINED.fullmatch(text, waiting[-1].end, place.start):
            waiting = []
        named = _law_of(text, place, consumed)
        if named is None:
            waiting.append(place)
            continue
        for each in waiting:
            yield from _citations(text, each, named, each.start, each.end)
        start, end = min(place.start, named.start), max(place.end, named.end)
        yield from _citations(text, place, named, start, end)
        waiting, consumed = [], end


def _law_of(text: str, place: Place, consumed: int) -> Named | None:
    before = law_before(text, place.law_end, consumed, place.any_name)
    if before is not None and not text[before.end : place.law_end].strip():
        return before
    return law_after(text, place.end, place.any_name) or before  # "... of the GDPR. Art. 5 ECHR"


def _law_of_number(text: str, place: Place, consumed: int) -> Named | None:
    """A law of the lists before a number without a mark: "BGB 433", "Fed. R. Civ. P. 12(b)(6)"."""
    named = law_before(text, place.start, consumed, any_name=False)
    if named is None or " act" in named.key or text[named.start : named.end] in by_mark(False):
        return None
    edition = _YEAR.fullmatch(place.numbers[0][0]) and not _HYPHENATED.match(named.key)
    return None if edition else named


def _citations(text: str, place: Place, law: Named, start: int, end: int) -> Iterator[Citation]:
    numbers: Iterable[Number] = place.numbers
    inside = ""
    if not _HYPHENATED.match(law.key):
        numbers = (single for number in numbers for single in _range(*number))
    elif chapter := place.chapter or (
        title_before(text, law.start) if law.start < place.start else ""  # "art. 5 c.c."
    ):
        inside = f"{chapter.lower()}:"
    written = text[law.start : law.end].replace(".", "").replace(" ", "")
    others = sorted(shared_names().get(written, frozenset()) - {law.key})
    for number, steps in numbers:
        keys = [levels(f"{key} {inside}{number}", steps) for key in (*others, law.key)]
        yield Citation("code", tuple(chain.from_iterable(keys)), start, end)


def _range(number: str, steps: tuple[str, ...]) -> Iterator[Number]:
    """ "433-435" as 433, 434 and 435."""
    first, dash, last = number.partition("-")
    if not (dash and first.isdecimal() and last.isdecimal() and int(first) < int(last)):
        yield number, steps
        return
    inside = range(int(first), int(last) + 1)
    for each in inside if len(inside) <= MAX_RANGE else (inside[0], inside[-1]):
        yield str(each), ()


def _acts(text: str) -> Iterator[Citation]:
    """Laws as a whole: acts by number or by year."""
    names = union_names()
    for key, start, end in union_acts(text) if _UNION.search(text) else ():
        yield Citation("code", (f"{names.get(key, key)} *",), start, end)
    for named in acts(text) if _ACT.search(text) else ():
        yield Citation("code", (f"{named.key} *",), named.start, named.end)


def _number_first(text: str) -> Iterator[Citation]:
    """A law of the lists after a number, in its own capitals: "302 IPC". A text that is nothing
    else may name any law with small letters too, as where a register has section and law in two
    fields: "5 KrWG", but not "512 SSD"."""
    for match in _NUMBER_FIRST.finditer(text):
        alone = match[0] + match[2] == text.strip()
        named = law_after(text, match.end(), any_name=alone and not match[2].isupper())
        if named is None or named.end != match.end(2) or _YEAR.fullmatch(match[1]):
            continue
        if (match[2] in law_words("as_written") and not alone) or match[2][1:].islower():
            continue  # "20 OR 30"
        yield Citation("code", (f"{named.key} {match[1]}",), match.start(), named.end)
    if text.islower():
        for match in _small_name_after().finditer(text):
            named = law_after(text, match.start(2), any_name=match[2].startswith("sgb"))
            if named is not None and not _YEAR.fullmatch(match[1]):
                yield Citation("code", (f"{named.key} {match[1]}",), match.start(), named.end)


@cache
def _small_name_after() -> re.Pattern[str]:
    """The same in small letters, for abbreviations that are no words: "823 bgb", "302 ipc"."""
    names = (
        {
            name.lower()
            for name, _ in spellings()
            if re.fullmatch(r"(?=.*[A-Z].*[A-Z])[A-Za-z]{3,6}", name)
        }
        - written_names()
        - _WORDS
    )
    either = "|".join(sorted(names))
    return re.compile(rf"(?<![\w.,/§-])(\d{{1,4}}[a-z]?)\s(sgb [ivx\d]{{1,4}}|{either})\b(?!\s\d)")
