"""Chinese and Japanese laws, and the numbers of Chinese cases.

第十二条 · 第12条 · 《民法典》第十二条第二款 · 民法第709条 · 憲法9条2項 · （2016）辽1204民初143号
"""

import re
from collections.abc import Iterator
from functools import cache

from sidecar.text.citations.form import Citation, levels
from sidecar.text.citations.vocabulary import law_names
from sidecar.text.folding import unspaced
from sidecar.text.numerals import chinese
from sidecar.text.vocabularies import any_of

_STATE = "中华人民共和国"
_DIGITS = "[零〇一二两三四五六七八九十百千0-9]{1,12}"
_JOINED = re.compile(r"[\s、,，及和与或]{0,3}")
_DOCKET = re.compile(
    r"\(\s?(?P<year>\d{4})\s?\)\s?(?P<court>[\u4e00-\u9fff]{1,3}\d{0,6}[\u4e00-\u9fff]{1,8}?)\s?第?\s?(?P<number>\d{1,7})"
    r"\s?号(?:之(?P<part>[一二三四五六七八九十]{1,2}|\d{1,2}))?"
)
_JAPANESE_DOCKET = re.compile(
    r"(?P<era>明治|大正|昭和|平成|令和)\s?(?P<year>元|\d{1,2})\s?年\s?\(\s?(?P<register>[^\W\d]{1,3})\s?\)"
    r"\s?第?\s?(?P<number>\d{1,6})\s?[号號]"
)


def articles(text: str) -> Iterator[Citation]:
    """Articles of laws. One that follows another's belongs to the same law: 第五条、第六条."""
    law, after = "", -1
    for match in _article().finditer(text):
        named = (match["quoted"] or match["listed"] or "").removeprefix(_STATE)
        if not named and match["plain"]:
            continue  # "709条" without a law is no article
        if not named and after >= 0 and _JOINED.fullmatch(text, after, match.start()):
            named = law
        law, after = law_names().get(named, named), match.end()
        number = f"{chinese(match['article'])}" + (
            f"-{chinese(match['of'])}" if match["of"] else ""
        )
        inside = [str(chinese(match[step])) for step in ("step", "substep") if match[step]]
        yield Citation(
            "chinese", levels(f"{law or '*'} {number}", inside), match.start(), match.end()
        )


def dockets(text: str) -> Iterator[Citation]:
    """The numbers of Chinese and Japanese cases, with brackets and digits of any width."""
    for match in _DOCKET.finditer(text):
        key = f"({match['year']}){match['court']}{int(match['number'])}号"
        if match["part"]:
            key += f"之{chinese(match['part'])}"
        yield Citation("docket", (key,), match.start(), match.end())
    for match in _JAPANESE_DOCKET.finditer(text):
        year = 1 if match["year"] == "元" else int(match["year"])
        key = f"{match['era']}{year}({match['register']}){int(match['number'])}号"
        yield Citation("docket", (key,), match.start(), match.end())


@cache
def _article() -> re.Pattern[str]:
    listed = any_of(filter(unspaced, law_names()))
    number = rf"\s{{0,3}}(?P<article>{_DIGITS})\s{{0,3}}"
    return re.compile(
        rf"(?:(?:《(?P<quoted>[^《》]{{1,40}})》(?:\(\d{{4}}[^()]{{0,12}}\))?|(?:{_STATE})?(?P<listed>{listed}))\s{{0,3}})?"
        rf"(?:第|(?P<plain>)(?<=[法典憲》])){number}[条條](?:[之の](?P<of>{_DIGITS}))?"
        rf"(?:第?(?P<step>{_DIGITS})[款項])?(?:第?(?P<substep>{_DIGITS})[项号號])?"
    )
