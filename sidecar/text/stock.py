"""Whether a thing can be bought, as catalogues say it: in structure, by quantity, or in words.

    false · 0 · "0.0000" · -3                            absent: a number below 1 is none left
    "SOLD_OUT" · "https://schema.org/OutOfStock"         absent, by the words of the vocabulary
    "Currently unavailable." · "在庫なし" · "0 in stock"    `stock`
    {"isOnStock": true, "restockableInDays": 0}          available: other facts are not read
    {"stock_status": "outofstock", "stock_quantity": 3}  absent: a status goes before a number
    [{"inventory": 0}, {"inventory": 4}]                 available: one of its variants is

Pre-order and backorder are no absence. A text that says both, or neither, says nothing.
"""

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cache, lru_cache
from typing import NamedTuple

from sidecar.text.html import without_html
from sidecar.text.key_sets import by_keys
from sidecar.text.locales import language_of
from sidecar.text.query.vocabulary import Vocabulary
from sidecar.text.stated import plain_key
from sidecar.text.tidy import tidy_text
from sidecar.text.values import number

_SCHEMA_ORG = re.compile(r"^https?://(?:www\.)?schema\.org/", re.IGNORECASE)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NONE_LEFT = re.compile(r"(?<![\d.,-])0+(?:[.,]0+)?(?![\d.,]*\d)")
_MAX_CHARACTERS = 200
"""A longer text is prose, and says more than the state of a stock."""

_YES = frozenset({"true", "yes", "y", "t", "on", "notify", "si", "sí", "oui", "ja", "sim"})
_NO = frozenset({"false", "no", "n", "f", "off", "non", "nein", "nee", "não"})
_STATES = tuple(
    "stockstatus availability availabilitystatus inventorystatus stockstate status state "
    "isinstock instock isonstock onstock hasstock isavailable available availableforsale "
    "onlineavailability "
    "availablefororder isavailableforsale salable issalable isbuyable purchasable value label "
    "name key text".split()
)
"""Keys that state it, in the order in which they are asked; case and signs do not matter."""
_OPPOSITES = tuple("outofstock isoutofstock soldout issoldout unavailable isunavailable".split())
"""Keys that state it when true."""
_QUANTITIES = tuple(
    "availablequantity quantityavailable quantity qty stockquantity stockqty stock stocklevel "
    "inventory inventorylevel inventoryquantity totalinventory salableqty salablequantity onhand "
    "quantityonhand availablestock stockcount".split()
)
_ORDERABLE = tuple(
    "backorders backordersallowed allowbackorder allowbackorders isbackorder "
    "backorderable isbackorderable preorder ispreorder isbackordered".split()
)
"""Keys that say, when true, that it can be ordered though none is there."""
_SELLS_ON = "continue"
"""Shopify's `inventory_policy` of a variant that is sold when none is left."""


class Stock(Enum):
    AVAILABLE = "available"
    ABSENT = "out_of_stock"


def stock(value: object) -> Stock | None:
    """What the value states; None where it states nothing, or both."""
    match value:
        case None:
            return None
        case bool():
            return Stock.AVAILABLE if value else Stock.ABSENT
        case int() | float():
            return None if value != value else _of_quantity(value)
        case str():
            return _of_text(value)
        case list() | tuple():
            return _any_of(map(stock, value))
        case dict() | Mapping():
            return _of_object(value)
        case _:
            return None


def _of_quantity(left: float) -> Stock:
    return Stock.ABSENT if left < 1 else Stock.AVAILABLE


def _any_of(states: Iterable[Stock | None]) -> Stock | None:
    """Available when one is, absent when all are."""
    found = set(states)
    if Stock.AVAILABLE in found:
        return Stock.AVAILABLE
    return Stock.ABSENT if found == {Stock.ABSENT} else None


class _Asked(NamedTuple):
    """An object's own keys that say something of its stock, in the order of asking."""

    orderable: tuple[str, ...]
    policy: tuple[str, ...]
    states: tuple[str, ...]
    opposites: tuple[str, ...]
    quantities: tuple[str, ...]


@by_keys
def _asked(keys: tuple[str, ...]) -> _Asked:
    named = {plain_key(str(key)): key for key in keys}
    asked = (_ORDERABLE, ("inventorypolicy",), _STATES, _OPPOSITES, _QUANTITIES)
    return _Asked(*(tuple(named[name] for name in names if name in named) for names in asked))


def _of_object(value: Mapping[str, object]) -> Stock | None:
    asked = _asked(value)
    if asked.orderable and any(_true(value[key]) for key in asked.orderable):
        return Stock.AVAILABLE
    if asked.policy and any(value[key] == _SELLS_ON for key in asked.policy):
        return Stock.AVAILABLE
    for key in asked.states:
        if (state := stock(value[key])) is not None:
            return state
    if asked.opposites and any(_true(value[key]) for key in asked.opposites):
        return Stock.ABSENT
    for key in asked.quantities:
        if (state := stock(value[key])) is not None:
            return state
    # One entry for each language, channel or warehouse, or the object in which the variants lie.
    return _any_of(
        stock(part)
        for key, part in value.items()
        if isinstance(part, Mapping | list) or language_of(str(key))
    )


def _true(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.strip().casefold() in _YES)


@lru_cache(maxsize=4096)  # a shop has a dozen of these texts
def _of_text(text: str) -> Stock | None:
    text = tidy_text(text if (found := without_html(text)) is None else found.text)
    if len(text) > _MAX_CHARACTERS:
        return None
    if (left := number(text)) is not None:
        return _of_quantity(left)
    plain = text.strip().casefold()
    if plain in _YES:
        return Stock.AVAILABLE
    if plain in _NO:
        return Stock.ABSENT
    states = _words().find(_HUMP.sub(" ", _SCHEMA_ORG.sub("", text.strip())))
    if states == {"absent"}:
        return Stock.ABSENT
    if states == {"available"}:
        return Stock.ABSENT if _NONE_LEFT.search(text) else Stock.AVAILABLE
    return None


@cache
def _words() -> Vocabulary:
    """`absent` and `available` in all languages."""
    return Vocabulary.shipped("stock")
