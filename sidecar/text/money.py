"""Amounts of money in a text, and bare numbers that may be ones.

    $1,299.00 · 1.299,00 € · EUR12.99 · CHF 1'299.– · 1 299,00 kr · Rs. 499/- · 12:- · 1299元
    50k usd · 1.5 lakh rs · 5千円 · 1万円 · 五百元 · fifty dollars

A currency is a name of the vocabulary `currency`: an ISO 4217 code, or `dollar`, `krona` and the
like for a sign that several share.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from sidecar.text.bounds import alternatives
from sidecar.text.folding import unspaced
from sidecar.text.numerals import chinese, plain
from sidecar.text.values import parse_number
from sidecar.text.vocabularies import Names, any_of, load, merged, name_of_spelling

_THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR"})
_TIMES = {
    **{"k": 1e3, "thousand": 1e3, "千": 1e3, "mil": 1e3, "tsd": 1e3},
    **{"lakh": 1e5, "lakhs": 1e5, "lac": 1e5, "万": 1e4, "萬": 1e4, "만": 1e4},
}
_WHOLE = r"[0-9]{1,3}(?:[ '][0-9]{3})+(?![0-9])(?:[.,][0-9]{1,2}(?![0-9]))?"
_NUMBER = rf"(?:{_WHOLE}|[0-9]+(?:[.,][0-9]+)*)"
_HAN = "[零〇一二两兩三四五六七八九十百千万萬]{1,9}"
_ENDING = r"(?:[.,:]\s?--?(?![0-9])|/-|,--)"
"""What closes a whole amount: 12.-, 12:-, 499/-."""


@dataclass(frozen=True, slots=True)
class Amount:
    """`currency` is "" where none is written; the places are those of the `plain` text."""

    value: float
    currency: str
    start: int
    end: int


@lru_cache(maxsize=1024)
def amounts(text: str) -> tuple[Amount, ...]:
    """The amounts and bare numbers of a `plain` text, in order. A number that a letter follows,
    as in "16gb", is none."""
    return tuple(_amounts(text)) if _may_hold(text) else ()


def comparable(left: str, right: str) -> bool:
    """Whether two currencies may be the same: a dollar is compared with CAD, not with EUR."""
    return not left or not right or left in _with_parents(right) or right in _with_parents(left)


def same(left: str, right: str) -> bool:
    """Whether they are the same for sure, or one is a kind of the other."""
    return bool(left and right) and comparable(left, right)


def currency_of(code: object) -> str:
    """The currency that a field such as `priceCurrency` names; "" for none that is known."""
    return _table().get(plain(code).strip(), "") if isinstance(code, str) else ""


def _amounts(text: str) -> Iterator[Amount]:
    for match in _pattern().finditer(text):
        written = match["before"] or match["after"] or match["counted"] or match["said"]
        currency = _table()[" ".join(written.split())] if written else ""
        if (value := _value(match, currency)) is not None:
            yield Amount(value, currency, match.start(), match.end())


def _value(match: re.Match[str], currency: str) -> float | None:
    if match["han"]:
        return float(chinese(match["han"]))
    if match["words"]:
        return float(_number_words()[" ".join(match["words"].replace("-", " ").split())])
    digits = match["digits"].replace("'", "")
    money = not (currency in _THREE_DECIMALS and digits.count(".") == 1)
    value = parse_number(digits, money=money)
    return None if value is None else value * _TIMES.get((match["times"] or "").strip(), 1)


def _may_hold(text: str) -> bool:
    return any(map(str.isdigit, text)) or not text.isascii() or _NAMED.search(text) is not None


_NAMED = re.compile("dollar|euro|pound|buck|franc|franken|reais|rupee|peso|yen|kron")
"""A currency that words may count: "fifty dollars"."""


@cache
def _table() -> dict[str, str]:
    """Every spelling -> its currency; a code is one itself."""
    spellings = name_of_spelling("currency")
    return spellings | {name.lower(): name for name in spellings.values() if len(name) == 3}


@cache
def _parents() -> dict[str, tuple[str, ...]]:
    return merged(load("currency", Names).values()).parents


@cache
def _with_parents(currency: str) -> frozenset[str]:
    above = frozenset(_parents().get(currency, ()))
    return frozenset({currency}).union(above, *(_with_parents(name) for name in above))


@cache
def _number_words() -> dict[str, int]:
    """A number's words in each language -> the number."""
    return {
        " ".join(plain(spelling).replace("-", " ").split()): int(number)
        for names in load("number", Names).values()
        for number, spellings in names.names.items()
        for spelling in spellings
    }


@cache
def _pattern() -> re.Pattern[str]:
    currency = alternatives(_table())
    characters = alternatives(name for name in _table() if unspaced(name))
    words = alternatives(_number_words()).replace(r"\s+", r"[\s-]+")
    times = any_of(_TIMES)
    return re.compile(
        rf"(?:(?P<before>{currency})\s{{0,2}}|(?<![\w.,/])|(?<=[^\W\d_a-z]))"
        rf"(?P<digits>{_NUMBER})(?P<times>\s?(?:{times})(?![a-z0-9]))?{_ENDING}?"
        rf"(?:\+?\s?(?P<after>{currency}))?(?![a-z0-9_%²³°]|[.,:/x][0-9]|\s?%)"
        rf"|(?P<han>{_HAN})(?P<counted>{characters})"
        rf"|(?P<words>{words})\s(?P<said>{currency})(?!\w)"
    )
