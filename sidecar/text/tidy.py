"""One spelling of the same text: what signals read does not depend on how it was typed or exported.

The text that the model reads, and to which evidence points, stays as it was sent.
"""

import re
import unicodedata
from collections.abc import Sequence

from sidecar.text.values import WITHOUT_TEXT, texts_within
from sidecar.text.western import is_latin_1

_UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""Characters without width: soft hyphens, zero-width spaces and joiners, direction marks, a byte
order mark."""
_UNSEEN_SIGNS = re.compile(f"[{_UNSEEN}]")
_SPACES = re.compile(r"\s{2,}|[^\S \n]")
_ODD_SPACES = ("\u00a0", "\u2009", "\u202f", "\u3000")
_QUOTATION_MARKS = frozenset({('"', '"'), ("“", "”"), ("„", "“"), ("«", "»"), ("「", "」")})


def tidy_text(text: str) -> str:
    """The text in Unicode's composed form (NFC) without characters that have no width, with one
    space for each run of white space and none at the ends."""
    if text.isalnum() and text.isascii():
        return text  # a word or a number, as most values are
    odd = _has_odd_spaces(text)
    if not text.isascii():
        if any([sign in text for sign in _UNSEEN]):
            text = _UNSEEN_SIGNS.sub("", text)
            odd = odd or "  " in text
        if not is_latin_1(text) and not unicodedata.is_normalized("NFC", text):
            text = unicodedata.normalize("NFC", text)
            odd = odd or "  " in text
        odd = odd or any([space in text for space in _ODD_SPACES])
    return (_SPACES.sub(" ", text) if odd else text).strip()


def tidy_all(values: Sequence[object]) -> list[object]:
    """`tidy` of each value. Their texts are looked over together: most have nothing to tidy."""
    texts = texts_within(values)
    together = "\0".join(texts)
    plainly_spaced = together.isascii() and not _has_odd_spaces(together)
    if plainly_spaced and list(map(str.strip, texts)) == texts:
        return list(values)
    return [value if type(value) in WITHOUT_TEXT else tidy(value) for value in values]


def _has_odd_spaces(text: str) -> bool:
    """Whether there may be another white space than single spaces and line breaks."""
    # One character is found sixty times as fast as two: a line break is looked for alone first. Two
    # are found backwards in a third of the time.
    broken = "\n" in text and (" \n" in text or "\n " in text)
    return broken or text.rfind("  ") >= 0 or "\t" in text or "\r" in text


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
    match value:
        case int() | float() | None:
            return value
        case dict():
            changed = {
                key: tidied
                for key, item in value.items()
                if type(item) not in WITHOUT_TEXT
                and (tidied := tidy_text(item) if isinstance(item, str) else tidy(item)) is not item
            }
            return {**value, **changed} if changed else value
        case list() | tuple():
            items = [tidy(item) for item in value]
            return value if items == list(value) else items
        case _:
            return value
