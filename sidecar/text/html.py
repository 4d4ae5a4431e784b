"""The text of HTML, and where each part of it stands in the original.

    <p>Red&nbsp;shoe</p><p>Size 9</p>    Red shoe, a blank line, Size 9

Tags of HTML's elements go: those of blocks become a blank line, `br` a line break, cells a space,
others nothing. Scripts, styles and comments go with what they hold. Character references are
decoded. Markup that is itself written in references, as feeds do, is taken for markup where there
is no other. All else stays: `a < b and c > d`, `List<String>`, `<me@example.com>`.

Tags are found by a regular expression, after the grammar of the HTML standard (13.1.2), and not by
`html.parser`, which takes quadratic time for broken markup on some Pythons in use: 2.2 s for 20 KB
of `<a "` on 3.11.7, where this takes 2 ms. For 10 KB with 270 tags and references it takes 1.0 ms,
`html.parser` 1.2 ms to find them (CPU time, medians of 15 interleaved rounds). 10 KB without `<`
and `&` cost 0.2 µs.
"""

import re
from html import unescape
from html.entities import html5

from sidecar.text.offsets import Piece, Plain

_BLOCKS = """
    address article aside blockquote body button caption center dd details dialog dir div dl dt
    fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html
    iframe legend li main menu nav noscript object ol optgroup option p pre search section select
    summary table tbody textarea tfoot thead title tr ul video
""".split()
_CELLS = ("td", "th")
_INLINE = """
    a abbr acronym area audio b base bdi bdo big canvas cite code col colgroup data datalist del
    dfn em embed font frame i img input ins kbd label link map mark meta meter nobr output param
    path picture progress q rp rt ruby s samp slot small source span strike strong sub sup svg
    template time track tt u var wbr o:p
""".split()
_DROPPED = ("script", "style")
_PLACEHOLDERS = frozenset(
    """
    area base button code data embed font form frame input label link map mark menu meta object
    output param path picture section source style script summary template time title track var
    video
    """.split()
)
"""Elements whose names stand for something in usages too, `cp <source> <path>`: without attributes
they are tags where the text closes one of the name."""
_VALUELESS = """
    allowfullscreen async autofocus autoplay checked compact controls default defer disabled hidden
    ismap itemscope loop multiple muted nomodule noshade novalidate nowrap open playsinline readonly
    required reversed selected
""".split()
_CELL, _LINE, _BLOCK = 1, 2, 3
_BREAKS = {
    **dict.fromkeys(_INLINE, 0),
    "br": _LINE,
    **dict.fromkeys(_CELLS, _CELL),
    **dict.fromkeys([*_BLOCKS, *_DROPPED], _BLOCK),
}
"""The elements of HTML."""
_BREAK_TEXTS = {_CELL: " ", _LINE: "\n", _BLOCK: "\n\n"}

