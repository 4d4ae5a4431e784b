"""Objects that say one thing, as that thing.

    {"@type": "Brand", "name": "Sony", "url": "..."}      "Sony"
    {"id": 9, "name": "Cal.", "name_long": "California"}  "California"     the first of NAMES
    {"en-US": "Bowl", "de-DE": "Schale"}                  ["Bowl", "Schale"], or the one language
    [{"locale": "de_DE", "scope": null, "data": "Rot"}]   the same, as Akeneo writes it
    {"#text": "29.00", "@currency": "USD"}                "29.00 USD"      XML as JSON
    {"@value": "2020-01-01", "@type": "xsd:date"}         "2020-01-01"     JSON-LD
    {"$numberDecimal": "12.5"}                            "12.5"           MongoDB
    {"amount": "2.1000", "unit": "KILOGRAM"}              "2.1000 KILOGRAM"
    {"centAmount": 1499, "currencyCode": "EUR"}           {"amount": 14.99, "currency": "EUR"}
    {"value": 250, "unitCode": "GRM"}                     "250 g"          UN/ECE Recommendation 20
    {"volume": 410, "reporter": "U.S.", "page": 113}      "410 U.S. 113"
    {"edges": [{"node": {...}}, ...]}                     [{...}, ...]     GraphQL's connections
    {"id": 6, "size": "M"}                                {"size": "M"}    row numbers say nothing

Any other object stays one. Keys are compared as `normal` has them.
"""

import re
from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

from sidecar.text.key_sets import by_keys
from sidecar.text.locales import are_languages, language_of, preferred
from sidecar.text.spelling import normal

