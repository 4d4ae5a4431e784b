"""Legal citations in a text, normalised: two spellings of a source have the same keys.

    form     read, among other spellings                                  its keys
    case     410 U.S. 113 · 410 U. S. 113 · 12 F.Supp.2d 34 · 410 us 113  410 us 113
    usc      42 U.S.C. § 1983 · 42 USC 1983 · 29 C.F.R. § 1604.11(a)      42 usc 1983
    code     Art. 28 GDPR · Article 28(3) of the GDPR · GDPR art. 28      gdpr 28, gdpr 28(3)
             Art. 6 Abs. 1 DSGVO · § 433 BGB · §§ 433, 434 BGB · BGB § 433
    chinese  第十二条 · 第12条 · 《民法典》第十二条第二款                     第12条, 民法典第12条
    neutral  [2019] UKSC 12 · ECLI:EU:C:2014:317 · Case C-131/12          2019 uksc 12
    series   BGHZ 45, 212 · BVerfGE 7, 198                                bghz 45 212

A citation has a key for each level that it names, so "Art. 28(3) GDPR" shares the article with
"Art. 28 GDPR" and the paragraph too with its equal.

eyecite reads more US cases. It is not used here: it takes 2.5 ms for a text of 1 KB and 46 MB,
needs six packages, and a score must not depend on what happens to be installed. `reporters` has its
table, and tests compare the forms `case` and `usc` with it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from sidecar.text.numerals import chinese, roman
from sidecar.text.reporters import reporter


@dataclass(frozen=True, slots=True)
class Citation:
    """`keys` from the source to the most exact place; `start` and `end` in the text."""

    form: str
    keys: tuple[str, ...]
    start: int
    end: int


CODES = {
    "gdpr": (
        *("gdpr", "dsgvo", "ds-gvo", "rgpd", "general data protection regulation"),
        "regulation (eu) 2016/679",
    ),
    "tfeu": ("tfeu", "aeuv"),
    "teu": ("teu", "euv"),
    "echr": ("echr", "emrk"),
    "gg": ("gg", "grundgesetz", "grundgesetzes"),
}
"""Codes with several names. For other German and Austrian codes the abbreviation is the name."""
_PLAIN_CODES = (
    "bgb hgb stgb zpo stpo aktg gmbhg urhg uwg inso vwgo vwvfg arbgg kschg betrvg bdsg gwb patg "
    "markeng tmg stvo stvg owig egbgb bimschg baugb famfg ao estg ustg kstg zvg weg agg abgb"
)
_CODE_OF = {name: code for code, names in CODES.items() for name in names}
_CODE_OF |= {code: code for code in _PLAIN_CODES.split()}
_CAPITALS = {"gg", "ao", "weg", "agg"}
"""They mean other things in lower case: read in capitals only."""
_LAWS = (
    "劳动合同法|民事诉讼法|刑事诉讼法|行政诉讼法|行政处罚法|消费者权益保护法|道路交通安全法|"
    "治安管理处罚法|社会保险法|个人信息保护法|民法典|民法通则|劳动法|公司法|合同法|婚姻法|继承法|"
    "物权法|担保法|侵权责任法|著作权法|专利法|商标法|土地管理法|食品安全法|宪法|刑法"
)
_STATE = "中华人民共和国"

_CODE = "(" + "|".join(sorted(map(re.escape, _CODE_OF), key=len, reverse=True)) + r")\b"
_MARK = r"(?:§{1,2}|\bart(?:icles?|ikeln?|s)?\b\.?|\bsec(?:tions?|s)?\b\.?)\s*"
_STEP_MARK = r"\b(?:Abs(?:atz)?|para(?:graph)?|S(?:atz)?|Nr|lit)\b\.?\s*"
_PLACE = rf"(?:\s*\(\w{{1,4}}\)|,?\s*{_STEP_MARK}\w{{1,3}}\b|\s+[IVX]{{1,4}}\b)*"
_STEP = re.compile(rf"\((\w+)\)|{_STEP_MARK}(\w+)|([IVX]+)\b", re.IGNORECASE)
_ITEM = rf"\d{{1,4}}[a-z]?\b{_PLACE}"
_LIST = rf"({_ITEM}(?:\s*(?:,|;|\bund\b|\band\b|\bu\.|&)\s*{_ITEM})*)(?:\s*ff?\b\.?)?"
_OF = r"[\s,]*(?:(?:of|under|der|des|du|de la|zur|EU)\s+(?:the\s+|EU\s+)*)?"
_DIGITS = "[零〇一二两三四五六七八九十百千0-9０-９]{1,12}"


_DATED = re.compile(r"[\s,\d–-]*\([^()]{0,30}?\d{4}\)")
"""What follows a citation: " (1973)", ", 120 (9th Cir. 1994)"."""


@dataclass(frozen=True, slots=True)
class Form:
    """A row of the table: its pattern, and the keys of each citation in a match."""

    pattern: re.Pattern[str]
    keys: Callable[[re.Match[str]], Iterator[tuple[str, ...]]]


def citations(text: str, forms: tuple[str, ...] | None = None) -> tuple[Citation, ...]:
    """The text's citations of these forms (None: all), by form and then by place."""
    return tuple(
        Citation(name, keys, match.start(), _end(match))
        for name, form in FORMS.items()
        if forms is None or name in forms
        for match in form.pattern.finditer(text)
        for keys in form.keys(match)
    )


