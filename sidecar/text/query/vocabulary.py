"""Vocabularies: names such as colours, the ways to write them, and which a query excludes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from sidecar.search import Constraint, Fields
from sidecar.text.compose import read_value
from sidecar.text.folding import unspaced
from sidecar.text.query.accents import Accents, written_words
from sidecar.text.query.extractor import SATISFIED, UNKNOWN, VIOLATED, Extractor, Satisfaction
from sidecar.text.query.language import languages_of
from sidecar.text.query.misspelling import misspellings
from sidecar.text.query.negation import excluded, is_negated_directly
from sidecar.text.query.negation_words import negation_words
from sidecar.text.query.shades import without_shades
from sidecar.text.query.tokens import (
    PhraseTable,
    Token,
    stands_alone,
    token_words,
    tokens,
)
from sidecar.text.vocabularies import NO_QUERY, Names, load, merged

_SHORT = 64
"""Characters. A shop has few colours and sizes, a reporter few courts: short texts repeat."""


class Reading(NamedTuple):
    """What a text says of a vocabulary's names."""

    wanted: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    excluded_words: frozenset[str] = frozenset()
    """The words by which the text names what it excludes."""
    others: frozenset[str] = frozenset()
    """Words that look like names and are none where the text has them: the red of "red wine"."""


class Vocabulary:
    """Names and their spellings, found in a text as whole words, the longest at each place.

    `parents` makes one name a kind of another: navy is a blue, so a navy shirt satisfies "blue
    shirt", and a blue one neither satisfies nor violates "navy shirt".
    """

    def __init__(
        self,
        spellings: Mapping[str, Sequence[str]],
        parents: Mapping[str, str | Sequence[str]] | None = None,
        not_in: Sequence[str] = (),
        ambiguous: Mapping[str, Sequence[str]] | None = None,
        misspelt: Sequence[str] = (),
    ) -> None:
        """`not_in`: phrases in which a spelling means something else, such as "red bull"; for
        `ambiguous` and `misspelt` see `vocabularies.Names`."""
        name_of = [
            (spelling, name)
            for name, all_spellings in spellings.items()
            for spelling in all_spellings
        ] + [(name, name) for name in spellings]  # unless another name has it for a spelling
        self._table = PhraseTable[str | None]([*name_of, *((phrase, None) for phrase in not_in)])
        self._ambiguous: dict[tuple[str, ...], frozenset[str]] = {}
        for language, words in (ambiguous or {}).items():
            for form in map(tuple, map(token_words, words)):
                self._ambiguous[form] = self._ambiguous.get(form, frozenset()) | {language}
        self.in_fields = frozenset(
            " ".join(form) for form, languages in self._ambiguous.items() if languages == {NO_QUERY}
        )
        """Spellings, folded, that count in a field alone."""
        self._accents = Accents(spelling for spelling, _ in name_of)
        known = self._table.firsts | negation_words().firsts
        named = dict(name_of)
        self._misspelt = {
            wrong: named[right] for wrong, right in misspellings(misspelt, known).items()
        }
        self._parents = _ancestors(parents or {})
        self._first_words: dict[str, set[str]] = {}
        for spelling, name in name_of:
            self._first_words.setdefault(name, set()).update(token_words(spelling)[:1])
        firsts = set[str]().union(*self._first_words.values())
        self._known = firsts | self._misspelt.keys()
        self._read_short = lru_cache(maxsize=8192)(self._read)

    @classmethod
    def of(cls, names: Names) -> "Vocabulary":
        """The vocabulary that a list of names makes."""
        return cls(names.names, names.parents, names.not_in, names.ambiguous, names.misspelt)

    @classmethod
    def shipped(cls, kind: str) -> "Vocabulary":
        """The vocabulary of all languages of a kind of `mappings/vocabularies`."""
        return cls.of(merged(load(kind, Names).values()))

    def find(self, text: str) -> frozenset[str]:
        """The names in a field's text, whatever it says of them."""
        reading = self._read_value(text)
        return reading.wanted | reading.excluded

    def read(self, query: str) -> Reading:
        """What the query wants and what it excludes; nothing where it leaves that open."""
        return self._read_short(query, True)

    def check(
        self, requested: frozenset[str], text: str, unwanted: frozenset[str] = frozenset()
    ) -> Satisfaction:
        """What a field's text says of the names that are requested and of those that are unwanted.

        VIOLATED when it has an unwanted name, denies a requested one, or has only names that
        exclude those requested; SATISFIED when it has a requested name, or none is requested and it
        has others than those unwanted.
        """
        reading = self._read_value(text)
        names, denied = reading.wanted, reading.excluded
        if not names and not denied:
            return UNKNOWN
        if unwanted and unwanted & self._with_parents(names - requested):
            return VIOLATED
        if requested & self._with_parents(names) or (not requested and unwanted & denied):
            return SATISFIED
        if requested & denied:
            return VIOLATED
        wider = (self._parents.get(name, _NONE) for name in requested or unwanted)
        if not names or any(not names.isdisjoint(parents) for parents in wider):
            return UNKNOWN
        return VIOLATED if requested else SATISFIED

    def first_words(self, names: frozenset[str]) -> frozenset[str]:
        """The words with which spellings of the names and of their kinds begin: a text without
        them has none of these names."""
        kinds = (
            name for name in self._first_words if names & self._with_parents(frozenset({name}))
        )
        return frozenset[str]().union(*(self._first_words[name] for name in kinds))

    def denies(self, text: str, names: frozenset[str]) -> bool:
        """Whether a field's text says that it has not one of the names."""
        return not names.isdisjoint(self._read_value(text).excluded)

    def _with_parents(self, names: frozenset[str]) -> frozenset[str]:
        return names.union(*(self._parents.get(name, _NONE) for name in names))

    def _read_value(self, text: str) -> Reading:
        return (self._read_short if len(text) <= _SHORT else self._read)(text, False)

    def _read(self, text: str, is_query: bool) -> Reading:
        if self._known.isdisjoint(token_words(text)):
            return Reading()
        of = tokens(text)
        split = [token.word for token in of]
        languages = languages_of(split) if is_query else _NONE
        matches = list(self._places(text, of, split, is_query, languages))
        if not is_query and len(matches) > 1 and self.in_fields:
            matches = without_shades(matches, of, self.in_fields)
        ends = {start: end for start, end, name in matches if name is not None}
        clear: dict[int, bool] = {}
        if ends:
            clear = {
                item.start: item.clear
                for item in excluded(of, ends, in_field=not is_query)
                if item.start in ends
            }
        if not all(clear.values()):
            return Reading()
        names = [(start, name) for start, _, name in matches if name is not None]
        wanted = frozenset([name for start, name in names if start not in clear])
        others = frozenset(
            [
                word
                for start, end, name in matches
                if name is None
                for word in split[start:end]
                if (match := self._table.at([word], 0)) is not None and match[1] is not None
            ]
        )
        if not clear:
            return Reading(wanted, others=others)  # most texts
        unwanted = frozenset([name for start, name in names if start in clear])
        words = frozenset([word for start in clear for word in split[start : ends[start]]])
        return Reading(wanted - unwanted, unwanted - wanted, words, others)

    def _places(
        self,
        text: str,
        of: list[Token],
        split: list[str],
        is_query: bool,
        languages: frozenset[str],
    ) -> Iterator[tuple[int, int, str | None]]:
        """(start, end, name) of each name, None for a phrase in which words mean something else. In
        a long text ambiguous spellings are no names."""
        lenient = not is_query and len(split) <= _SHORT // 4
        written = written_words(text)
        place = 0
        while place < len(split):
            start = place
            match = self._table.at(split, place)
            place = place + 1 if match is None else match[0]
            if match is not None and match[1] is None:
                yield start, place, None
                continue
            name = match[1] if match else self._misspelt.get(split[start]) if is_query else None
            if name is None or (place == start + 1 and not _is_word(of, split, start)):
                continue
            if not self._accents.allow(split[start:place], written):
                continue
            needs = self._ambiguous.get(tuple(split[start:place]))
            if needs is None or lenient or not needs.isdisjoint(languages):
                yield start, place, name


