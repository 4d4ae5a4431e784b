"""Numbers as they are written: in one plain form, in Chinese characters, in Roman letters."""

import re
import unicodedata

from sidecar.text.western import SignTable

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {
    **{"〇": 0, "两": 2, "兩": 2},
}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_MYRIAD = re.compile("[万萬]")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_SIGNS = str.maketrans(
    {
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},  # full width
        **{sign: f" {unicodedata.normalize('NFKC', sign)}" for sign in "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"},
        **dict.fromkeys("\u2010\u2011\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\u2019\u02bc\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u2033", '"'),
        **dict.fromkeys("\u00a0\u202f\u2009\u3000", " "),
        **dict.fromkeys("\u301c", "~"),
        "￥": "¥",
        "ß": "ss",
        "×": "x",
    }
)
_ROMAN = {"I": 1, "V": 5, "X": 10}


def plain(text: str) -> str:
    """The text in lower case without accents, its numbers and signs in one form each.

    "8½ × 11″ für 1\u202f299 €" is `8 1/2 x 11" fur 1 299 €`. Its places are not those of the text.
    """
    return cased(text).lower()


def cased(text: str) -> str:
    """`plain` without the change of case: a character of one is a character of the other."""
    if text.isascii():
        return text
    changed = _WESTERN.change(text)
    return _cased(text) if changed is None else changed


def _cased(text: str) -> str:
    text = unicodedata.normalize("NFD", text.translate(_SIGNS).replace("\u2044", "/"))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", text))


_WESTERN = SignTable(_cased)


def chinese(text: str) -> int:
    """十二 is 12, 一千二百六十 is 1260, 一万五千 is 15000, 二〇 is 20; digits of any
    width are read as numbers.

    The text holds nothing else.
    """
    text = unicodedata.normalize("NFKC", text)
    myriads, *rest = _MYRIAD.split(text, maxsplit=1)
    if rest:
        return chinese(myriads or "一") * 10_000 + (chinese(rest[0]) if rest[0] else 0)
    if text.isdecimal():
        return int(text)
    if not any(sign in _UNITS for sign in text):
        return int("".join(str(_DIGITS.get(sign, sign)) for sign in text))
    total, digit = 0, 0
    for sign in text:
        if sign in _UNITS:
            total += (digit or 1) * _UNITS[sign]
            digit = 0
        else:
            digit = _DIGITS[sign] if sign in _DIGITS else int(sign)
    return total + digit


def roman(text: str) -> int | None:
    """ "IV" as 4, of the signs I, V and X in capitals; None for everything else."""
    values = [_ROMAN.get(sign, 0) for sign in text]
    if not values or not all(values):
        return None
    following = [*values[1:], 0]
    return sum(-v if v < after else v for v, after in zip(values, following, strict=True))