@lru_cache(maxsize=64)
def without_citations(text: str) -> str:
    """The text with its citations, and the years and courts after them, overwritten by §.

        "forum, 454 U.S. 235, 241 (9th Cir. 1994)"  ->  "forum, §§§§§§§§§§..."

    A citation names a source, and the citation signal reads that. Its reporter, court and numbers
    demand nothing else: `454 U.S. 235` does not ask for US law. The length stays the same.
    """
    if not any(map(str.isdigit, text)):
        return text
    for cited in citations(text):
        dated = _DATED.match(text, cited.end)
        end = dated.end() if dated else cited.end
        text = text[: cited.start] + "§" * (end - cited.start) + text[end:]
    return text


def citation_keys(text: str, forms: tuple[str, ...] | None = None) -> frozenset[str]:
    """All keys of the text's citations of these forms."""
    return frozenset(key for citation in citations(text, forms) for key in citation.keys)


def may_cite(text: str, citation: Citation) -> bool:
    """Whether the text has the numbers that every citation of the same source has.

    Thirty times cheaper than reading the citations of a text that cites something else. Chinese
    numbers have many spellings, so there the word for "article" is looked for.
    """
    if citation.form == "chinese":
        return "条" in text
    if citation.form == "code":
        names = CODES.get(code := citation.keys[0].split()[0], (code,))
        lower = text.lower()
        if not any(name in lower for name in names):
            return False
    return all(number in text for number in re.findall(r"\d+", citation.keys[0]))


def _end(match: re.Match[str]) -> int:
    """Where the last group ends: it may be in a lookahead, behind the match."""
    return max(match.end(group) for group in range(match.re.groups + 1))


def _case(match: re.Match[str]) -> Iterator[tuple[str, ...]]:
    if name := reporter(match[2]):
        yield (f"{match[1]} {name} {match[3]}",)


def _usc(match: re.Match[str]) -> Iterator[tuple[str, ...]]:
    title = f"{match[1]} {'usc' if match[2][0] in 'uU' else 'cfr'}"
    for item in re.finditer(r"(\d[\w.]*(?:-\d+\w?)?)((?:\(\w{1,4}\))*)", match[3]):
        yield _levels(f"{title} {item[1].lower().rstrip('.')}", re.findall(r"\w+", item[2]))


