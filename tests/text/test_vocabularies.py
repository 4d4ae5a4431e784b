"""Files of words: what a contributor may write, and what is refused."""

import pytest

from mappings import vocabulary_kinds, vocabulary_texts
from sidecar.text.folding import phrases
from sidecar.text.query.vocabulary import Vocabulary
from sidecar.text.vocabularies import Names, load, merged

NAMES = ("color", "content", "material", "stock")
"""The kinds whose files are lists of names."""


def test_a_spelling_with_a_plus_has_the_endings_of_its_language() -> None:
    spanish = Names(names={"black": "negro+", "blue": "azul+"}, endings={"o": "a", "": "es"})
    assert spanish.forms("negro+") == ("negro", "negra")
    assert spanish.forms("azul+") == ("azul", "azules")
    assert spanish.forms("gris") == ("gris",)


def test_a_spelling_with_a_star_is_each_compound() -> None:
    german = Names(names={"oak": "eichen*"}, heads=["tisch", "bank"])
    assert german.forms("eichen*") == ("eichentisch", "eichenbank")
    assert merged([german]).names == {"oak": ("eichentisch", "eichenbank")}


def test_a_bar_stands_between_words_of_which_each_may_be_there() -> None:
    names = Names(not_in=["plum|fig jam|tart", "red wine"])
    assert names.not_in == ("plum jam", "plum tart", "fig jam", "fig tart", "red wine")


def test_a_vocabulary_of_ones_own_says_what_a_spelling_means() -> None:
    shipped = Names(names={"red": ["red", "ruby"]}, parents={"ruby": "red"})
    own = Names(names={"ruby": "ruby", "sunset": ["sunset"]}, not_in="ruby port")
    together = merged([shipped, own])
    assert together.names == {"red": ("red",), "ruby": ("ruby",), "sunset": ("sunset",)}
    assert together.parents == {"ruby": ("red",)}
    assert together.not_in == ("ruby port",)


def test_english_goes_first() -> None:
    for kind in vocabulary_kinds():
        assert next(iter(vocabulary_texts(kind))) == "en"


@pytest.mark.parametrize("kind", NAMES)
def test_every_spelling_is_read_as_its_name_and_as_no_other(kind: str) -> None:
    vocabulary = Vocabulary.shipped(kind)
    meaning: dict[str, str] = {}
    for language, names in load(kind, Names).items():
        for name, spellings in names.names.items():
            for form in (form for spelling in spellings for form in names.forms(spelling)):
                assert meaning.setdefault(phrases(form), name) == name, (language, form)
                assert vocabulary.find(form) == {name}, (language, form)


@pytest.mark.parametrize("kind", NAMES)
def test_a_spelling_that_is_ambiguous_in_one_language_is_so_in_all(kind: str) -> None:
    files = load(kind, Names)
    ambiguous = {
        language: {
            phrases(form)
            for spellings in names.ambiguous.values()
            for spelling in spellings
            for form in names.forms(spelling)
        }
        for language, names in files.items()
    }
    anywhere = set[str]().union(*ambiguous.values())
    for language, names in files.items():
        spellings = [spelling for each in names.names.values() for spelling in each]
        forms = {phrases(form) for spelling in spellings for form in names.forms(spelling)}
        assert forms & anywhere <= ambiguous[language], language
        assert ambiguous[language] <= forms, "an ambiguous spelling is one of the file's"


@pytest.mark.parametrize("kind", NAMES)
def test_names_are_those_of_the_english_file(kind: str) -> None:
    of_language = load(kind, Names)
    english = set(of_language["en"].names)
    for language, names in of_language.items():
        unknown = {*names.names, *names.parents} - english
        assert not unknown, (language, unknown)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        load("smell", Names)
