"""The notations of sizes of clothes, shoes and beds, in one form each.

    xl · XXL, 2XL · extra large                 xl, 2xl, xl
    10 · 9.5, 9 1/2, 9½, 9,5 · UK 9 · EU42      10, 9.5, uk 9, eu 42
    W32 L34 · 32x34 (with a word for trousers)  w32 l34
    34B (with a word for bras) · queen          34b, queen
    2T · 6-9 months, 6-9M · 5-6 years · age 5-6 2t, 6-9 months, 5-6 years
    18 months, 18M                              18 months
    42 2/3 · 10½ (with a word for shoes)        42.67, 10.5
    75B                                         75b: bands in cm, not compared with 34B
    tamanho G · one size · newborn              luso g, one size, newborn

The words are the vocabulary `size`. Texts are `plain`, and numbers with a unit are not in them:
"0.3 L" is no letter.
"""

import re
from collections.abc import Iterator
from enum import Enum
from functools import cache, lru_cache

from sidecar.text.bounds import alternatives
from sidecar.text.numerals import plain
from sidecar.text.query.size_ages import ages, single_ages
from sidecar.text.query.size_words import context, has, size_words, spelled, spelling_pattern
from sidecar.text.terms import unspaced
from sidecar.text.units import quantities


class Kind(Enum):
    """Sizes of one kind are compared with each other."""

    LETTER = "letter"
    NUMBER = "number"
    TROUSERS = "trousers"
    BRA = "bra"
    BRA_CM = "bra in cm"
    AGE = "age"
    BED = "bed"
    LUSO = "letter in Portuguese"
    ONE = "one size"
    NEWBORN = "newborn"


_SYSTEM = "(uk|eu|eur|us|fr|it|jp|au)"
_LETTERS = r"(?:[2-6]\s?xl|x{1,6}l|x{1,3}s|[2-3]xs)"
_NUMBER = r"([0-9]{1,3}(?:[.,]5| 1/2| [12]/3)?)(?:[.,]0)?(?![\w.,/]*[0-9]|[a-z])"
_FIELD_NUMBER = rf"(?<![\w.,])(?<![0-9]/)(?:{_SYSTEM}\s?)?{_NUMBER}(?:\s?{_SYSTEM}\b)?"
_WAIST = re.compile(
    r"\bw\s?([0-9]{2})\s?[/x,-]?\s?l\s?([0-9]{2})\b|(?<![\w.])([0-9]{2})\s?w?\s?[/x]\s?([0-9]{2})\s?l?\b"
    r"|\bw\s?([0-9]{2})\b|\bl\s?([0-9]{2})\b"
)
_BRA = re.compile(
    r"(?<![\w.])((?:2[89]|3[0-9]|4[0-9]|5[0-6]|[6-9][05]|1[01][05]))\s?(aa|a|b|c|d{1,4}|e|ee|f|ff|g|gg|h)\b"
)
_THIRDS = re.compile(r"(?<![\w.,/])((?:3[5-9]|4[0-9]|5[0-2]) [12]/3)(?![\w/]|\s?-)")
"""A shoe's size in thirds: nothing else is written so."""
_HALVES = re.compile(
    r"(?<![\w.,/-])((?:[3-9]|1[0-6]|3[5-9]|4[0-9])(?:[.,]5| 1/2))(?![\w%]|[.,/][0-9]|\s?[-x])"
)
_LETTER_PAIR = re.compile(r"(?<![\w/.-])(?<![0-9] )(xs/s|s/m|m/l|l/xl|xl/[2x]xl)(?![\w/-])")
_LUSO = re.compile(r"(?<![a-z0-9'])(pp|p|g{1,3})(?![a-z0-9'])")
_SPELLED = re.compile("small|medium|large")
_MEASURES = frozenset(
    "data length area mass volume power energy voltage frequency charge temperature".split()
)


