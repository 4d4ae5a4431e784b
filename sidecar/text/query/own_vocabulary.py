"""A profile's own vocabularies: names that the shipped ones lack, or a demand of its own.

    vocabularies:
      color: {names: {petrol: [petrol blue]}, parents: {petrol: blue}}     more colours
      court: {names: {ag musterstadt: [Amtsgericht Musterstadt]}}          more courts
      finish: {names: {matt: [matte], gloss: [glossy]}}                    another demand: `finish`

Words of a kind of `mappings/vocabularies` that is made of names (colours, materials) are one list
with the shipped ones, in which the profile's mean what the profile says; other demands are read by
the service's extractor and by the profile's words together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sidecar.search import Constraint, Fields
from sidecar.text.query.extractor import Extractor, Satisfaction, any_of, none_of
from sidecar.text.query.vocabulary import Vocabulary, vocabulary_extractor
from sidecar.text.vocabularies import Names, load, merged

MERGED = ("color", "material")
"""The kinds whose shipped words are `Names` alone."""


class OwnVocabulary(Names):
    """A profile's names and spellings, each name a spelling itself."""

    replace: bool = False
    """Whether they stand in place of the shipped ones."""


def with_vocabularies(
    shipped: Mapping[str, Extractor], own: Mapping[str, OwnVocabulary]
) -> Mapping[str, Extractor]:
    """The extractors with those that the vocabularies extend, replace or add."""
    if not own:
        return shipped
    return {**shipped, **{name: _extractor(name, shipped.get(name), own[name]) for name in own}}


def _extractor(name: str, shipped: Extractor | None, own: OwnVocabulary) -> Extractor:
    named = own.model_copy(
        update={"names": {key: (key, *spellings) for key, spellings in own.names.items()}}
    )
    keys = shipped.keys if shipped else (name,)
    if name in MERGED and not own.replace:
        vocabulary = Vocabulary.of(merged([*load(name, Names).values(), named]))
        return vocabulary_extractor(name, lambda: vocabulary, keys)
    alone = Vocabulary.of(merged([named]))
    extractor = vocabulary_extractor(name, lambda: alone, keys)
    if shipped is None or own.replace:
        return extractor
    return _together(shipped, extractor)


def _together(shipped: Extractor, own: Extractor) -> Extractor:
    """What either reads of a query, and what either says of a value."""

    def extract(query: str, documents: Sequence[Fields]) -> Constraint | None:
        found = [each.extract(query, documents) for each in (own, shipped)]
        both = [constraint for constraint in found if constraint is not None]
        if len(both) < 2:
            return both[0] if both else None
        first, second = both
        return Constraint(
            shipped.name,
            first.values | second.values,
            excluded=first.excluded | second.excluded,
            excluded_words=first.excluded_words | second.excluded_words,
        )

    def check(constraint: Constraint, value: object) -> Satisfaction:
        verdicts = [shipped.check(constraint, value), own.check(constraint, value)]
        return any_of(verdicts) if constraint.values else none_of(verdicts)

    return replace(shipped, extract=extract, check=check)
