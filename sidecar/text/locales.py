"""Locales: which language a key names, and how a locale writes numbers and dates.

Sources: ISO 639-1 for the codes; for the habits Unicode CLDR's decimal signs and short dates, as in
babel 2.19.
"""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Literal

DateOrder = Literal["dmy", "mdy", "ymd"]

LANGUAGES = frozenset(
    "aa ab af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da "
    "de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy "
    "hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg "
    "li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or "
    "os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta "
    "te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu".split()
)
_LOCALE = re.compile(r"([a-z]{2})(?:[-_]([A-Z][a-z]{3}))?(?:[-_]([A-Za-z]{2}|\d{3}))?")
_WORDS = frozenset({"id", "to", "is", "no", "or", "as", "my", "in", "it", "so", "am", "na", "se"})
"""Codes that are ordinary keys too: alone they name no language."""

# Of the languages that `locale` takes: CLDR's locales with a point, and those with a comma.
_POINT = frozenset("en zh ja ko th he".split())
_COMMA = frozenset(
    "de fr es it nl pt da sv nb no fi pl cs sk sl hr hu ro bg el tr ru uk lt lv et vi id ca".split()
)
_POINT_TOO = frozenset(
    "de-CH de-LI it-CH es-419 es-BR es-BZ es-CU es-DO es-GT es-HN es-MX es-NI es-PA es-PE es-PR "
    "es-SV es-US".split()
)
_COMMA_TOO = frozenset(
    "en-AT en-BE en-CZ en-DE en-DK en-EE en-ES en-FI en-FR en-HU en-ID en-IT en-LT en-LV en-NL "
    "en-NO en-PL en-PT en-RO en-SE en-SI en-SK en-UA".split()
)
_YEAR_FIRST = frozenset("zh ja ko hu lt sv en-CA fr-CA en-SE en-ZA en-JP".split())
_MONTH_FIRST = frozenset("en en-US en-PH en-PR en-GU en-VI es-PR es-PA".split())
_DAY_FIRST = frozenset("zh-HK zh-MO zh-SG".split())


@lru_cache(maxsize=4096)
def language_of(key: str) -> str | None:
    """The language that a key such as `de`, `de-DE` or `zh_Hans_CN` names."""
    match = _LOCALE.fullmatch(key)
    return match[1] if match and match[1] in LANGUAGES else None


def preferred(texts: Sequence[tuple[str, object]], languages: Sequence[str]) -> object:
    """Of (locale, value) pairs the values of the first language wanted that is there, else of all,
    English first: the shipped model reads it. One value alone is that value; equal ones are one."""
    by_language: dict[str, list[object]] = {}
    for locale, value in texts:
        by_language.setdefault(language_of(locale) or "", []).append(value)
    wanted = next((by_language[name] for name in languages if name in by_language), None)
    if wanted is None:
        order = sorted(by_language, key=lambda name: (name != "", name != "en"))
        wanted = [value for name in order for value in by_language[name]]
    distinct = [value for place, value in enumerate(wanted) if value not in wanted[:place]]
    return distinct[0] if len(distinct) == 1 else distinct


def are_languages(keys: Collection[str]) -> bool:
    """Whether the keys of an object are locales: its values then say the same in each."""
    return all(map(language_of, keys)) and not _WORDS.issuperset(keys)


def readable(locale: str) -> bool:
    """Whether the functions below know the locale's habits."""
    return language_of(locale) in _POINT | _COMMA


def is_point_decimal(locale: str) -> bool:
    """Whether the locale writes 1.5 for one and a half, rather than 1,5."""
    language, tag = _tag(locale)
    return tag in _POINT_TOO or (language in _POINT and tag not in _COMMA_TOO)


def date_order(locale: str) -> DateOrder:
    """In which order the locale writes day, month and year in numbers."""
    language, tag = _tag(locale)
    if tag in _MONTH_FIRST:
        return "mdy"
    return "ymd" if {language, tag} & _YEAR_FIRST and tag not in _DAY_FIRST else "dmy"


def _tag(locale: str) -> tuple[str, str]:
    """(language, language-REGION) without the script."""
    match = _LOCALE.fullmatch(locale)
    if match is None:
        return "", ""
    return match[1], f"{match[1]}-{match[3].upper()}" if match[3] else match[1]
