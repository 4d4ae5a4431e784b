"""What a price's text says: see `prices` for its notations.

The text is read as one sign for each amount and each word that may stand beside one, from the
vocabulary `price`: "was $599, now $499" is `W0N1`. A text with anything else in it is no price.
"""

import math
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from sidecar.schema import FrozenModel
from sidecar.text.bounds import alternatives
from sidecar.text.money import Amount, amounts
from sidecar.text.numerals import plain
from sidecar.text.unit_table import spellings
from sidecar.text.values import number
from sidecar.text.vocabularies import Spellings, all_words, any_of


class PriceWords(FrozenModel):
    """A language's file of the vocabulary `price`; its English file says what each list is for."""

    from_: Spellings = ()
    onwards: Spellings = ()
    to: Spellings = ()
    now: Spellings = ()
    was: Spellings = ()
    each: Spellings = ()
    per: Spellings = ()
    spans: Spellings = ()
    notes: Spellings = ()
    off: Spellings = ()
    free: Spellings = ()
    signs: Spellings = ()


class Price(NamedTuple):
    """From `low` to `high`, both included; `high` is infinite where only the lowest is known.

    `currency` is a name of the vocabulary `currency`, or "".
    """

    low: float
    high: float
    currency: str = ""
    either: bool = False
    """Whether the price is `low` or `high`, and not said which: "$12.99 $9.99"."""


@lru_cache(maxsize=4096)
def price_of_text(text: str) -> Price | None:
    """The price or the range of prices; None where the text is none."""
    if (exact := _plain_number(text)) is not None:
        return Price(exact, exact)
    text = _short_sign().sub("", plain(text).strip())
    if cents := _CENTS_ALONE.fullmatch(text):
        return Price(int(cents[1]) / 100, int(cents[1]) / 100)
    text = _SPACED_DOLLAR.sub(r"\1$", text)
    text = _RAISED_CENTS.sub(r"\1.\3\2", text)
    if not any(map(str.isdigit, text)):
        return Price(0, 0) if _free().fullmatch(text) else None
    found = amounts(text)
    signs = _signs(text, found)
    for expression, low, high in _READINGS:
        if signs and (match := expression.fullmatch(signs)):
            read = [found[int(place)] for place in match.groups() if place]
            return _of_amounts(read, low, high)
    return None


def _plain_number(text: str) -> float | None:
    whole, _, cents = text.strip().partition(".")
    if whole.isdecimal() and (not cents or (cents.isdecimal() and len(cents) != 3)):
        return number(text)
    return None


# What stands beside the amounts, one letter each; an amount is the sign of its place.
_SIGN = {"per": "U", "each": "", "from_": "F", "onwards": "P", "to": "T", "now": "N", "was": "W"}
_AMOUNT = r"([0-9])"
_RAISED_CENTS = re.compile(r"([0-9])([€£])([0-9]{2})(?![0-9])")
"""12€99 is 12.99 €."""
_CENTS_ALONE = re.compile(r"([0-9]{1,2})\s?(?:¢|cents?|p|pence)")
_SPACED_DOLLAR = re.compile(r"^(us|ca?|aud?|au?|nz|hk|sg?) (?:\$)")
"""C $12.99, AU $5, US $9: as on marketplaces."""
_READINGS = tuple(
    (re.compile(expression.replace("#", _AMOUNT)), low, high)
    for expression, low, high in (
        (r"N*#N*(?:#U)?", 1, 1),
        (r"[NF]*#[TP]#", 1, 2),
        (r"N*F#|N*#P", 1, 0),
        (r"[WF]#N*#", 2, 2),
        (r"N*#W#", 1, 1),
        (r"N*##", 1, -2),
    )
)
"""(signs, the group of the lowest price, that of the highest: 0 for an open end, negative where one
of the two is the price, and which is not said)."""


def _signs(text: str, found: Sequence[Amount]) -> str:
    """The text as one sign for each amount and word; "" where it holds anything else."""
    shown, end = [], 0
    if len(found) > 9:
        return ""
    for place, amount in enumerate(found):
        shown += [text[end : amount.start], chr(0xE000 + place)]
        end = amount.end
    text = "".join([*shown, text[end:]])
    signs, place = [], 0
    while place < len(text):
        match = _word().match(text, place)
        if match is None:
            return ""
        place = match.end()
        if match["amount"]:
            signs.append(str(ord(match["amount"]) - 0xE000))
        elif match.lastgroup:
            signs.append(_SIGN.get(match.lastgroup, ""))
    return "".join(signs)


def _of_amounts(found: Sequence[Amount], low: int, high: int) -> Price | None:
    first = found[low - 1]
    if not high:
        return Price(first.value, math.inf, first.currency)
    last = found[abs(high) - 1]
    currency = first.currency or last.currency
    if high < 0:
        if not first.currency or not last.currency:
            return None  # "12 34" are two numbers
        ends = sorted((first.value, last.value))
        return Price(ends[0], ends[1], currency, either=ends[0] < ends[1])
    return Price(first.value, last.value, currency) if first.value <= last.value else None


@cache
def _word() -> re.Pattern[str]:
    measure = alternatives([*spellings(), *_words("spans")])
    groups = "|".join(
        f"(?P<{name}>{alternatives(_words(name))})"
        for name in ("each", "from_", "onwards", "to", "now", "was", "notes")
    )
    return re.compile(
        rf"\s+|(?P<per>{alternatives(_words('per'))}\s*[\ue000-\ue008]?\s*{measure})"
        rf"|[\ue000-\ue008]\s*{measure}\s*=\s*[\ue000-\ue008]"
        rf"|[(-]?\s?[0-9]{{1,2}}(?:[.,][0-9])?\s?%\s?(?:{alternatives(_words('off'))})?\)?"
        rf"|(?P<amount>[\ue000-\ue008])|{groups}"
    )


@cache
def _short_sign() -> re.Pattern[str]:
    """A currency too short to be looked for in running text, before or after all else: R129."""
    signs = any_of(_words("signs"))
    return re.compile(rf"^(?:{signs})\s?(?=[0-9])|(?<=[0-9.-])\s?(?:{signs})$")


@cache
def _free() -> re.Pattern[str]:
    return re.compile(alternatives(_words("free")) + "!?")


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(map(plain, all_words("price", PriceWords, name)))
