"""A rating of five as shops write it.

    "4.9 out of 5 stars" · "4,5 von 5 Sternen" · "4.5/5" · "4.5 / 5 (1,234)"     the first number
    "4.6 stars" · "4.6 ★ (88 reviews)"                                           4.6
    "★★★★☆"                                                                      4

A rating of ten or in per cent is none: nothing says what five stars would be.
"""

import re

HIGHEST = 5
_MAX_CHARACTERS = 60
_OF_FIVE = r"(?:out of|of|von|sur|su|de|di|van|av|af|z|из|/)\s*5(?:[.,]0)?(?![\d.,]*\d)"
_STARS = r"[★⭐]|stars?\b|sterne?n?\b|étoiles?\b|estrell?as?\b|stelle\b|sterren\b"
_RATING = re.compile(
    rf"(?:rated|rating)?:?\s*(?P<number>[0-5](?:[.,]\d{{1,2}})?)\s*(?:{_OF_FIVE}|{_STARS})[^\d%]*"
    r"(?:\([^()]*\))?\s*"
)
_SIGNS = re.compile("(★{1,5})☆{0,4}")


def rating(text: str) -> float | None:
    """The stars, from 0 to 5, that the text gives; None where it is no such rating."""
    if len(text) > _MAX_CHARACTERS:
        return None
    text = text.strip().lower()
    if (signs := _SIGNS.fullmatch(text)) is not None:
        full = len(text) in (len(signs[1]), HIGHEST)
        return float(len(signs[1])) if full else None
    if (match := _RATING.fullmatch(text)) is None:
        return None
    stars = float(match["number"].replace(",", "."))
    return stars if stars <= HIGHEST else None
