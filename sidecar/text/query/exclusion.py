"""What a query excludes in words that no other extractor knows: "cookies without nuts".

    without sleeves · no sugar · not nike · gluten-free · ohne Kapuze · zuckerfrei · sans manches

Colours and materials are their own extractors'. A field is VIOLATED where it has the words and does
not deny them itself: "with nuts", but not "no nuts", "nut-free", "zero sugar". What products
contain is a vocabulary (`mappings/vocabularies/content`), in which hazelnuts and Nüsse are nuts.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from sidecar.search import Constraint, Fields
from sidecar.text.compose import read_value
from sidecar.text.folding import fold, unspaced
from sidecar.text.query.color import colors
from sidecar.text.query.extractor import SATISFIED, UNKNOWN, VIOLATED, Extractor, Satisfaction
from sidecar.text.query.material import materials
from sidecar.text.query.negation import excluded, freed
from sidecar.text.query.negation_words import parted
from sidecar.text.query.ordinary import ORDINARY
from sidecar.text.query.tokens import token_words, tokens
from sidecar.text.query.vocabulary import Vocabulary
from sidecar.text.terms import common_prefix, forms

NAME = "exclusion"
_NONE: frozenset[str] = frozenset()
READ_CHARACTERS = 10_000
"""Of a field's value."""
NEAR = 60
"""Characters on both sides in which a negation is looked for."""


@cache
def contents() -> Vocabulary:
    """What products contain, in all languages."""
    return Vocabulary.shipped("content")


def _extract(query: str, documents: Sequence[Fields]) -> Constraint | None:
    of = tokens(parted(query))
    split = [token.word for token in of]
    items = [
        (split[item.start : item.end], split[item.end : item.end + 1])
        for item in excluded(of, {})
        if item.clear
    ] + [([split[place]], []) for place in freed(of)]
    unwanted = frozenset(" ".join(item) for item, after in items if _says_something(item, after))
    words_of = frozenset(word for item in unwanted for word in item.split())
    return Constraint(NAME, excluded=unwanted, excluded_words=words_of) if unwanted else None


def _says_something(item: list[str], after: list[str]) -> bool:
    """Nothing that the vocabularies of colours and materials read, with the word after it ("not
    dark red"); not ordinary words alone, and no characters of a language without spaces, unless
    they name a content."""
    text, following = " ".join(item), " ".join(after)
    if contents().find(text):
        return True
    if unspaced(text) or all(word in ORDINARY for word in item):
        return False
    return not any(
        vocabulary.find(f"{text} {following}") - vocabulary.find(following)
        for vocabulary in (colors(), materials())
        if text not in vocabulary.in_fields
    )


def _check(constraint: Constraint, value: object) -> Satisfaction:
    """An object's values are one text: a sheet of thirty entries costs no more."""
    items = value.values() if isinstance(value, Mapping) else (value,)
    text = parted("; ".join(map(read_value, items))[:READ_CHARACTERS])
    folded = fold(text)
    results = {
        _contained(names, text) if (names := contents().find(item)) else _stated(item, folded)
        for item in constraint.excluded
    }
    return VIOLATED if VIOLATED in results else max(results, default=UNKNOWN)


def _contained(names: frozenset[str], text: str) -> Satisfaction:
    """As `_stated`, for what a product contains: to state other contents says nothing of these."""
    if _first_words(names).isdisjoint(token_words(text)):
        return UNKNOWN
    result = contents().check(_NONE, text, names)
    return UNKNOWN if result is SATISFIED and not contents().denies(text, names) else result


@lru_cache(maxsize=1024)
def _first_words(names: frozenset[str]) -> frozenset[str]:
    return contents().first_words(names)


def _stated(item: str, folded: str) -> Satisfaction:
    """VIOLATED where the text has the item, SATISFIED where it only says that it has not."""
    stem, pattern = _pattern(item)
    if stem not in folded:  # a hundred times as fast as the pattern, and most texts end here
        return UNKNOWN
    result = UNKNOWN
    for match in pattern.finditer(folded):
        near = tokens(folded[max(0, match.start() - NEAR) : match.end() + NEAR])
        places = dict(_places(item, [token.word for token in near]))
        denied = {found.start for found in excluded(near, places, in_field=True)}
        if places.keys() - denied:
            return VIOLATED
        result = SATISFIED if places else result
    return result


@lru_cache(maxsize=1024)
def _pattern(item: str) -> tuple[str, re.Pattern[str]]:
    """(what all forms of the item's last word begin with, a pattern of them)."""
    last = forms(item.rpartition(" ")[2])
    return common_prefix(last), re.compile(rf"\b(?:{'|'.join(map(re.escape, last))})\b")


def _places(item: str, split: list[str]) -> Iterator[tuple[int, int]]:
    """(start, end) of each place where the words have the item, in any of its last word's forms."""
    *before, last = item.split()
    wanted = forms(last)
    for place, word in enumerate(split):
        start = place - len(before)
        if before:
            if word in wanted and start >= 0 and split[start:place] == before:
                yield start, place + 1
        elif word in wanted:
            yield place, place + 1


EXCLUSION = Extractor(NAME, _extract, _check, (), reads_objects=True)