def requested_sizes(query: str) -> frozenset[str]:
    """The sizes that a query asks for."""
    text = _unmeasured(query)
    if _SPELLED.search(text):
        text = context("no_size").sub(" _ ", text)
    found = set(_letters_and_numbers(text))
    if not any(size[-1].isdigit() for size in found):
        found |= set(_of_shoes(text))
    found |= set(_of_their_own(text))
    worn = has("trousers", text)
    found |= {size for size in _trousers(text) if _explicit(size, text, worn)}
    if has("bras", text):
        found |= set(_bras(text))
    if has("bedding", text):
        found |= set(_beds(text))
    of_children = set(ages(text)) | set(single_ages(text, in_query=True))
    return frozenset(found | of_children)


def _of_their_own(text: str) -> Iterator[str]:
    """Sizes that a query may write without a word for size."""
    if has("one_size", text):
        yield "one size"
    if has("newborn", text):
        yield "newborn"
    for pair in _LETTER_PAIR.findall(text):
        yield from map(_letter, pair.split("/"))
    for match in _luso_in_query().finditer(text) if has("luso", text) else ():
        yield f"luso {match[1]}"


def _of_shoes(text: str) -> Iterator[str]:
    """Thirds, and halves with a word for shoes."""
    yield from (_number(None, number) for number in _THIRDS.findall(text))
    if (halves := _HALVES.findall(text)) and has("shoes", text):
        yield from (_number(None, number) for number in halves)


def stated_sizes(text: str, kinds: frozenset[Kind]) -> frozenset[str]:
    """The sizes of these kinds that a field states."""
    return _stated(text, kinds)


@lru_cache(maxsize=4096)  # a shop has some dozens of sizes
def _stated(text: str, kinds: frozenset[Kind]) -> frozenset[str]:
    text = _unmeasured(_sizes_of_pairs(text))
    found: set[str] = set()
    if Kind.TROUSERS in kinds:
        found |= set(_trousers(text))
    if kinds & {Kind.BRA, Kind.BRA_CM}:
        found |= set(_bras(text))
    if Kind.AGE in kinds:
        found |= set(ages(text)) or set(single_ages(text, in_query=False))
    if Kind.LUSO in kinds:
        found |= {f"luso {letters}" for letters in _LUSO.findall(text)}
        found |= {"luso m"} if re.search(r"(?<![\w'])m(?![\w'])", text) else set()
    if Kind.ONE in kinds and has("one_size", text):
        found.add("one size")
    if Kind.NEWBORN in kinds and has("newborn", text):
        found.add("newborn")
    if Kind.BED in kinds:
        found |= set(_beds(text))
    if kinds & {Kind.LETTER, Kind.NUMBER}:
        for match in _in_field().finditer(text):
            name, system = match[4], match[1] or match[3]
            found.add(_letter(name) if name else _number(system, match[2]))
    return frozenset(found)


def kind_of(size: str) -> Kind:
    """The kind of a size in its one form."""
    if re.fullmatch(r"w[0-9]+(?: l[0-9]+)?|l[0-9]+", size):
        return Kind.TROUSERS
    if re.fullmatch(r"[0-9]t|.* (?:months|years)", size):
        return Kind.AGE
    if size in _KIND_OF:
        return _KIND_OF[size]
    if size.startswith("luso "):
        return Kind.LUSO
    if band := _BRA.fullmatch(size):
        return Kind.BRA if int(band[1]) < _LOWEST_BAND_IN_CM else Kind.BRA_CM
    if size[-1].isdigit():
        return Kind.NUMBER
    return Kind.BED if size in set(spelled("beds").values()) else Kind.LETTER


_KIND_OF = {"one size": Kind.ONE, "newborn": Kind.NEWBORN}
_LOWEST_BAND_IN_CM = 60


def _letters_and_numbers(text: str) -> Iterator[str]:
    for match in _in_query().finditer(text):
        system = match["system"] or match["system2"] or match["system3"]
        number = match["number"] or match["number2"]
        if name := match["letter"] or match["alone"] or match["letter2"]:
            yield _letter(name)
        else:
            yield _number(system, number or match["before"])


def _trousers(text: str) -> Iterator[str]:
    for match in _WAIST.finditer(text):
        waist, length = match[1] or match[3] or match[5], match[2] or match[4] or match[6]
        yield " ".join(
            part for part in (f"w{waist}" if waist else "", f"l{length}" if length else "") if part
        )


