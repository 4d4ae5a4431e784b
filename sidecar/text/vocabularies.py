"""Words of many languages, as data: `mappings/vocabularies/<kind>/<language>.yaml`.

    load("color", Names)     language -> that file's Names, English first

Each kind has a schema, a pydantic model that lies beside the code that reads the words; where a
kind is a list of names and their spellings, the schema is `Names`. A file is read once.

A language is added by one file: copy a kind's English one, keep its names (they are those of all
languages), and write that language's spellings. No code changes. Tests then check that no spelling
means two things, and that each is read as its name.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import product
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError
from yaml import YAMLError

from mappings import vocabulary_texts
from sidecar.schema import FrozenModel
from sidecar.text.numerals import plain
from sidecar.yaml_core import load as load_yaml

Schema = TypeVar("Schema", bound=BaseModel)

NO_QUERY = "en"
"""The language of those spellings in `Names.ambiguous` that no query can name: no words in
`vocabularies/language` show that a query is English."""


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else [] if value is None else value


Spellings = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""One spelling or a list of them; nothing is an empty list."""


def _alternatives(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """Each phrase with each choice of words: `plum|fig jam|tart` writes four."""
    return tuple(
        " ".join(chosen)
        for phrase in phrases
        for chosen in product(*(part.split("|") for part in phrase.split()))
    )


Phrases = Annotated[Spellings, AfterValidator(_alternatives)]
"""Phrases in which `|` stands between words of which each may be there."""


class Names(FrozenModel):
    """Names and the ways to write them.

    Case, accents and signs of a spelling do not matter. `schwarz+` writes the word with each of the
    endings that `endings` has for it, `leder*` the compound with each of `heads`.
    """

    names: dict[str, Spellings] = Field(default_factory=dict)
    """name -> its spellings; in English the name is one itself."""
    parents: dict[str, Spellings] = Field(default_factory=dict)
    """name -> the names of which it is a kind: navy is a blue."""
    not_in: Phrases = ()
    """Phrases in which a spelling means something else: "red wine", "plum|peach jam|juice"."""
    ambiguous: dict[str, Spellings] = Field(default_factory=dict)
    """language -> spellings that are words of other languages too ("or" is gold in French): in a
    query they count only beside a word of that language (`vocabularies/language`)."""
    in_fields: dict[str, Spellings] = Field(default_factory=dict)
    """name -> spellings that are words for other things too ("sage", "chocolate"): they count in a
    field alone, where nothing else has them for a spelling."""
    misspelt: Spellings = ()
    """Spellings that a query may write with one letter wrong: "blak" (`text/query/misspelling`)."""
    endings: dict[str, Spellings] = Field(default_factory=dict)
    """How a spelling with `+` may end: {o: [o, a, os, as]} makes negro, negra, negros, negras of
    `negro+`. The longest key that ends the word counts; "" is any word's."""
    heads: Spellings = ()
    """The second words of compounds: {leather: leder*} and {heads: [jacke]} make Lederjacke."""

    def forms(self, spelling: str) -> tuple[str, ...]:
        """The spelling, all inflected forms of one that ends with `+`, or all compounds of one that
        ends with `*`."""
        if spelling.endswith("*"):
            return tuple(spelling[:-1] + head for head in self.heads)
        if not spelling.endswith("+"):
            return (spelling,)
        base = spelling[:-1]
        fitting = max((end for end in self.endings if base.endswith(end)), key=len, default=None)
        if fitting is None:
            return (base,)
        stem = base.removesuffix(fitting)
        return tuple(dict.fromkeys((base, *(stem + ending for ending in self.endings[fitting]))))

    def all_forms(self, spellings: Spellings) -> tuple[str, ...]:
        """The forms of all of them, in their order."""
        return tuple(form for spelling in spellings for form in self.forms(spelling))


def merged(of_languages: Iterable[Names]) -> Names:
    """One list of all: every form of a name's spellings, and what is not in any of them.

    A vocabulary of a profile's own is merged after the shipped ones: a spelling that both have
    means what the last one says.
    """
    name_of: dict[str, str] = {}
    names: dict[str, None] = {}
    parents: dict[str, Spellings] = {}
    not_in: dict[str, None] = {}
    misspelt: dict[str, None] = {}
    ambiguous: dict[str, Spellings] = {}
    in_fields: dict[str, str] = {}
    for each in of_languages:
        names |= dict.fromkeys(each.names)
        parents |= each.parents
        not_in |= dict.fromkeys(each.not_in)
        misspelt |= dict.fromkeys(each.misspelt)
        for language, spellings in each.ambiguous.items():
            ambiguous[language] = (*ambiguous.get(language, ()), *each.all_forms(spellings))
        for name, spellings in each.names.items():
            name_of |= dict.fromkeys(each.all_forms(spellings), name)
        for name, spellings in each.in_fields.items():
            in_fields = dict.fromkeys(each.all_forms(spellings), name) | in_fields
    known = set(map(plain, name_of))
    in_fields = {form: name for form, name in in_fields.items() if plain(form) not in known}
    if in_fields:
        ambiguous[NO_QUERY] = (*ambiguous.get(NO_QUERY, ()), *in_fields)
    spellings_of: dict[str, list[str]] = {name: [] for name in names}
    for form, name in (name_of | in_fields).items():
        spellings_of[name].append(form)
    return Names(
        names={name: tuple(spellings) for name, spellings in spellings_of.items()},
        parents=parents,
        not_in=tuple(not_in),
        ambiguous=ambiguous,
        misspelt=tuple(misspelt),
    )


def all_words(kind: str, schema: type[BaseModel], *lists: str) -> tuple[str, ...]:
    """The words of these lists, which are fields of the schema, in all languages, each once."""
    files = load(kind, schema).values()
    words = (word for each in files for name in lists for word in getattr(each, name))
    return tuple(dict.fromkeys(words))


def name_of_spelling(kind: str, schema: type[Names] = Names) -> dict[str, str]:
    """Every spelling of all languages, `plain` -> its name."""
    names = merged(load(kind, schema).values()).names
    return {plain(spelling): name for name, spellings in names.items() for spelling in spellings}


def any_of(words: Iterable[str]) -> str:
    """A pattern of any of the words, the longest first."""
    return "|".join(sorted(map(re.escape, set(words)), key=len, reverse=True))


@cache
def load(kind: str, schema: type[Schema]) -> Mapping[str, Schema]:
    """Each language's file of a kind, English first.

    Raises KeyError for an unknown kind, ValueError for a file that the schema refuses.
    """
    of_language = {}
    for language, text in vocabulary_texts(kind).items():
        try:
            of_language[language] = schema.model_validate(load_yaml(text) or {})
        except (YAMLError, ValidationError) as fault:
            raise ValueError(f"vocabularies/{kind}/{language}.yaml: {fault}") from None
    return of_language
