"""Where a long text may be cut: sections, paragraphs and sentences. English, Chinese and Japanese.

    12.3 Notices\\n                   section: headings, numbered clauses, Article 5, § 4, 第十二条
    ...writing.\\n\\n                  paragraph: a blank line
    ... Inc. gave notice. The ...    sentence: after "notice.", not after "Inc."

A missed boundary only makes a sentence longer, so anything that could be an abbreviation ends none.
This is one pass over the text: no pattern looks at a character more than a fixed number of times.
"""

import re
from dataclasses import dataclass
from enum import IntEnum


class Strength(IntEnum):
    WORD = 0
    SENTENCE = 1
    PARAGRAPH = 2
    SECTION = 3


@dataclass(frozen=True, slots=True)
class Boundary:
    """A sentence may begin at `start` (code points)."""

    start: int
    strength: Strength


MAX_HEADING = 80
"""Characters of a line that can be a heading. A heading stays with the text below it."""
_ABBREVIATION_REACH = 14

_BREAK = re.compile(r"[\n\r\f\v\x85\u2028\u2029]\s*+")
# The lookbehind lets a run of dots be tried once, not once a dot.
_END = re.compile(
    r"""(?<![.!?…])[.!?…]++["'”’»)\]]*+(?:\s++|\Z)|[。！？；｡؟।॥]++["'”’」』）】》]*+\s*+"""
)
_NUMBER = r"(?:\d{1,4}|[IVXLC]{1,7}|[A-Z])\b"
_SECTION = re.compile(
    r"#{1,6}[ \t]"
    rf"|(?i:article|art\.|section|sec\.|clause|chapter|part|schedule|annex|appendix)[ \t]+{_NUMBER}"
    r"|§{1,2}[ \t]*\d"
    r"|第[0-9〇零一二三四五六七八九十百千]{1,9}[编編章节節条條]"
    r"|[一二三四五六七八九十]{1,3}、"
    r"|\d{1,3}[.)][ \t]+\S"
    r"|\d{1,3}(?:\.\d{1,3}){1,4}[.)]?[ \t]+[^\W\d_]"
)
_CAPITALS = re.compile(rf"[A-Z][A-Z0-9 ,'’&/:–-]{{2,{MAX_HEADING}}}(?=[\r\n]|\Z)")
_ITEM = re.compile(r"[-*•‣▪·–][ \t]|\([0-9a-zA-Z]{1,4}\)[ \t]|（[一二三四五六七八九十\d]{1,3}）")
_MARK = re.compile(r"\(?(?:\d{1,3}(?:\.\d{1,3}){0,4}|[A-Za-z]|[ivxIVX]{1,5})")
_ABBREVIATED = """
    inc ltd co corp llc plc bros dept est no nos nr art arts abs sec secs sect para paras cl cls
    ch chap vol vols pt p pp fig figs tab eq app ex exh ed eds rev al cf id ibid viz etc vs v e.g
    i.e a.m p.m u.s u.s.c u.k e.u z.b d.h f.3d f.2d s.ct cir stat supp mr mrs ms dr prof st jr sr
    hon gen sen rep gov capt jan feb mar apr jun jul aug sep sept oct nov dec approx min max incl
    excl ca bzw ggf vgl ff ref refs reg regs cfr
"""
_ABBREVIATIONS = frozenset(_ABBREVIATED.split())


def boundaries(text: str) -> list[Boundary]:
    """The starts of the text's sentences, in order; the first is 0."""
    strengths = {0: Strength.SECTION if _heads_section(text, 0) else Strength.PARAGRAPH}
    for line in _BREAK.finditer(text):
        if (strength := _line_strength(text, line)) is not None:
            strengths[line.end()] = strength
    for end in _END.finditer(text):
        if end.end() not in strengths and _ends(text, end):
            section = _SECTION.match(text, end.end())
            strengths[end.end()] = Strength.SECTION if section else Strength.SENTENCE
    if text:
        strengths.pop(len(text), None)
    in_order = [Boundary(start, strengths[start]) for start in sorted(strengths)]
    return _without_bare_headings(text, in_order)


def _heads_section(text: str, start: int) -> bool:
    """Whether a line that begins here is a heading or a numbered clause."""
    return bool(_SECTION.match(text, start) or _CAPITALS.match(text, start))


def _line_strength(text: str, line: re.Match[str]) -> Strength | None:
    """The boundary after the line break; None when the sentence may go on."""
    if _heads_section(text, line.end()):
        return Strength.SECTION
    breaks = line.group().replace("\r\n", "\n")
    if sum(character in "\n\r\f\v\x85\u2028\u2029" for character in breaks) > 1:
        return Strength.PARAGRAPH
    return Strength.SENTENCE if _ITEM.match(text, line.end()) else None


def _ends(text: str, end: re.Match[str]) -> bool:
    """Whether the punctuation ends a sentence."""
    if text[end.end() : end.end() + 1].islower():
        return False
    if end.group().rstrip() != ".":
        return True
    before = text[max(0, end.start() - _ABBREVIATION_REACH) : end.start()]
    word = re.split(r"[\s(\[\"“‘'’/]", before)[-1]
    if word.lower() in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()):
        return False
    start = end.start() - len(word)
    lead = text[max(0, start - 8) : start].rstrip(" \t#*")
    return not (_MARK.fullmatch(word) and (not lead or lead[-1] in "\n\r.;:"))


def _without_bare_headings(text: str, candidates: list[Boundary]) -> list[Boundary]:
    """Without the boundaries between a heading's line and the text below it."""
    remaining = candidates[:1]
    for boundary in candidates[1:]:
        last = remaining[-1]
        short = boundary.start - last.start <= MAX_HEADING + 4
        if short and last.strength == Strength.SECTION and boundary.strength < Strength.SECTION:
            line = text[last.start : boundary.start]
            bare = line.strip()
            if line != bare and "\n" not in bare and not bare.endswith((".", "!", "?", "。", "；")):
                continue
        remaining.append(boundary)
    return remaining