# Possessive throughout, so that no character is read more than a fixed number of times: a quoted
# value ends before the next `<` or is short.
_QUOTED = """"(?:[^"<]*+"|[^"]{0,500}+")|'(?:[^'<]*+'|[^']{0,500}+')"""
_TOKEN = re.compile(
    rf"""
    <(?P<slash>/?+)(?P<name>[a-z][a-z0-9:]*+)(?=[\s/>])
        (?:
            (?:\s++|(?<=["']))
            (?:(?:{"|".join(_VALUELESS)})(?=[\s/>])
              |[^\s"'<>/=]++\s*+=\s*+(?:{_QUOTED}|[^\s"'<>]++))
        )*+
        \s*+/?+>
    |(?P<comment><!--)
    |(?P<declaration><!doctype\b[^<>]*+>|<!\[(?:if|endif)\b[^<>]*+>|<\?xml\b[^<>]*+\?>)
    |(?P<number>&\#(?:[0-9]{{1,7}}+|x[0-9a-f]{{1,6}}+);)
    |&(?P<entity>[a-z][a-z0-9]{{1,31}}+;)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SIGN = re.compile("[<&]")
"""With which all of them begin: found ten times as fast."""
_ENDS = {
    "": re.compile("-->").search,
    **{name: re.compile(rf"</{name}[\s/]*+>", re.IGNORECASE).search for name in _DROPPED},
}
"""The end of a comment, of a script and of a style."""
_CUT_TAG = re.compile(r"<(?:/?[a-z][a-z0-9:]*(?:[\s/][^<>]*)?|/)?", re.IGNORECASE)


def without_html(text: str) -> Plain | None:
    """The text of HTML; None for a text that holds none."""
    if "<" not in text and "&" not in text:
        return None
    reader = _Reader(text)
    reader.read()
    if not reader.found:
        return None
    plain = reader.plain()
    if reader.tagged or "<" not in plain.text:
        return plain
    again = _Reader(plain.text)
    again.read()
    return plain.within(again.plain()) if again.tagged else plain


class _Reader:
    """One pass over a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found = False
        """Whether there is any HTML."""
        self.tagged = False
        """Whether there is more than references."""
        self._parts: list[tuple[str, int, int]] = []
        """(text, start, end of the original); for a break start and end are equal."""
        self._break = 0
        """What stands between the last part and the next."""
        self._unclosed: set[str] = set()
        self._closes: dict[str, bool] = {}
        """Whether the text has an end tag, by the name."""

    def read(self) -> None:
        here = at = 0  # the text from `here` on is not yet taken
        while (sign := _SIGN.search(self.text, at)) is not None:
            start, at = sign.span()
            if (token := _TOKEN.match(self.text, start)) is None:
                continue
            at = token.end()
            kind = token.lastgroup
            if kind == "entity" or kind == "number":
                characters = _decoded(token)
                if characters is None:
                    continue
                self._take(here, start)
                self._add(characters, start, at)
            else:
                name = token["name"].lower() if kind == "name" else ""
                if name and (name not in _BREAKS or self._is_placeholder(name, token)):
                    continue
                if kind == "comment" or (name in _DROPPED and not token["slash"]):
                    at = self._closed(name, at)
                    if kind == "comment" and at == token.end():
                        continue  # it never closes
                self._take(here, start)
                self._put_break(_BREAKS.get(name, 0))
                self.tagged = True
            self.found, here = True, at
        self._take(here, self._end(here))

    def plain(self) -> Plain:
        pieces = []
        at = 0
        for part, start, end in self._parts:
            pieces.append(Piece(at, start, end))
            at += len(part)
        return Plain("".join([part for part, _, _ in self._parts]), pieces, len(self.text))

    def _is_placeholder(self, name: str, token: re.Match[str]) -> bool:
        if name not in _PLACEHOLDERS or len(token[0]) != len(name) + 2:
            return False
        if (closed := self._closes.get(name)) is None:
            closed = self._closes[name] = f"</{name}" in self.text.lower()
        return not closed

    def _closed(self, name: str, at: int) -> int:
        """Where the dropped element or the comment ends that begins before `at`; `at` where it does
        not. That is found out once: for many of them it would take quadratic time."""
        if name not in self._unclosed:
            if (end := _ENDS[name](self.text, at)) is not None:
                return end.end()
            self._unclosed.add(name)
        return at

    def _put_break(self, strength: int) -> None:
        if strength == self._break == _LINE:
            strength = _BLOCK
        self._break = max(self._break, strength)

    def _end(self, here: int) -> int:
        """The end of the text, without a tag that was cut with it."""
        opened = self.text.rfind("<", here) if self.tagged else -1
        return opened if opened >= 0 and _CUT_TAG.fullmatch(self.text, opened) else len(self.text)

    def _take(self, start: int, end: int) -> None:
        """The original's [start, end) as it is."""
        if start < end:
            self._add(self.text[start:end], start, end)

    def _add(self, part: str, start: int, end: int) -> None:
        if self._break:
            kept = part.lstrip()
            if not kept:
                return
            if len(part) == end - start:
                start += len(part) - len(kept)
            part = kept
            self._strip_end()
            if self._parts:
                self._parts.append((_BREAK_TEXTS[self._break], start, start))
            self._break = 0
        if part:
            self._parts.append((part, start, end))

    def _strip_end(self) -> None:
        """Takes the space at the end away."""
        while self._parts:
            part, start, end = self._parts.pop()
            if kept := part.rstrip():
                if len(part) == end - start:
                    end -= len(part) - len(kept)
                self._parts.append((kept, start, end))
                return


def _decoded(token: re.Match[str]) -> str | None:
    """The characters of a reference; None for a name that HTML does not know."""
    if name := token["entity"]:
        characters = html5.get(name)
        return None if characters is None else characters.replace("\xa0", " ")
    return unescape(token["number"]).replace("\xa0", " ")