def _explicit(size: str, text: str, worn: bool) -> bool:
    """Whether a query means a waist and a length: "w32 l34" always, and with a word for trousers
    "32x34" and "w32", but no "w 50" for "with 50"."""
    waist, _, length = size.partition(" ")
    lettered = re.search(rf"\b{waist}\W{{0,2}}{length}\b", text) is not None
    return lettered and (worn or bool(length)) if lettered else worn and bool(length)


def _bras(text: str) -> Iterator[str]:
    return (match[1] + match[2] for match in _BRA.finditer(text))


def _beds(text: str) -> Iterator[str]:
    return (spelled("beds")[" ".join(name.split())] for name in _bed().findall(text))


def _letter(name: str) -> str:
    words = " ".join(name.replace("-", " ").split())
    if (known := spelled("letters").get(words)) is not None:
        return known
    letters = words.replace(" ", "")
    count = letters.count("x")
    if letters[0] == "x" and count > 1:
        return f"{count}x{letters[-1]}"
    return letters


def _number(system: str | None, number: str) -> str:
    number = number.replace(",", ".").replace(" 1/2", ".5")
    number = number.replace(" 1/3", ".33").replace(" 2/3", ".67")
    return f"{system.replace('eur', 'eu')} {number}" if system else number


def _unmeasured(text: str) -> str:
    """The `plain` text with the quantities blanked out."""
    text = plain(text)
    if any(map(str.isdigit, text)):
        for found in quantities(text, _MEASURES):
            if not text[found.start : found.end].endswith(("'", "m")):
                text = f"{text[: found.start]}{'_' * (found.end - found.start)}{text[found.end :]}"
    return text


def _sizes_of_pairs(text: str) -> str:
    """Of "color:red|size:10|ram:16" the sizes alone."""
    if "|" not in text or ":" not in text:
        return text
    pairs = [pair.partition(":") for pair in text.split("|")]
    if not all(colon for _, colon, _ in pairs):
        return text
    words = alternatives(size_words("size"))
    return " | ".join(value for key, _, value in pairs if re.search(words, plain(key)))


@cache
def _in_query() -> re.Pattern[str]:
    size = alternatives(size_words("size"))
    after = alternatives(word for word in size_words("size") if unspaced(word))
    letters = rf"(?:s|m|l|{_LETTERS}|{spelling_pattern('letters')})(?![a-z0-9])"
    alone = rf"(?:{_LETTERS}|{spelling_pattern('letters')})(?![a-z0-9]|-[0-9])"
    number = _NUMBER.replace("(", "(?P<number>", 1)
    second = _NUMBER.replace("(", "(?P<number2>", 1)
    third = _NUMBER.replace("(", "(?P<before>", 1)
    return re.compile(
        rf"{size}[:\s]*(?:(?P<system>{_SYSTEM[1:-1]})\s*)?{number}"
        rf"|(?<![a-z])(?P<system2>uk|eur?|us)\s?(?:size\s)?{second}"
        rf"|(?<![\w.,/]){third}\s?(?:{after}|(?P<system3>uk|eur?)(?![a-z0-9]))"
        rf"|{size}[:\s]*(?P<letter>{letters})|(?<![a-z0-9])(?P<alone>{alone})"
        rf"|(?<![a-z0-9])(?P<letter2>s|m|l)(?={after})"
    )


@cache
def _in_field() -> re.Pattern[str]:
    letters = rf"(?:s|m|l|{_LETTERS}|{spelling_pattern('letters')})"
    return re.compile(rf"{_FIELD_NUMBER}|(?<![a-z0-9'])({letters})(?![a-z0-9])")


@cache
def _luso_in_query() -> re.Pattern[str]:
    return re.compile(rf"{alternatives(size_words('luso'))}[:\s]*(pp|p|m|g{{1,3}})(?![a-z0-9])")


@cache
def _bed() -> re.Pattern[str]:
    return re.compile(spelling_pattern("beds"))
