"""Units: what they measure, and how they convert. Their spellings are the vocabulary `unit`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from pydantic import Field

from sidecar.text.numerals import plain
from sidecar.text.vocabularies import Names, Spellings, all_words, load, name_of_spelling


@dataclass(frozen=True, slots=True)
class Unit:
    """A number x in this unit is x * factor + offset in the dimension's base unit."""

    dimension: str
    factor: float
    offset: float = 0.0


class UnitWords(Names):
    """A language's file."""

    keys: dict[str, Spellings] = Field(default_factory=dict)
    """dimension -> parts of the names of attributes that hold it"""
    below_zero: Spellings = ()
    """Words before a temperature that is below zero."""


DEGREES = "degrees"
"""The dimension of degrees of which scale is not said. Above zero they may be an angle's too."""


def _scaled(dimension: str, units: str) -> dict[str, Unit]:
    """`kg=1,g=.001` as a table."""
    pairs = (unit.split("=") for unit in units.split(","))
    return {name: Unit(dimension, float(factor)) for name, factor in pairs}


UNITS: Mapping[str, Unit] = {
    **_scaled("data", "TB=1e12,GB=1e9,MB=1e6,kB=1e3"),
    **_scaled("length", "mm=.001,cm=.01,m=1,km=1000,in=.0254,ft=.3048,yd=.9144,mi=1609.344"),
    **_scaled("area", "sq m=1,sq ft=.09290304"),
    **_scaled("mass", "kg=1,g=.001,mg=1e-6,mcg=1e-9,lb=.45359237,oz=.028349523"),
    **_scaled("mass", "ton=907.18474,t=1000"),
    **_scaled("volume", "l=1,ml=.001,cl=.01,dl=.1,fl oz=.0295735,gal=3.785412,qt=.946353"),
    **_scaled("volume", "pt=.473176,cu ft=28.316847"),
    **_scaled("cups", "cup=1"),
    **_scaled("power", "W=1,kW=1000,hp=745.7"),
    **_scaled("energy", "Wh=1,kWh=1000"),
    **_scaled("voltage", "V=1,kV=1000"),
    **_scaled("current", "A=1"),
    **_scaled("frequency", "Hz=1,kHz=1e3,MHz=1e6,GHz=1e9"),
    **_scaled("charge", "mAh=.001,Ah=1"),
    **_scaled("pixels", "MP=1e6"),
    "°C": Unit("temperature", 1.0),
    "°F": Unit("temperature", 5 / 9, -160 / 9),
    "degree": Unit(DEGREES, 1.0),
    **_scaled("cooling", "BTU=1"),
    **_scaled("light", "lm=1"),
    **_scaled("illuminance", "lx=1"),
    **_scaled("luminance", "nit=1"),
    **_scaled("colour temperature", "K=1"),
    **_scaled("threads", "thread count=1"),
    **_scaled("grit", "grit=1"),
    **_scaled("warmth", "tog=1"),
    **_scaled("denier", "denier=1"),
    **_scaled("grammage", "gsm=1"),
    **_scaled("pressure", "bar=1,psi=.0689476"),
    **_scaled("rotation", "rpm=1"),
    **_scaled("resolution", "dpi=1"),
    **_scaled("loudness", "dB=1"),
    **_scaled("resistance", "ohm=1"),
    **_scaled("speed", "mph=1"),
    **_scaled("potency", "IU=1"),
}
DIMENSIONS = frozenset(unit.dimension for unit in UNITS.values())


@cache
def spellings() -> Mapping[str, str]:
    """Every spelling, `plain` -> its unit."""
    return name_of_spelling("unit", UnitWords)


@cache
def keys() -> tuple[tuple[str, str], ...]:
    """(a part of an attribute's name, the dimension that it measures), the longest first."""
    return tuple(sorted(set(_keys()), key=lambda pair: -len(pair[0])))


@cache
def below_zero() -> frozenset[str]:
    """The words of all languages that stand before a temperature below zero, `plain`."""
    return frozenset(map(plain, all_words("unit", UnitWords, "below_zero")))


def _keys() -> Iterator[tuple[str, str]]:
    for words in load("unit", UnitWords).values():
        for dimension, parts in words.keys.items():
            yield from ((plain(part), dimension) for part in parts)
