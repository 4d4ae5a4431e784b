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

from sidecar.text.numerals import plain
from sidecar.text.query.size_words import spelled, spelling_pattern
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


SYSTEM = "uk|eu|eur|us|fr|it|jp|au"
LETTERS = r"(?:[2-6]\s?xl|x{1,6}l|x{1,3}s|[2-3]xs)"
_WAIST = re.compile(
    r"\bw\s?([0-9]{2})\s?[/x,-]?\s?l\s?([0-9]{2})\b|(?<![\w.])([0-9]{2})\s?w?\s?[/x]\s?([0-9]{2})\s?l?\b"
    r"|\bw\s?([0-9]{2})\b|\bl\s?([0-9]{2})\b"
)
_BRA = re.compile(
    r"(?<![\w.])((?:2[89]|3[0-9]|4[0-9]|5[0-6]|[6-9][05]|1[01][05]))\s?(aa|a|b|c|d{1,4}|e|ee|f|ff|g|gg|h)\b"
)
_MEASURES = frozenset(
    "data length area mass volume power energy voltage frequency charge temperature".split()
)


@lru_cache(maxsize=4096)  # a shop has some dozens of sizes
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
    return Kind.BED if size in spelled("beds").values() else Kind.LETTER


_KIND_OF = {"one size": Kind.ONE, "newborn": Kind.NEWBORN}
_LOWEST_BAND_IN_CM = 60


def trousers(text: str) -> Iterator[str]:
    """Waists and lengths: "w32 l34" of "32x34", "w32", "l34"."""
    for match in _WAIST.finditer(text):
        waist, length = match[1] or match[3] or match[5], match[2] or match[4] or match[6]
        yield " ".join(
            part for part in (f"w{waist}" if waist else "", f"l{length}" if length else "") if part
        )


def bras(text: str) -> Iterator[str]:
    """Bands with cups, in inches and in centimetres."""
    return (match[1] + match[2] for match in _BRA.finditer(text))


def beds(text: str) -> Iterator[str]:
    """Beds by name: "queen"."""
    return (spelled("beds")[" ".join(name.split())] for name in _bed().findall(text))


def letter_form(name: str) -> str:
    """The one form of letters or words: "2xl" of "xxl", "xl" of "extra-large"."""
    words = " ".join(name.replace("-", " ").split())
    if (known := spelled("letters").get(words)) is not None:
        return known
    letters = words.replace(" ", "")
    count = letters.count("x")
    if letters[0] == "x" and count > 1:
        return f"{count}x{letters[-1]}"
    return letters


def number_form(system: str | None, number: str) -> str:
    """The one form of a number in a system of sizes: "eu 42.67" of "eur" and "42 2/3"."""
    number = number.replace(",", ".").replace(" 1/2", ".5")
    number = number.replace(" 1/3", ".33").replace(" 2/3", ".67")
    return f"{system.replace('eur', 'eu')} {number}" if system else number


def number_pattern(group: str) -> str:
    """An expression whose group of that name is a number that may be a size."""
    number = rf"(?P<{group}>[0-9]{{1,3}}(?:[.,]5| 1/2| [12]/3)?)"
    return rf"{number}(?:[.,]0)?(?![\w.,/]*[0-9]|[a-z])"


def unmeasured(text: str) -> str:
    """The `plain` text with the quantities that are no sizes blanked out."""
    text = plain(text)
    if any(map(str.isdigit, text)):
        for found in quantities(text, _MEASURES):
            # 12M is an age, and a rug's size is in feet.
            if not text[found.start : found.end].endswith(("'", "m")):
                text = f"{text[: found.start]}{'_' * (found.end - found.start)}{text[found.end :]}"
    return text


@cache
def _bed() -> re.Pattern[str]:
    return re.compile(spelling_pattern("beds"))