NAMES = (
    *("namelong", "longname", "fullname", "displayname", "name", "label", "title"),
    *("presentation", "adminlabel", "frontendlabel"),
)
"""Keys that hold an object's name, the one that says most first."""
NOTES = frozenset(
    "id uid uuid gid key code slug handle url uri href link permalink path type typeid "
    "position order sortorder level depth count image logo icon thumbnail picture abbreviation "
    "nameabbreviation abbr shortname short sameas parent parentid self createdat updatedat "
    "active isactive enabled locale whitelisted translationkey metadata".split()
)
"""Keys beside a name that say no more than it does."""
NAMED_TYPES = frozenset(
    "brand organization corporation person thing court country".split()
    + "sizespecification definedterm".split()
)
"""schema.org's types whose name is all that a search asks for."""
TEXTS = (
    *("#text", "_text", "__text", "$t", "#cdata-section", "_cdata", "__cdata", "@value", "_"),
    *("$numberDecimal", "$numberDouble", "$numberInt", "$numberLong", "$date"),
)
"""Keys of an element's text where its attributes stand beside it."""
AMOUNTS = ("amount", "value")
UNITS = ("unit", "unittext", "unitcode", "units", "uom", "unitofmeasure")
_CURRENCIES = ("currency", "currencycode", "currencyid", "pricecurrency")
UNIT_CODES: Mapping[str, str] = {
    **{"MGM": "mg", "GRM": "g", "KGM": "kg", "ONZ": "oz", "LBR": "lb"},
    **{"MLT": "ml", "CLT": "cl", "LTR": "l", "OZA": "fl oz", "GLL": "gal"},
    **{"MMT": "mm", "CMT": "cm", "MTR": "m", "INH": "inch", "FOT": "ft"},
    **{"WTT": "w", "KWT": "kw", "VLT": "v", "AMP": "a", "HTZ": "hz"},
}
"""Of UN/ECE Recommendation 20."""
_CITATION = ("volume", "reporter", "page")
"""Keys of a citation in pieces, in the order in which it is written."""
_CONNECTION = frozenset(("edges", "nodes", "pageInfo", "totalCount", "__typename"))
"""Keys of a GraphQL connection."""
_MINOR_UNITS = "centamount"
_MINOR_DIGITS = "currency_minor_unit"
_NOTATION = ("@type", "@id", "@context")
"""JSON-LD's own keys, which say nothing of the thing."""
_ROW_NUMBER = re.compile(r"\d+|gid://\S+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ROW_KEY = re.compile(r"(?:.*_)?id|[a-z]+Id|position|sort_?order|sortOrder|variation_?index")


class _Roles(NamedTuple):
    """Which of an object's keys hold what; None and empty where none does."""

    text: str | None
    """The key of an element's text."""
    are_languages: bool
    minor_units: str | None
    currency: str | None
    citation: tuple[str, ...] | None
    """The keys of a citation's volume, reporter and page."""
    measure: tuple[str, str] | None
    """The keys of a number and of its unit, where all others are notes."""
    name: str | None
    is_name: bool
    """Whether the name is all that it says, of whatever type it is."""
    rows: tuple[str, ...]
    """Keys that may hold a row's number."""


def meaning(value: dict[str, object], languages: Sequence[str]) -> object:
    """What the object says; `languages` are those wanted, best first, none for all.

    Its values are read already: none is null or blank. It is the caller's own, and loses the
    numbers of rows.
    """
    if (roles := _roles(value)) is None:
        return value  # most attributes: no need to look closer
    if roles.text is not None:
        return _text(value, value[roles.text])
    if roles.are_languages and not any(isinstance(v, dict) for v in value.values()):
        return preferred(list(value.items()), languages)
    if roles.minor_units is not None:
        amount = in_units(value, _MINOR_UNITS, value[roles.minor_units])
        currency = None if roles.currency is None else value[roles.currency]
        return {"amount": amount} | ({} if currency is None else {"currency": currency})
    if roles.citation is not None:
        return " ".join(f"{value[key]}" for key in roles.citation)
    if roles.measure is not None and (measure := _measure(value, *roles.measure)) is not None:
        return measure
    if roles.name is not None and (roles.is_name or _is_named_type(value.get("@type"))):
        return value[roles.name]
    if len(value) > 1:
        for key in roles.rows:
            number = value[key]
            if type(number) is int or key in _NOTATION or _is_row_number(number):
                del value[key]
    return value


@by_keys
def _roles(keys: tuple[str, ...]) -> _Roles | None:
    """The keys' roles; None where the object stays as it is, whatever its values are."""
    if not any(map(_has_role, keys)):
        return None
    of_normal = {normal(key): key for key in keys}

    def first(names: Sequence[str]) -> str | None:
        return next((of_normal[name] for name in names if name in of_normal), None)

    amounts = [of_normal[name] for name in AMOUNTS if name in of_normal]
    unit = first(UNITS)
    measured = len(amounts) == 1 and of_normal.keys() - {*AMOUNTS, *UNITS} <= NOTES | {"@type"}
    beside_name = of_normal.keys() - set(NAMES) - NOTES
    citation = tuple(of_normal[name] for name in _CITATION if name in of_normal)
    return _Roles(
        text=next((key for key in TEXTS if key in keys), None),
        are_languages=are_languages(keys),
        minor_units=of_normal.get(_MINOR_UNITS),
        currency=first(_CURRENCIES),
        citation=citation if len(citation) == len(_CITATION) else None,
        measure=(amounts[0], unit) if measured and unit is not None else None,
        name=first(NAMES),
        is_name=all(key.startswith("@") for key in beside_name),
        rows=tuple(key for key in keys if key in _NOTATION or _ROW_KEY.fullmatch(key)),
    )


def connected(value: Mapping[str, object]) -> list[object] | None:
    """The nodes of a GraphQL connection; None for any other object."""
    if not ("edges" in value or "nodes" in value) or not value.keys() <= _CONNECTION:
        return None
    if isinstance(nodes := value.get("nodes"), list):
        return nodes
    edges = value.get("edges")
    if not isinstance(edges, list):
        return None
    return [edge.get("node") if isinstance(edge, Mapping) else edge for edge in edges]


def of_locales(items: Sequence[object], languages: Sequence[str]) -> object:
    """What a list of one value per locale says; None for any other list."""
    texts: list[tuple[str, object]] = []
    for item in items:
        if not isinstance(item, Mapping) or not 2 <= len(item) <= 4:
            return None
        locale = next((item[key] for key in ("locale", "language", "lang") if key in item), item)
        data = [item[key] for key in ("data", "value", "text", "content") if key in item]
        others = item.keys() - {"locale", "language", "lang", "scope", "channel"}
        if locale is item or len(data) != 1 or len(others) != 1:
            return None
        texts.append((locale if isinstance(locale, str) else "", data[0]))
    return preferred(texts, languages) if texts else None


def has_minor_units(keys: Container[str], key: str) -> bool:
    """Whether the number under `key` of an object with these keys is in hundredths or the like."""
    return normal(key) == _MINOR_UNITS or (_MINOR_DIGITS in keys and "price" in key.lower())


def in_units(value: Mapping[str, object], key: str, found: object) -> object:
    """The number under `key` of the object: hundredths of a currency are given in its unit.

    {"centAmount": 1499, "fractionDigits": 2} and {"price": "1499", "currency_minor_unit": 2}, of
    commercetools and of WooCommerce's Store API, are 14.99.
    """
    if not has_minor_units(value, key):
        return found
    own = normal(key) == _MINOR_UNITS
    digits = value.get("fractionDigits", 2) if own else value[_MINOR_DIGITS]
    if not isinstance(digits, int) or not 0 <= digits <= 4 or isinstance(found, bool):
        return found
    if isinstance(found, int) or (isinstance(found, str) and found.strip().isdecimal()):
        return int(found) / 10**digits
    return found


def _has_role(key: str) -> bool:
    """Whether an object with this key may say one thing, or hold a row's number."""
    return (
        key in TEXTS
        or key.startswith("@")
        or normal(key) in (*_CITATION, *NAMES, *UNITS, _MINOR_UNITS)
        or language_of(key) is not None
        or _ROW_KEY.fullmatch(key) is not None
    )


def _text(value: Mapping[str, object], text: object) -> object:
    """An element's text with the unit that its attributes give."""
    attributes: dict[str, object] = {}
    for name, part in value.items():
        attributes |= {normal(k): v for k, v in part.items()} if isinstance(part, dict) else {}
        attributes[normal(name)] = part
    unit = next((attributes[name] for name in (*_CURRENCIES, *UNITS) if name in attributes), None)
    has_unit = isinstance(unit, str) and isinstance(text, str | int | float)
    return f"{text} {unit}" if has_unit else text


def _measure(value: Mapping[str, object], amount_key: str, unit_key: str) -> str | None:
    amount, unit = value[amount_key], value[unit_key]
    if isinstance(amount, bool) or not isinstance(amount, str | int | float):
        return None
    return f"{amount} {UNIT_CODES.get(unit.strip(), unit)}" if isinstance(unit, str) else None


def _is_named_type(kind: object) -> bool:
    return isinstance(kind, str) and kind.rpartition("/")[2].lower() in NAMED_TYPES


def _is_row_number(value: object) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, str) and _ROW_NUMBER.fullmatch(value) is not None
    )
