"""A document's parts beside the model's: what each signal, field and rule adds to its logit.

    signal   max(-cap, min(cap, weight * strength)); -excluded_weight where the signal has one and
             the document has what the query excludes
    field    weight * match; match is the share of the query's terms that the field has, weighted
             by idf, in [0, 1]: sum of idf(t) over t in both / sum of idf(t) over the query's t.
             All of a document's together stay within match_cap by one factor:
             min(1, match_cap / sum of weight * match).
             A boost of a constraint multiplies it where the field does not violate the constraint
    rule     -demote where it fires

The sum grows with every strength and match, and with every weight whose strength is positive. A
document only ever gets another logit: nothing here removes one.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Literal, NamedTuple

from sidecar.profile import Profile
from sidecar.search import Constraint, Search
from sidecar.signals import SearchReader
from sidecar.signals.constraint import ConstraintSignal, verdicts_where
from sidecar.text.folded_texts import FoldedTexts
from sidecar.text.plain_documents import marked_up
from sidecar.text.query import other_words
from sidecar.text.query.extractor import VIOLATED, Satisfaction
from sidecar.text.terms import total_weight

Kind = Literal["model", "signal", "field", "rule", "hook", "diversity"]


class Part(NamedTuple):
    """What one thing adds to a document's logit."""

    name: str
    kind: Kind
    value: float


_part = partial(tuple.__new__, Part)
"""Of all values in a tuple: a named tuple's own constructor takes twice as long."""


def signal_parts(profile: Profile, search: Search, now: float | None = None) -> list[list[Part]]:
    """The parts of each document that are not zero: fields, then signals, then rules.

    `now`, in seconds since 1970, replaces the clock for decays from "now".
    """
    all_of = frozenset(name for name, field in profile.fields.items() if field.pick == "all")
    reader = SearchReader(search, now, all_of, profile.extractor_table, marked_up(profile))
    parts = _field_parts(profile, reader)
    for name, signal in profile.signals.items():
        if any(values := signal.contributions(reader)):
            for of_document, value in zip(parts, values, strict=True):
                if value:
                    of_document.append(_part((name, "signal", value)))
    for name, rule in profile.rules.items():
        if any(fired := rule.fires(reader)):
            for of_document, fires in zip(parts, fired, strict=True):
                if fires:
                    of_document.append(Part(name, "rule", -rule.demote))
    return parts


def field_weights(profile: Profile, constraints: Mapping[str, Constraint]) -> dict[str, float]:
    """Each field's weight for a query with these constraints: the profile's, times its boosts.

    A constraint that only excludes boosts nothing.
    """
    weights = {name: field.weight for name, field in profile.fields.items()}
    for constraint, factors in profile.boosts.items():
        if constraint in constraints and not constraints[constraint].only_excludes:
            for name, factor in factors.items():
                if name in weights:
                    weights[name] *= factor
    return weights


def _field_parts(profile: Profile, reader: SearchReader) -> list[list[Part]]:
    """A field that the profile does not name has no weight, and so no part."""
    columns: dict[str, list[float]] = {}
    others = _other_words(profile, reader.query)
    for name, field in profile.fields.items() if reader.terms else ():
        if field.weight and (texts := reader.folded(name)) is not None:
            matches = _weighted_matches(name, texts, others.get(name, ()), profile, reader)
            if any(matches):
                columns[name] = matches
    if not columns:
        return [[] for _ in reader.documents]
    names = tuple(columns)
    return [_capped(names, row, profile.match_cap) for row in zip(*columns.values(), strict=True)]


def _weighted_matches(
    field: str,
    texts: FoldedTexts,
    others: Collection[str],
    profile: Profile,
    reader: SearchReader,
) -> list[float]:
    """weight * match for each document, boosted; `others` are terms that do not count."""
    weight = profile.fields[field].weight
    terms = [term for term in reader.terms if term.text not in others] if others else reader.terms
    total = total_weight(terms)
    if not total:
        return [0.0] * len(reader.documents)
    matches = [weight * (matched / total) for matched in texts.matched_weights(terms)]
    for name, factors in profile.boosts.items() if any(matches) else ():
        constraint = reader.constraints.get(name)
        if field in factors and constraint is not None and not constraint.only_excludes:
            said = verdicts_where(constraint, field, reader, matches)
            matches = _boosted(matches, factors[field], said)
    return matches


def _other_words(profile: Profile, query: str) -> Mapping[str, frozenset[str]]:
    """By field, the query's words that look like a value of it and are none: see `other_words`."""
    others: dict[str, frozenset[str]] = {}
    for signal in profile.signals.values():
        if isinstance(signal, ConstraintSignal):
            words = other_words(signal.constraint, query, profile.extractor_table)
            if words:
                field = signal.fields[0]
                others[field] = others.get(field, frozenset()) | words
    return others


def _boosted(matches: Sequence[float], factor: float, said: Sequence[Satisfaction]) -> list[float]:
    """The matches times the factor where the field does not violate the constraint: "§ 434 BGB" has
    most words of "§ 433 BGB", and is another section."""
    return [
        match if verdict is VIOLATED else match * factor
        for match, verdict in zip(matches, said, strict=True)
    ]


def _capped(names: Sequence[str], values: Sequence[float], cap: float) -> list[Part]:
    total = sum(values)
    if not total:
        return []
    factor = cap / total if total > cap else 1.0
    return [
        _part((name, "field", value * factor))
        for name, value in zip(names, values, strict=True)
        if value
    ]
