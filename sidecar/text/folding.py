"""Texts in one spelling, in which words are compared.

    "Men's T-Shirts, Größe M™"  ->  " mens t shirts  grosse m "

Unicode NFKD, accents and trade marks dropped, case folded, apostrophes dropped, other signs to
spaces.
"""

import re
import unicodedata
from collections.abc import Sequence

from sidecar.text.western import SignTable, is_latin_1

_ASCII = str.maketrans(
    {chr(code): chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
    | {"'": None}
)
_ASCII_LINES = {**_ASCII, 0: "\n"}
_DROPPED_SIGNS = "™®©'’ʼ"
_DROPPED = re.compile(f"[{_DROPPED_SIGNS}]+")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_PUNCTUATION = re.compile("[\u00a0§°·×\u2010-\u2018\u201a-\u2027\u2030-\u206f«»]+")
_SIGNS = re.compile(r"[\W_]+")
UNSPACED_SIGNS = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Those of scripts whose words need no spaces, for a class of a regular expression."""
CHARACTER_SCRIPT = re.compile(f"[{UNSPACED_SIGNS}]")


def fold(text: str) -> str:
    """The text in lower case without accents; signs other than apostrophes stay."""
    if text.isascii():
        return text.lower().replace("'", "")
    for sign in _DROPPED_SIGNS:
        text = text.replace(sign, "")
    changed = _FOLDED.change(text)
    return _fold(text) if changed is None else changed


def _fold(text: str) -> str:
    text = unicodedata.normalize("NFKD", _DROPPED.sub("", text))
    text = _ACCENTS.sub("", text)
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text).casefold()


_FOLDED = SignTable(_fold)


def words(text: str) -> str:
    """The folded text with spaces for signs and at both ends: ` word ` in it finds a whole word."""
    if text.isascii():
        return f" {text.translate(_ASCII)} "  # most texts
    changed = _WESTERN.change(text)
    if changed is None:
        return _words(text)
    if _SIGN in changed:
        changed = changed.replace(_LEFT_OUT, "").replace(_PUNCTUATED, " ").replace(_SIGN, " ")
        while "  " in changed:
            changed = changed.replace("  ", " ")
        return f" {changed} "
    if _PUNCTUATED + _PUNCTUATED in changed:
        changed = _PUNCTUATED_TWICE.sub(" ", changed)
    return f" {changed.replace(_PUNCTUATED, ' ').replace(_LEFT_OUT, '')} "


def _words(text: str) -> str:
    text = _PUNCTUATION.sub(" ", text)
    if not text.isascii():
        text = _fold(text)
    return f" {text.translate(_ASCII) if text.isascii() else _SIGNS.sub(' ', text)} "


_PUNCTUATED, _SIGN, _LEFT_OUT = "\1", "\2", "\3"
"""Stand for signs: of _PUNCTUATION; others in the place of which comes a space, and which make one
of each run of spaces in their text; and those that are left out."""
_PUNCTUATED_TWICE = re.compile(f"{_PUNCTUATED}{{2,}}")


def _become(sign: str) -> str | None:
    """What a sign becomes in `_words`."""
    if _PUNCTUATION.fullmatch(sign):
        return _PUNCTUATED
    folded = _fold(sign)
    if folded.isascii():
        return folded.translate(_ASCII) or _LEFT_OUT
    if len(folded) == 1 and _SIGNS.fullmatch(folded):
        return _SIGN
    return None  # letters such as ø, and ½, which becomes several signs


_WESTERN = SignTable(_become)


def words_of_each(texts: Sequence[str]) -> list[str]:
    """`words` of each text; none holds a line break."""
    together = " \0 ".join(texts)
    if together.isascii():
        folded = f" {together.translate(_ASCII_LINES)} ".split("\n")
        if len(folded) == len(texts):  # else one has such a sign itself
            return folded
    of_text = {text: words(text) for text in set(texts)}  # brands and colours repeat
    return [of_text[text] for text in texts]


def phrases(text: str) -> str:
    """`words` with single spaces, in which a phrase of several words is found."""
    return f" {' '.join(words(text).split())} "


def unspaced(text: str) -> bool:
    """Whether it holds Chinese, Japanese or Korean, whose words need no spaces."""
    if text.isascii() or is_latin_1(text):
        return False  # a hundred times as fast as the search
    return CHARACTER_SCRIPT.search(text) is not None


def squeeze(text: str) -> str:
    """The folded letters and digits alone: "WH-1000 XM4" and "wh1000xm4" are equal."""
    return "".join(words(text).split())
