"""A document's parts beside the model's: what each signal, field and rule adds to its logit.

    signal   max(-cap, min(cap, weight * strength))
    field    weight * match, match in [0, 1] (`terms.field_match`); all of a document's together are
             held to match_cap by one factor: min(1, match_cap / sum of weight * match)
    rule     -demote, but on documents that the query cites and the rule spares (`cited`)

The sum grows with every strength and match, and with every weight whose strength is positive. A
document only ever gets another logit: nothing here removes one.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from sidecar.profile import Profile, Rule
from sidecar.search import Constraint, Search
from sidecar.signals import strengths
from sidecar.signals.cited import cited
from sidecar.signals.search_reader import Reading
from sidecar.text.compose import read_value
from sidecar.text.terms import field_match

Kind = Literal["model", "signal", "field", "rule", "hook"]


class Part(NamedTuple):
    """What one thing adds to a document's logit."""

    name: str
    kind: Kind
    value: float


def signal_parts(profile: Profile, search: Search, now: float | None = None) -> list[list[Part]]:
    """The parts of each document that are not zero: fields, then signals, then rules.

    `now`, in seconds since 1970, stands for the clock where a decay is from "now".
    """
    reading = Reading(search, now)
    parts = _field_parts(profile, reading)
    for name, signal in profile.signals.items():
        weight, cap = signal.weight, signal.cap
        for found, strength in zip(parts, strengths(signal, search, reading), strict=True):
            if strength and weight:
                found.append(Part(name, "signal", max(-cap, min(cap, weight * strength))))
    for name, rule in profile.rules.items():
        fires = _fires(rule, reading)
        spared = rule.unless_cited and any(fires) and cited(rule.unless_cited, reading)
        for place, found in enumerate(parts):
            if fires[place] and not (spared and spared[place]):
                found.append(Part(name, "rule", -rule.demote))
    return parts


def field_weights(profile: Profile, constraints: Mapping[str, Constraint]) -> dict[str, float]:
    """Each field's weight for a query with these constraints: the profile's, times its boosts."""
    weights = {name: field.weight for name, field in profile.fields.items()}
    for constraint, factors in profile.boosts.items():
        if constraint in constraints:
            for name, factor in factors.items():
                if name in weights:
                    weights[name] *= factor
    return weights


def _field_parts(profile: Profile, reading: Reading) -> list[list[Part]]:
    """A field that the profile does not name has no weight, and so no part."""
    weights = field_weights(profile, reading.search.constraints)
    names = [name for name, weight in weights.items() if weight]
    if not names or not reading.terms:
        return [[] for _ in reading.search.documents]
    columns = [_weighed(name, weights[name], reading) for name in names]
    return [_held(names, row, profile.match_cap) for row in zip(*columns, strict=True)]


def _weighed(field: str, weight: float, reading: Reading) -> list[float]:
    """weight * match for each document; equal texts are matched once."""
    column = reading.folded(field)
    known = {folded: weight * field_match(reading.terms, folded) for folded in set(column)}
    return [known[folded] for folded in column]


def _held(names: list[str], values: tuple[float, ...], cap: float) -> list[Part]:
    total = sum(values)
    factor = cap / total if total > cap else 1.0
    return [
        Part(name, "field", value * factor)
        for name, value in zip(names, values, strict=True)
        if value
    ]


def _fires(rule: Rule, reading: Reading) -> list[bool]:
    if rule.pattern is not None:
        search = _compiled(rule.pattern).search
        return [
            any(search(text) for item in _items(value) if (text := read_value(item)))
            for value in reading.values(rule.field)
        ]
    values = {_plain(value) for value in rule.values}
    return [
        any(_plain(item) in values for item in _items(value) if item is not None)
        for value in reading.values(rule.field)
    ]


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _items(value: object) -> Iterator[object]:
    """A field's single values, from within lists and objects."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from _items(part)
    else:
        yield value


def _plain(value: object) -> str:
    """A value as rules compare it: "True", true and " TRUE" are one, and so are 0 and 0.0."""
    return read_value(value).strip().casefold()
