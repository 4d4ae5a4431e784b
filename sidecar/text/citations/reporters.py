"""Abbreviations of US law reporters: which name the same reporter, and which are ordinary words.

The table, reporters.tsv, comes from reporters-db, which eyecite uses too.
"""

import re
from pathlib import Path

_SIGNS = re.compile(r"[^0-9a-z]+")
_UNDOTTED = {"us", "wl", "sct", "led", "led2d", "fsupp"}
"""Read without points in any case, as are those with a series ("F3d"): `410 us 113`."""

_GERMAN = {"abs", "nr", "s"}
"""Also Ohio Law Abstract; but "§ 6 Abs. 1" is a paragraph."""


def squeeze_reporter(text: str) -> str:
    """The abbreviation's letters and digits: "F. Supp. 2d" and "F.Supp.2d" are `fsupp2d`."""
    return _SIGNS.sub("", text.casefold())


def reporter(text: str) -> str | None:
    """The reporter's squeezed name; None where the text is none, or may as well be a word.

    "Page", "How" and "In" are reporters too: an abbreviation has a point, is all capitals from
    three letters on, ends in a series ("2d"), or is one of the few that are written without points.
    """
    key = squeeze_reporter(text)
    if key not in _REPORTERS or key in _GERMAN:
        return None
    plain = "." in text or key in _UNDOTTED or (key[-1:] == "d" and any(map(str.isdigit, key)))
    if not plain and not (len(key) > 2 and text.isupper()) and not key.endswith("lexis"):
        return None
    return _REPORTERS[key] or key


def _read_table(path: Path) -> dict[str, str]:
    rows = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {key: target for key, _, target in (row.partition("\t") for row in rows)}


_REPORTERS = _read_table(Path(__file__).with_name("reporters.tsv"))
