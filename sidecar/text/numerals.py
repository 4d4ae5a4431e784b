"""Numbers that are written in Chinese characters or Roman letters."""

import unicodedata

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def chinese(text: str) -> int:
    """十二 is 12, 一千二百六十 is 1260, 二〇 is 20; digits of any width are read as numbers.

    The text holds nothing else.
    """
    text = unicodedata.normalize("NFKC", text)
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


def roman(text: str) -> str | None:
    """ "IV" as "4", up to ten, in capitals; None for everything else."""
    return str(_ROMAN.index(text) + 1) if text in _ROMAN else None
