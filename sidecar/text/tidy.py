"""One spelling of the same text: what signals read does not depend on how it was typed or exported.

The text that the model reads, and to which evidence points, stays as it was sent.
"""

import re
import unicodedata

_SPACES = re.compile(r"\s{2,}|[^\S \n]")
_ODD_SPACES = ("  ", "\t", " \n", "\n ", "\r", "\u00a0", "\u2009", "\u202f", "\u3000")
_QUOTATION_MARKS = frozenset({('"', '"'), ("“", "”"), ("„", "“"), ("«", "»"), ("「", "」")})


def tidy_text(text: str) -> str:
    """The text in Unicode's composed form (NFC), with one space for each run of white space and
    none at the ends."""
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if any(space in text for space in _ODD_SPACES):
        text = _SPACES.sub(" ", text)
    return text.strip()


def tidy_query(text: str) -> str:
    """`tidy_text` of a query, without the quotation marks around the whole of it: the last would be
    read as inches."""
    text = tidy_text(text)
    quoted = len(text) > 2 and (text[0], text[-1]) in _QUOTATION_MARKS
    return text[1:-1].strip() if quoted and not _has_mark(text[1:-1]) else text


def _has_mark(text: str) -> bool:
    return any(mark in text for pair in _QUOTATION_MARKS for mark in pair)


def tidy(value: object) -> object:
    """A value whose texts are tidy, within lists and objects too."""
    if isinstance(value, str):
        return tidy_text(value)
    if isinstance(value, list | tuple):
        tidied = [tidy(item) for item in value]
        return value if all(a is b for a, b in zip(tidied, value, strict=True)) else tidied
    if isinstance(value, dict):
        by_key = {key: tidy(item) for key, item in value.items()}
        return value if all(by_key[key] is item for key, item in value.items()) else by_key
    return value
