"""Vocabularies: names such as colours, the ways to write them, and which a query excludes."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from sidecar.search import Constraint, Fields
from sidecar.text.compose import read_value
from sidecar.text.query.extractor import SATISFIED, UNKNOWN, VIOLATED, Extractor, Satisfaction
from sidecar.text.terms import phrases, unspaced
from sidecar.text.vocabularies import Names, load, merged

_FREE = re.compile("[-‐‑](?:free|frei)\\b", re.IGNORECASE)
_COMMA = re.compile("[,;、，]")
_NOT = (
    r"(?:without|not?|non|ohne|nicht|kein(?:e[nmrs]?)?|sans|sin|senza)"
    r"(?: (?:any|an?|in|the|real|genuine|aus|echte[nmrs]?|de))?"
)
_NEGATED = re.compile(f" {_NOT}$")
_OR = "(?:or|nor|oder|noch)"
_ITEM = (
    rf"(?! (?:comma|{_OR}|and|und|but|sondern|aber)\b) \w+(?:(?! (?:comma|{_OR}|and|und)\b) \w+)?"
)
_GOES_ON = re.compile(rf"(?: comma| {_OR}| and| und)+(?:{_ITEM}(?: comma| {_OR}| and| und)+)* ")
"""What may separate an excluded name from the next: "no leather, fur or suede"."""
_ENUMERATION = re.compile(rf" {_NOT}{_ITEM}(?: comma{_ITEM})*(?: comma)? {_OR} ")
"""A list that begins with another word and is closed by "or": "no fur, leather or suede"."""


class Vocabulary:
    """Names and their spellings, found in a text as whole words.

    `parents` makes one name a kind of another: navy is a blue, so a navy shirt satisfies "blue
    shirt", and a blue one neither satisfies nor violates "navy shirt".
    """

    def __init__(
        self,
        spellings: Mapping[str, Sequence[str]],
        parents: Mapping[str, str | Sequence[str]] | None = None,
        not_in: Sequence[str] = (),
    ) -> None:
        """`not_in`: phrases in which a spelling means something else, such as "red bull"."""
        self._name = {
            _plain(spelling): name
            for name, all_spellings in spellings.items()
            for spelling in (name, *all_spellings)
        }
        self._parents = {
            name: frozenset((above,) if isinstance(above, str) else above)
            for name, above in (parents or {}).items()
        }
        others = sorted({_plain(phrase) for phrase in not_in}, key=len, reverse=True)
        names = sorted(self._name, key=len, reverse=True)
        spaced = "|".join(name for name in names if not unspaced(name))
        characters = "|".join(name for name in names if unspaced(name))  # Chinese
        self._pattern = re.compile(
            f" (?:{''.join(f'{phrase}|' for phrase in others)}({spaced}))(?= )"
            + (f"|({characters})" if characters else "|(?!)()")
        )

        self._find_known = lru_cache(maxsize=4096)(self._find)

    @classmethod
    def shipped(cls, kind: str) -> "Vocabulary":
        """The vocabulary of all languages of a kind of `mappings/vocabularies`."""
        names = merged(load(kind, Names).values())
        return cls(names.names, names.parents, names.not_in)

    def find(self, text: str) -> frozenset[str]:
        """The names in the text, the longest at each place."""
        # A shop has few colours and sizes, a reporter few courts: short texts repeat.
        return self._find_known(text) if len(text) <= 64 else self._find(text)

    def _find(self, text: str) -> frozenset[str]:
        matches = self._pattern.finditer(phrases(text))
        return frozenset(self._name[match[1] or match[2]] for match in matches if match.lastindex)

    def requested(self, query: str) -> frozenset[str]:
        """`find` without what the query excludes, whole lists included.

        no wool or silk · not red · not leather, suede or fur · leather-free
        ohne Leder · nicht rot, sondern blau · keine Wolle oder Seide
        """
        text = phrases(_COMMA.sub(" comma ", _FREE.sub(" freeof ", query)))
        listed = [match.span() for match in _ENUMERATION.finditer(text)]
        names, excluded_to = set(), -1
        for match in self._pattern.finditer(text):
            if match.lastindex is None:
                continue
            start, end = match.span(match.lastindex)
            goes_on = excluded_to >= 0 and _GOES_ON.fullmatch(text, excluded_to, start)
            in_list = any(first <= start <= last for first, last in listed)
            if goes_on or in_list or _NEGATED.search(text, 0, max(0, start - 1)):
                excluded_to = end
            elif not text.startswith(" freeof ", end):
                names.add(self._name[match[match.lastindex]])
        return frozenset(names)

    def check(self, requested: frozenset[str], text: str) -> Satisfaction:
        """SATISFIED when the text has one of the requested names, VIOLATED when it has only others
        that exclude them."""
        names = self.find(text)
        if requested & names.union(*(self._parents.get(name, ()) for name in names)):
            return SATISFIED
        if not names or any(
            not names.isdisjoint(self._parents.get(name, ())) for name in requested
        ):
            return UNKNOWN
        return VIOLATED


def _plain(phrase: str) -> str:
    return phrases(phrase).strip()


def vocabulary_extractor(
    name: str, vocabulary: Callable[[], Vocabulary], keys: tuple[str, ...]
) -> Extractor:
    """The extractor whose constraint is the set of the vocabulary's names in the query.

    The vocabulary is made when the first query is read, so that an import costs nothing.
    """

    def extract(query: str, documents: Sequence[Fields]) -> Constraint | None:
        values = vocabulary().requested(query)
        return Constraint(name, values) if values else None

    def check(constraint: Constraint, value: object) -> Satisfaction:
        return vocabulary().check(constraint.values, read_value(value))

    return Extractor(name, extract, check, keys)
