"""US courts, whose names follow patterns: circuits, federal districts, the higher courts of states.

    ninth circuit                       9th Cir. · Court of Appeals for the Ninth Circuit · ca9
    northern district of california     N.D. Cal. · US District Court, N.D. California · cand
    california supreme court            Supreme Court of California · Cal. Sup. Ct. · cal

CourtListener's identifiers are in courts.tsv.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from sidecar.text.citations.states import STATES

Spellings = dict[str, tuple[str, ...]]

_CIRCUITS = {
    "first": "1st|1",
    "second": "2d|2nd|2",
    "third": "3d|3rd|3",
    "fourth": "4th|4",
    "fifth": "5th|5",
    "sixth": "6th|6",
    "seventh": "7th|7",
    "eighth": "8th|8",
    "ninth": "9th|9",
    "tenth": "10th|10",
    "eleventh": "11th|11",
    "d.c.": "dc|d.c|district of columbia",
    "federal": "fed",
}
_DIRECTIONS = {
    "northern": "n",
    "southern": "s",
    "eastern": "e",
    "western": "w",
    "middle": "m",
    "central": "c",
}
_STATE_COURTS = {
    "supreme court": ("sup ct", "s ct"),
    "court of appeals": (
        "court of appeal",
        "courts of appeal",
        "appeals court",
        "appellate court",
        "ct app",
    ),
    "superior court": ("super ct",),
}
_KIND = re.compile(
    r"\b(?:(?:united states|u\.?\s?s\.?)\s+)?"
    r"(?:court of appeals?|district court|circuit court)[\s,]+(?:(?:for|of)\s+)?(?:the\s+)?"
    r"(?=(?:\w+|d\.?\s?c\.?)\s+cir(?:cuit|\.)|(?:north|south|east|west)ern\s|middle\s|central\s|"
    r"[nsewmc]\.?\s?d\.?\s)",
    re.IGNORECASE,
)


@cache
def american_courts() -> tuple[Spellings, dict[str, str]]:
    """(name -> spellings, name -> the kind of court that it is)."""
    spellings: Spellings = {}
    kinds: dict[str, str] = {}
    for word, numbers in _CIRCUITS.items():
        spellings[f"{word} circuit"] = tuple(_circuit(word, numbers.split("|")))
        kinds[f"{word} circuit"] = "court of appeals"
        spellings[f"{word} circuit bankruptcy panel"] = tuple(_panel(word, numbers.split("|")))
    for state, all_abbreviations in STATES.items():
        abbreviations = [spelling for spelling in all_abbreviations if len(spelling) > 2]
        for word, letter in _DIRECTIONS.items():
            name = f"{word} district of {state}"
            spellings[name] = tuple(_district(word, letter, state, abbreviations))
            kinds[name] = "district court"
        for kind, others in _STATE_COURTS.items():
            name = f"{state} {kind}"
            spellings[name] = tuple(_of_state(kind, others, state, abbreviations))
            if kind != "superior court":
                kinds[name] = kind
    return spellings, kinds


def without_kind(text: str) -> str:
    """The text without the kind of court before a circuit or a district: "US Court of Appeals for
    the Ninth Circuit" is the Ninth Circuit, and not some court of appeals."""
    return _KIND.sub("", text)


def _circuit(word: str, numbers: list[str]) -> Iterator[str]:
    for name in (word, *(number for number in numbers if not number.isdecimal())):
        yield f"{name} circuit"
        yield f"{name} cir"
        yield f"{name} circuit court of appeals"
    if numbers[-1].isdecimal():
        yield f"ca{numbers[-1]}"
    yield from {"d.c.": ["cadc"], "federal": ["cafc"]}.get(word, [])


def _panel(word: str, numbers: list[str]) -> Iterator[str]:
    for name in (word, *numbers):
        yield f"bankruptcy appellate panel of the {name} circuit"
        yield f"{name} cir bap"


def _district(word: str, letter: str, state: str, abbreviations: list[str]) -> Iterator[str]:
    for name in (state, *abbreviations):
        yield f"{word} district of {name}"
        yield f"{letter} d {name}"
        yield f"{letter}d {name}"
    yield f"{state} {word} district"
    if " " in state:
        initials = "".join(part[0] for part in state.split())
        yield f"{letter}d{initials}"  # SDNY
        yield f"{letter} d {' '.join(initials)}"


def _of_state(
    kind: str, others: tuple[str, ...], state: str, abbreviations: list[str]
) -> Iterator[str]:
    for court in (kind, *others):
        for name in (state, *abbreviations):
            yield f"{name} {court}"
            yield f"{court} of {name}"
            yield f"{court} of the state of {name}"


@cache
def court_of_identifier() -> Mapping[str, str]:
    """CourtListener's identifiers and the names of their courts."""
    path = Path(__file__).with_name("courts.tsv")
    rows = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {key: name for key, _, name in (row.partition("\t") for row in rows)}
