"""What a query demands: extractors that read constraints from it.

    "red nike shoes under $80"      color {red}, brand {nike}, price up to 80
    "§ 433 BGB BGH since 2010"      statute {bgb 433}, court {bgh}, year from 2010

A constraint is for signals to read (`check`), never a filter.

extractor      what an extractor is, and what a check answers
price, size, quantity, year             numbers and ranges; year_words has the words around years
color, material, court, jurisdiction    vocabularies; american_courts has those of the US,
                                        jurisdiction_codes CA, GB-SCT and the like
brand          the candidates' own brands
citation       decisions and laws
exclusion      what is not wanted, in words that no vocabulary of these knows

vocabulary     names, their spellings and kinds, found in queries and fields
own_vocabulary a profile's own words
tokens         a text as the words and characters in which they are found
accents        accents that make another word
shades         words that only shade the name beside them
misspelling    common words with one letter wrong
language       which languages a query's words are of
negation       what a negation reaches; negation_words has its words
naming         whether a query names a value: no extractor, the signal `match` reads it
codes          whether a query names a code, such as a SKU
company        a company's name as people say it
ordinary       words that name nothing by themselves
size_notation  sizes in one form each; size_in_query and size_in_field say which count there
size_ages      ages that are sizes; size_words has the words of sizes
counts         bare numbers that are no prices

A new extractor is one file, and its entry here:

1. Write `text/query/<name>.py` with an `Extractor`: its name, `extract` (a query's constraint) and
   `check` (a field's value against the constraint). A list of names needs only files of
   words and a `Vocabulary`: see `color`.
2. Import it below and add it to the tuple of EXTRACTORS.
3. Add it to the table of extractors in docs/profiles.md, and a row to CHECKS in
   tests/text/query/test_extract.py. Tests fail until both are there.

Profiles then name it in `extractors`, in signals of the kind `constraint` and in `boosts`.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import lru_cache

from sidecar.search import Constraint, Fields
from sidecar.text.compose import read_value
from sidecar.text.folding import phrases
from sidecar.text.query.brand import BRAND
from sidecar.text.query.citation import CITATION, STATUTE
from sidecar.text.query.color import COLOR
from sidecar.text.query.court import COURT
from sidecar.text.query.exclusion import EXCLUSION
from sidecar.text.query.extractor import (
    SATISFIED,
    UNKNOWN,
    VIOLATED,
    Extractor,
    Satisfaction,
    any_of,
    check_range,
    none_of,
)
from sidecar.text.query.jurisdiction import JURISDICTION
from sidecar.text.query.material import MATERIAL
from sidecar.text.query.price import PRICE
from sidecar.text.query.quantity import QUANTITY
from sidecar.text.query.size import SIZE
from sidecar.text.query.year import YEAR
from sidecar.text.tidy import tidy_query
from sidecar.text.values import SINGLE, number

EXTRACTORS: Mapping[str, Extractor] = {
    extractor.name: extractor
    for extractor in (
        PRICE,
        SIZE,
        COLOR,
        BRAND,
        MATERIAL,
        EXCLUSION,
        QUANTITY,
        CITATION,
        STATUTE,
        COURT,
        JURISDICTION,
        YEAR,
    )
}
"""By name. A profile that names another one is refused when it is loaded."""

READ_CHARACTERS = 2000
"""Of a query; nobody states a demand after that."""


def extract(
    query: str,
    names: Sequence[str],
    documents: Sequence[Fields],
    now: float | None = None,
    extractors: Mapping[str, Extractor] = EXTRACTORS,
) -> dict[str, Constraint]:
    """The constraints of these names that the query states.

    `documents` serve `brand` alone: it is read from the candidates' own values. `now`, in seconds
    since 1970, replaces the clock for "last 5 years"; `extractors` are the profile's. Raises
    KeyError for a name that none of them has.
    """
    query = tidy_query(query[:READ_CHARACTERS])
    now = time.time() if now is None else now
    constraints = {}
    for name in names:
        extractor = extractors[name]
        if extractor.extract_on_day is not None:
            constraint = extractor.extract_on_day(query, now)
        else:
            constraint = extractor.extract(query, documents)
        if constraint is not None:
            constraints[name] = constraint
    return constraints


def read_vocabularies() -> None:
    """Reads and compiles the words of all extractors. It takes a second: done at a start, the first
    query does not wait for it."""
    extract("from $50 to 60 €, size 42, 16 gb", tuple(EXTRACTORS), ())


def check(
    constraint: Constraint,
    value: object,
    keys: Set[str] | None = None,
    extractors: Mapping[str, Extractor] = EXTRACTORS,
) -> Satisfaction:
    """Whether a field's value satisfies the constraint.

    Of an object, the entries under `keys` are read, by default its `attribute_keys`; a price may be
    an object itself. What the constraint excludes goes first: no other entry makes up for it. A
    constraint that no extractor made (a hook's) is satisfied by a value that is one of its values.
    """
    return Checker(constraint, extractors).check(value, keys)


class Checker:
    """Checks the values of many documents against one constraint; equal texts are read once."""

    def __init__(
        self, constraint: Constraint, extractors: Mapping[str, Extractor] = EXTRACTORS
    ) -> None:
        demanded, unwanted = constraint.parts()
        self._parts = [
            _PartChecker(part, together, extractors)
            for part, together in ((unwanted, none_of), (demanded, any_of))
            if part is not None
        ]

    @property
    def check(self) -> Callable[[object, Set[str] | None], Satisfaction]:
        """As the function `check`."""
        return self._parts[0].check if len(self._parts) == 1 else self._check_parts

    def _check_parts(self, value: object, keys: Set[str] | None) -> Satisfaction:
        said = UNKNOWN
        for part in self._parts:
            if (said := part.check(value, keys)) is VIOLATED:
                break
        return said


class _PartChecker:
    """For what a constraint demands, or for what it excludes."""

    def __init__(
        self,
        part: Constraint,
        together: Callable[[list[Satisfaction]], Satisfaction],
        extractors: Mapping[str, Extractor],
    ) -> None:
        self._part = part
        self._together = together
        self._extractors = extractors
        self._extractor = extractors.get(part.name)
        self._of_text: dict[str, Satisfaction] = {}

    def check(self, value: object, keys: Set[str] | None) -> Satisfaction:
        if self._extractor is None:
            return _check_plainly(self._part, value)
        if type(value) in SINGLE or not isinstance(value, dict | Mapping):
            return self._check_single(self._extractor, value)
        if self._extractor.reads_objects and (result := self._extractor.check(self._part, value)):
            return result
        if keys is None:
            keys = attribute_keys(self._part.name, value.keys(), self._extractors)
        said = [
            self._check_single(self._extractor, held)
            for key in keys
            if (held := value.get(key)) is not None
        ]
        return said[0] if len(said) == 1 else self._together(said)

    def _check_single(self, extractor: Extractor, value: object) -> Satisfaction:
        if not isinstance(value, str):
            return extractor.check(self._part, value)
        if (said := self._of_text.get(value)) is None:
            said = self._of_text[value] = extractor.check(self._part, value)
        return said


def other_words(
    name: str, query: str, extractors: Mapping[str, Extractor] = EXTRACTORS
) -> frozenset[str]:
    """Words of the query that look like a demand of this name and are none: "red wine" asks for no
    colour, so a red product does not match it better."""
    extractor = extractors.get(name)
    return extractor.others(query) if extractor and extractor.others else frozenset()


def attribute_keys(
    name: str, keys: Iterable[str], extractors: Mapping[str, Extractor] = EXTRACTORS
) -> Set[str]:
    """The keys whose names say that they hold what the constraint is about: `product_colour`."""
    extractor = extractors.get(name)
    parts = extractor.keys if extractor else ()
    return {key for key in keys if _has_part(key, parts)}


@lru_cache(maxsize=4096)  # a catalogue has some hundred names of attributes
def _has_part(key: str, parts: tuple[str, ...]) -> bool:
    return any(part in key.lower() for part in parts)


def _check_plainly(constraint: Constraint, value: object) -> Satisfaction:
    if constraint.low is not None or constraint.high is not None:
        return check_range(constraint, number(value))
    text = phrases(read_value(value)).strip()
    if not text:
        return UNKNOWN
    if text in constraint.excluded:
        return VIOLATED
    return SATISFIED if text in constraint.values or not constraint.values else VIOLATED
