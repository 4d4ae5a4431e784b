"""What an extractor is: it reads one demand from the query, and judges a field's value by it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sidecar.search import Constraint, Fields
from sidecar.text.compose import read_value
from sidecar.text.terms import phrases

Find = Callable[[str, Sequence[Fields]], Constraint | None]
"""(query, the candidates' fields) -> what the query demands, or None."""
Judge = Callable[[Constraint, object], int]
"""(constraint, a field's value) -> 1 it satisfies, -1 it violates, 0 it does not say."""


@dataclass(frozen=True, slots=True)
class Extractor:
    """`keys`: parts of the names under which an object of attributes holds the value.

    `reads_objects`: `judge` reads a value that is an object itself, such as a price.
    """

    find: Find
    judge: Judge
    keys: tuple[str, ...]
    reads_objects: bool = False


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
"""What may stand between an excluded name and the next: "no leather, fur or suede"."""
_ENUMERATION = re.compile(rf" {_NOT}{_ITEM}(?: comma{_ITEM})*(?: comma)? {_OR} ")
"""A list that begins with another word and is closed by "or": "no fur, leather or suede"."""


class Vocabulary:
    """Names and the ways to write them, found in a text as whole words.

    `parents` makes one name a kind of another: navy is a blue, so a navy shirt is right for "blue
    shirt", and a blue one is neither right nor wrong for "navy shirt".
    """

    def __init__(
        self,
        spellings: Mapping[str, Sequence[str]],
        parents: Mapping[str, str] | None = None,
        not_in: Sequence[str] = (),
    ) -> None:
        """`not_in`: phrases in which a spelling means something else, such as "red bull"."""
        self._name = {
            _plain(spelling): name
            for name, all_spellings in spellings.items()
            for spelling in (name, *all_spellings)
        }
        self._parents = parents or {}
        others = sorted({_plain(phrase) for phrase in not_in}, key=len, reverse=True)
        names = sorted(self._name, key=len, reverse=True)
        spaced = "|".join(name for name in names if name.isascii())
        unspaced = "|".join(name for name in names if not name.isascii())  # Chinese
        self._pattern = re.compile(
            f" (?:{''.join(f'{phrase}|' for phrase in others)}({spaced}))(?= )"
            + (f"|({unspaced})" if unspaced else "|(?!)()")
        )

        self._find_known = lru_cache(maxsize=4096)(self._find)

    def find(self, text: str) -> frozenset[str]:
        """The names that the text writes, each the most exact one."""
        # A shop has few colours and sizes, a reporter few courts: short texts come again.
        return self._find_known(text) if len(text) <= 64 else self._find(text)

    def _find(self, text: str) -> frozenset[str]:
        found = self._pattern.finditer(phrases(text))
        return frozenset(self._name[match[1] or match[2]] for match in found if match.lastindex)

    def wanted(self, query: str) -> frozenset[str]:
        """`find` without what the query excludes, whole lists of it included.

        no wool or silk · not red · not leather, suede or fur · leather-free
        ohne Leder · nicht rot, sondern blau · keine Wolle oder Seide
        """
        text = phrases(_COMMA.sub(" comma ", _FREE.sub(" freeof ", query)))
        listed = [match.span() for match in _ENUMERATION.finditer(text)]
        found, excluded_to = set(), -1
        for match in self._pattern.finditer(text):
            if match.lastindex is None:
                continue
            start, end = match.span(match.lastindex)
            goes_on = excluded_to >= 0 and _GOES_ON.fullmatch(text, excluded_to, start)
            in_list = any(first <= start <= last for first, last in listed)
            if goes_on or in_list or _NEGATED.search(text, 0, max(0, start - 1)):
                excluded_to = end
            elif not text.startswith(" freeof ", end):
                found.add(self._name[match[match.lastindex]])
        return frozenset(found)

    def judge(self, wanted: frozenset[str], text: str) -> int:
        """1 when the text has one of the wanted names, -1 when it has only others."""
        found = self.find(text)
        with_parents = found | {self._parents[name] for name in found if name in self._parents}
        if wanted & with_parents:
            return 1
        if not found or any(self._parents.get(name) in found for name in wanted):
            return 0
        return -1


def _plain(phrase: str) -> str:
    return phrases(phrase).strip()


def of_vocabulary(name: str, vocabulary: Vocabulary, keys: tuple[str, ...]) -> Extractor:
    """The extractor whose constraint is the set of the vocabulary's names in the query."""

    def find(query: str, documents: Sequence[Fields]) -> Constraint | None:
        values = vocabulary.wanted(query)
        return Constraint(name, values) if values else None

    def judge(constraint: Constraint, value: object) -> int:
        return vocabulary.judge(constraint.values, read_value(value))

    return Extractor(find, judge, keys)
