"""What a price field holds: one price, a range, or several of which the shopper chooses.

    499 · "$1,299.00" · "1.299,00 €" · "12,99 €/Stk." · "1299元" · "Free"     that price
    "$9.99 (was $12.99)" · "statt 599 € jetzt 499 €"                    the one that counts
    "12,99 € (25,98 €/kg)"                               12.99: not the kilogram's
    "$12.99 $9.99"                                                      either: see `Price`
    "$399 - $599" · {"min": 399, "max": 599} · {"lowPrice": ..., ...}    399 to 599
    "from $500" · "ab 500 €" · "500+" · {"min": 5}                      500 or more
    {"amount": 499, "currency": "USD"} · {"centAmount": 49900, ...}      499 USD
    {"price": 129, "sale_price": 69} · {"price": 129, "sale_price": 0}   69; 129, as 0 is none here
    [{"price": 45}, {"price": 25}] · {"offers": [...]} · {"EUR": ...}    45 or 25

Anything else is no price: "ask us", "499 / 599", "12.99 €/kg", "$9.99 a month", true. Nothing is
converted between currencies.
"""

import math
import re
from collections.abc import Iterator, Mapping

from sidecar.text.locales import language_of
from sidecar.text.money import currency_of
from sidecar.text.price_texts import Price, price_of_text
from sidecar.text.stated import plain_key
from sidecar.text.values import number

_LOWEST = ("min", "minimum", "low", "lowest", "from", "gte")
_HIGHEST = ("max", "maximum", "high", "highest", "to", "lte")
"""Keys of a range. An object with only a lowest price is open."""
_PAID = tuple(
    "sale special final current discounted offer promo promotional now best deal your".split()
)
_STATED = tuple(
    "amount value price default data average calculated gross incltax inclvat withtax display "
    "formatted text".split()
)
_LISTED = ("regular", "list", "base", "original", "retail", "full", "net", "excltax")
"""Keys of what the shopper pays, of what may be that, and of what it is where nothing else is: the
first that is a price other than 0, in this order."""
_SEVERAL = (
    "offers prices variants variations mastervariant defaultvariant specification products items "
    "nodes edges node presentment range skus options"
).split()
"""Keys of objects or lists in which prices lie."""
_CURRENCIES = ("currency", "currencycode", "currencyiso", "unit")
_PRICE_WORDS = re.compile("prices(?!pecification)|price|variant(?=price)")
_MINOR = (
    "centamount",
    "unitamount",
    "amountincents",
    "amountcents",
    "incents",
    "cents",
    "minorunits",
)
_MAX_CHARACTERS = 100


def price(value: object) -> Price | None:
    """The field's price or range of prices, of several the first; None where it says none."""
    return next(iter(prices(value)), None)


def prices(value: object) -> tuple[Price, ...]:
    """All prices that the shopper may choose of: those of variants, of offers, of price lists."""
    match value:
        case None | bool():
            return ()
        case int() | float():
            exact = number(value)
            return () if exact is None else (Price(exact, exact),)
        case str():
            read = price_of_text(value) if len(value) <= _MAX_CHARACTERS else None
            return () if read is None else (read,)
        case list() | tuple():
            return tuple(read for item in value for read in prices(item))
        case Mapping():
            return tuple(_of_object(value))
        case _:
            return ()


def _of_object(value: Mapping[str, object]) -> Iterator[Price]:
    named = {
        _PRICE_WORDS.sub("", key) or key: value[name]
        for name in value
        if (key := plain_key(str(name)))
    }
    currency = next((found for key in _CURRENCIES if (found := currency_of(named.get(key)))), "")
    for read in _read_object(value, named):
        yield read if read.currency or not currency else Price(read.low, read.high, currency)


def _read_object(value: Mapping[str, object], named: Mapping[str, object]) -> tuple[Price, ...]:
    if (minor := _minor_units(named)) is not None:
        return (minor,)
    low, high = _first(named, _LOWEST), _first(named, _HIGHEST)
    if low is not None:
        own = low.high if high is None and low.high > low.low else _end(low, high)
        return (Price(low.low, own, low.currency),)
    none: tuple[Price, ...] = ()
    for key in (*_PAID, *_STATED, *_LISTED):
        if (read := prices(named.get(key))) and any(each.high for each in read):
            return read
        none = none or read
    several = tuple(read for key in _SEVERAL for read in prices(named.get(key)))
    return several or none or tuple(_of_lists(value))


def _of_lists(value: Mapping[str, object]) -> Iterator[Price]:
    """Prices by currency, country or language: {"USD": 12.99, "EUR": 11.99}."""
    for key, part in value.items():
        currency = currency_of(key) if len(key) == 3 else ""
        if currency or language_of(key.lower()):
            for read in prices(part):
                yield Price(read.low, read.high, read.currency or currency)


def _minor_units(named: Mapping[str, object]) -> Price | None:
    """{"centAmount": 1299, "fractionDigits": 2} is 12.99, as is {"": "1299", "minor_unit": 2}."""
    digits = number(named.get("fractiondigits", named.get("currencyminorunit", 2)))
    if digits is None:
        return None
    keys = _MINOR if "currencyminorunit" not in named else ("sale", "price", "regular")
    for key in keys:
        cents = number(named.get(key))
        if cents:
            return Price(cents / 10**digits, cents / 10**digits)
    return None


def _first(named: Mapping[str, object], keys: tuple[str, ...]) -> Price | None:
    return next((read for key in keys if (read := price(named.get(key))) is not None), None)


def _end(low: Price, high: Price | None) -> float:
    return math.inf if high is None else max(low.low, high.high)


__all__ = ["Price", "price", "prices"]
