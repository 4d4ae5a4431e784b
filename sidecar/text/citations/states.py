"""Codes of US states: the state's name in any abbreviation, and words of a code's title.

"Cal. Civ. Code", "California Civil Code", "West's Ann. Cal. Civ. Code" and "Civil Code of
California" are one code: the state, then the title's words in alphabetical order.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from sidecar.text.citations.vocabulary import Laws, law_words
from sidecar.text.vocabularies import load

STATES: Mapping[str, tuple[str, ...]] = {
    "alabama": ("ala",),
    "alaska": (),
    "arizona": ("ariz",),
    "arkansas": ("ark",),
    "california": ("cal", "calif"),
    "colorado": ("colo",),
    "connecticut": ("conn",),
    "delaware": ("del",),
    "district of columbia": ("d c", "dc"),
    "florida": ("fla",),
    "georgia": ("ga",),
    "hawaii": ("haw",),
    "idaho": (),
    "illinois": ("ill",),
    "indiana": ("ind",),
    "iowa": (),
    "kansas": ("kan", "kans"),
    "kentucky": ("ky",),
    "louisiana": ("la",),
    "maine": ("me",),
    "maryland": ("md",),
    "massachusetts": ("mass",),
    "michigan": ("mich",),
    "minnesota": ("minn",),
    "mississippi": ("miss",),
    "missouri": ("mo",),
    "montana": ("mont",),
    "nebraska": ("neb",),
    "nevada": ("nev",),
    "new hampshire": ("n h", "nh"),
    "new jersey": ("n j", "nj"),
    "new mexico": ("n m", "nm", "n mex"),
    "new york": ("n y", "ny"),
    "north carolina": ("n c", "nc"),
    "north dakota": ("n d", "nd"),
    "ohio": (),
    "oklahoma": ("okla",),
    "oregon": ("or", "ore"),
    "pennsylvania": ("pa", "penn"),
    "rhode island": ("r i", "ri"),
    "south carolina": ("s c", "sc"),
    "south dakota": ("s d", "sd"),
    "tennessee": ("tenn",),
    "texas": ("tex",),
    "utah": (),
    "vermont": ("vt",),
    "virginia": ("va",),
    "washington": ("wash",),
    "west virginia": ("w va",),
    "wisconsin": ("wis",),
    "wyoming": ("wyo",),
}
"""Names and the abbreviations of the Bluebook, as folded words."""
_CORE = {"code", "statutes", "law", "act", "const"}
"""One of these is in every title."""


def state_code(words: Sequence[str]) -> str | None:
    """The key of the code that all of the folded words name, or None."""
    subjects = _subjects()
    state, title = None, []
    place = 0
    while place < len(words):
        for length in (3, 2, 1):
            name = state_spellings().get(" ".join(words[place : place + length]))
            if name and state is None and place + length <= len(words):
                state, place = name, place + length
                break
        else:
            word = subjects.get(words[place])
            if word is None:
                return None
            title.append(word)
            place += 1
    said = sorted({word for word in title if word})
    if state is None or not _CORE & set(said):
        return None
    return f"{state} {' '.join(said)}"


@cache
def state_spellings() -> Mapping[str, str]:
    """Each name and abbreviation, and the state's name."""
    return {
        spelling: name
        for name, abbreviations in STATES.items()
        for spelling in (name, *abbreviations)
    }


@cache
def state_words() -> frozenset[str]:
    """The words of which one is in every code's name."""
    return frozenset(word for spelling in state_spellings() for word in spelling.split())


@cache
def title_words() -> frozenset[str]:
    """Words that a code's title may end with, states among them."""
    return frozenset(_subjects()) | state_words()


@cache
def _subjects() -> Mapping[str, str]:
    said = {word: word for word in law_words("title_words")}
    for laws in load("law", Laws).values():
        said |= {word: word for word in laws.subjects.values() if word} | laws.subjects
    return said
