"""What a profile reads of a document: its fields, where they were found, and what each signal makes
of them. For people who look why; nothing of it decides a score.

    price   found as sale_price   "69.00 USD"   price: 69
    date    found as dateFiled    "13 June"     freshness: unread
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sidecar.profile import Profile
from sidecar.request import Document
from sidecar.signals import Rule, Signal
from sidecar.signals.citation import CitationSignal
from sidecar.signals.constraint import ConstraintSignal
from sidecar.signals.decay import DecaySignal, lowest_number
from sidecar.signals.first_stage import FirstStageSignal
from sidecar.signals.logarithm import LogSignal
from sidecar.signals.saturation import SaturationSignal
from sidecar.signals.units import UnitsSignal
from sidecar.text.citations import citations
from sidecar.text.compose import read_value
from sidecar.text.dates import instant, year
from sidecar.text.plain_documents import marked_up, plain_document, without_markup
from sidecar.text.prices import Price, prices
from sidecar.text.query.color import colors
from sidecar.text.query.material import materials
from sidecar.text.read import FieldReader
from sidecar.text.stated import stated
from sidecar.text.stock import stock
from sidecar.text.tidy import tidy
from sidecar.text.units import quantities
from sidecar.text.validity import validity
from sidecar.text.values import number

Read = Callable[[object], str | None]
"""A field's value -> what it says, in words; None where it says nothing of the kind."""
MAX_TEXT = 200
"""Characters of a field's text that are shown."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a signal or a rule makes of a field's value."""

    by: str
    """The signal's or the rule's name."""
    says: str | None
    """None where it cannot read the value."""
    certain: bool
    """Whether a value that it cannot read is a fault: a price, a number, a date, a stock. Titles
    without a colour are none."""


@dataclass(frozen=True, slots=True)
class FieldReading:
    """A field of a document."""

    name: str
    spelling: str | None
    """Under which it was found: its own name where the profile does not name it, None for a field
    that is joined of others."""
    text: str
    """Its value as text without HTML, the first MAX_TEXT characters."""
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """A document under a profile."""

    fields: tuple[FieldReading, ...]
    """In the profile's order; empty for a document that is read as plain text."""
    ignored: tuple[str, ...]
    """Keys on top that the profile does not know."""


class ProfileReadings:
    """Reads documents under one profile as its signals do."""

    def __init__(self, profile: Profile) -> None:
        self._reader = FieldReader(profile)
        self._profile = profile
        self._marked_up = marked_up(profile)
        self._readers: dict[str, list[tuple[str, Read, bool]]] = {}
        for field, by, read, certain in _readers(profile):
            self._readers.setdefault(field, []).append((by, read, certain))

    def of(self, document: Document) -> DocumentReading:
        """The document's fields and what is made of them."""
        trace = self._reader.trace(document)
        plain = plain_document(trace.fields or {}, self._profile).fields
        values = {
            name: without_markup(value) if name in self._marked_up else value
            for name, value in plain.items()
        }
        named = self._profile.fields
        fields = tuple(
            FieldReading(
                name,
                trace.spellings.get(name, None if name in named else name),
                read_value(value)[:MAX_TEXT],
                tuple(
                    Reading(by, read(tidy(value)), certain)
                    for by, read, certain in self._readers.get(name, ())
                ),
            )
            for name, value in values.items()
        )
        return DocumentReading(fields, trace.ignored)


def _readers(profile: Profile) -> Iterator[tuple[str, str, Read, bool]]:
    """(field, signal or rule, how it reads, whether an unread value is a fault)."""
    for name, signal in profile.signals.items():
        read, certain = _of_signal(signal)
        if read is not None:
            for field in signal.reads:
                yield field, name, read, certain
    for name, rule in profile.rules.items():
        if rule.states is not None:
            yield rule.field, name, *_of_rule(rule)


def _of_signal(signal: Signal) -> tuple[Read | None, bool]:
    match signal:
        case DecaySignal(scale=str()):
            return _date, True
        case DecaySignal():
            return _lowest_number, True
        case LogSignal() | SaturationSignal() | FirstStageSignal():
            return _number, True
        case ConstraintSignal(constraint=constraint):
            return _OF_CONSTRAINT.get(constraint), constraint in ("price", "year")
        case UnitsSignal():
            return _quantities, False
        case CitationSignal():
            return _citations, False
        case _:
            return None, False


def _of_rule(rule: Rule) -> tuple[Read, bool]:
    if rule.states == "out_of_stock":
        return _stock, True
    read, certain = (_date, True) if rule.states == "past" else (_validity, False)

    def of_stated(value: object) -> str | None:
        says = (read(read_value(each)) for each in stated(value, rule.field))
        return ", ".join(dict.fromkeys(filter(None, says))) or None

    return of_stated, certain


def _number(value: object) -> str | None:
    read = number(value)
    return None if read is None else f"{read:g}"


def _lowest_number(value: object) -> str | None:
    read = lowest_number(value)
    return None if read is None else f"{read:g}"


def _price(value: object) -> str | None:
    return ", ".join(map(_price_text, prices(value)[:3])) or None


def _price_text(price: Price) -> str:
    return f"{price.low:g}" if price.low == price.high else f"{price.low:g} to {price.high:g}"


def _date(value: object) -> str | None:
    seconds = instant(value)
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return None


def _year(value: object) -> str | None:
    read = year(value)
    return None if read is None else str(read)


def _stock(value: object) -> str | None:
    state = stock(value)
    return None if state is None else state.value.replace("_", " ")


def _validity(value: object) -> str | None:
    against = validity(read_value(value))
    return None if against is None else against.value.replace("_", " ")


def _colors(value: object) -> str | None:
    return _names(colors().find(read_value(value)))


def _materials(value: object) -> str | None:
    return _names(materials().find(read_value(value)))


def _quantities(value: object) -> str | None:
    text = read_value(value)
    return ", ".join(dict.fromkeys(text[q.start : q.end] for q in quantities(text)[:3])) or None


def _citations(value: object) -> str | None:
    return _names(key for citation in citations(read_value(value)) for key in citation.keys)


def _names(names: Iterator[str] | frozenset[str]) -> str | None:
    return ", ".join(sorted(set(names))[:3]) or None


_OF_CONSTRAINT: Mapping[str, Read] = {
    "price": _price,
    "year": _year,
    "color": _colors,
    "material": _materials,
    "quantity": _quantities,
    "citation": _citations,
    "statute": _citations,
}