def _code(match: re.Match[str]) -> Iterator[tuple[str, ...]]:
    before, listed, after = match[1], match[2] or match[3], match[4]
    name = before or after
    code = _CODE_OF[re.sub(r"\s+", " ", name.lower())]
    if code in _CAPITALS and not name.isupper() and len(name) <= 3:
        return
    for item in re.finditer(rf"(\d{{1,4}}[a-z]?)\b({_PLACE})", listed, re.IGNORECASE):
        places = [step[1] or step[2] or step[3] for step in _STEP.finditer(item[2])]
        yield _levels(f"{code} {item[1].lower()}", places)


def _chinese(match: re.Match[str]) -> Iterator[tuple[str, ...]]:
    law = (match[1] or match[2] or "").removeprefix(_STATE)
    article = f"第{chinese(match[3])}条" + (f"之{chinese(match[4])}" if match[4] else "")
    keys = [article, f"{law}{article}"] if law else [article]
    for number, unit in ((match[5], "款"), (match[6], "项")):
        if number:
            keys.append(f"{keys[-1]}第{chinese(number)}{unit}")
    yield tuple(keys)


def _neutral(match: re.Match[str]) -> Iterator[tuple[str, ...]]:
    yield (" ".join(part for part in match.groups() if part).replace(".", "").lower(),)


def _levels(base: str, places: list[str]) -> tuple[str, ...]:
    keys = [base]
    for place in places:
        keys.append(f"{keys[-1]}({roman(place) or place.lower()})")
    return tuple(keys)


FORMS = {
    "case": Form(
        # A lookahead, so that in "page 12 The 410 U.S. 113" the 410 can still begin a match.
        re.compile(r"\b(\d{1,4})\s+(?=([A-Za-z][A-Za-z0-9.'& ]{0,30}?)\s+(\d{1,8})\b)"),
        _case,
    ),
    "usc": Form(
        re.compile(
            r"\b(\d{1,2})\s*(U\.?\s?S\.?\s?C\.?(?:\s?A\.)?|C\.?\s?F\.?\s?R\.?)[\s,]*"
            r"(?:§{1,2}|\bsec(?:tions?|s)?\b\.?|\bpart\b)?\s*"
            r"(\d[\w.]*(?:-\d+\w?)?(?:\(\w{1,4}\))*"
            r"(?:(?:,\s*|\s+and\s+|,\s+and\s+)\d+[a-z]?\b(?!\s+[A-Z])(?:\(\w{1,4}\))*)*)",
            re.IGNORECASE,
        ),
        _usc,
    ),
    "code": Form(
        re.compile(rf"\b{_CODE}[\s,]*{_MARK}{_LIST}|{_MARK}{_LIST}{_OF}{_CODE}", re.IGNORECASE),
        _code,
    ),
    "chinese": Form(
        re.compile(
            rf"(?:(?:《([^《》]{{1,30}})》|({_LAWS}))\s{{0,3}})?第\s{{0,3}}({_DIGITS})\s{{0,3}}条(?:之({_DIGITS}))?"
            rf"(?:第({_DIGITS})款)?(?:第({_DIGITS})项)?"
        ),
        _chinese,
    ),
    "neutral": Form(
        re.compile(
            r"\[(\d{4})\]\s+(\d+\s)?\s*([A-Z][A-Za-z.]{1,10}"
            r"(?:\s(?:Civ|Crim|Admin|Ch|QB|KB|Fam|Comm))?)\s+(\d{1,5})\b"
            r"|\b(ECLI:[A-Z]{2}:\w+:\d{4}:[\w.]*\w)|\b([CT][-‑–]\d{1,4}/\d{2})\b"
        ),
        _neutral,
    ),
    "series": Form(
        re.compile(
            r"\b(BGHZ|BGHSt|BVerfGE|BVerwGE|BAGE|BSGE|BFHE|RGZ)\s+(\d{1,3})\s*,\s*(\d{1,4})\b"
        ),
        _neutral,
    ),
}
STATUTES = ("usc", "code", "chinese")
"""The forms that name a law; the others name a decision."""