_NONE: frozenset[str] = frozenset()


def _is_word(of: list[Token], split: list[str], place: int) -> bool:
    if not unspaced(split[place]):
        return True
    return stands_alone(of, place) or is_negated_directly(split, place)


def _ancestors(parents: Mapping[str, str | Sequence[str]]) -> dict[str, frozenset[str]]:
    """name -> its parents, theirs, and so on."""
    direct = {
        name: frozenset((above,) if isinstance(above, str) else above)
        for name, above in parents.items()
    }

    def above(name: str, seen: frozenset[str]) -> frozenset[str]:
        new = direct.get(name, _NONE) - seen
        return new.union(*(above(parent, seen | new) for parent in new))

    return {name: above(name, frozenset((name,))) for name in direct}


def vocabulary_extractor(
    name: str, vocabulary: Callable[[], Vocabulary], keys: tuple[str, ...]
) -> Extractor:
    """The extractor whose constraint is the sets of the vocabulary's names in the query.

    The vocabulary is made when the first query is read, so that an import costs nothing.
    """

    def extract(query: str, documents: Sequence[Fields]) -> Constraint | None:
        return vocabulary_constraint(name, vocabulary().read(query))

    def check(constraint: Constraint, value: object) -> Satisfaction:
        return vocabulary().check(constraint.values, read_value(value), constraint.excluded)

    return Extractor(
        name, extract, check, keys, others=lambda query: vocabulary().read(query).others
    )


def vocabulary_constraint(name: str, reading: Reading) -> Constraint | None:
    """The constraint of that name; None where nothing was read."""
    if not reading.wanted and not reading.excluded:
        return None
    return Constraint(
        name,
        reading.wanted,
        excluded=reading.excluded,
        excluded_words=reading.excluded_words if reading.excluded else frozenset(),
    )
