"""A query's terms, their weights, and which of them a text has.

    "Men's T-Shirts WH-1000XM4"  ->  mens, tshirts, wh1000xm4

Texts are compared as `folding` has them. Chinese, Japanese and Korean text is matched by
character. English plurals meet their singular (`forms`). Parts joined by a dash or a point are one
term when one of them is short or has a digit (`t-shirt`, `wh-1000xm4`, `1.5`) and are found however
the field writes them.

Weights come from a table that ships (idf.tsv), never from the request's documents: a pair's score
must not depend on its company.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, takewhile
from pathlib import Path

from sidecar.text.folding import CHARACTER_SCRIPT, fold

MAX_TERMS = 64
"""Distinct terms of a query that count, from its start: a pasted page costs no more."""
MIN_JOINED = 4
"""A term of letters and digits this long is found across a field's spaces: "16gb" in "16 GB". "a7"
in "a 7" would be chance."""

_CHUNK = re.compile(r"[^\W_]+(?:[-.‐‑][^\W_]+)*")  # hyphens: ASCII, U+2010, U+2011
_RUN = re.compile(r"\d+|[^\W\d_]+")
_DASH = re.compile("[-.‐‑]")
_SIBILANTS = ("s", "x", "z", "ch", "sh")


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a query: `weight` is its idf; `forms` are what is looked for in a folded text."""

    text: str
    weight: float
    forms: tuple[str, ...]
    prefix: str
    """What all forms begin with: a field without it has none of them."""
    pieces: tuple[str, ...] = ()
    """Of a term of letters and digits: its runs of either. Such a term is also found when the
    field puts spaces or dashes into it; the field then has every piece."""


@lru_cache(maxsize=256)
def query_terms(query: str) -> tuple[Term, ...]:
    """The query's first MAX_TERMS distinct terms."""
    terms: dict[str, Term] = {}
    for chunk in _CHUNK.findall(fold(query)):
        for term in _terms(chunk):
            terms.setdefault(term.text, term)
            if len(terms) == MAX_TERMS:
                return tuple(terms.values())
    return tuple(terms.values())


def total_weight(terms: Sequence[Term]) -> float:
    """The sum of their idf, added one by one as a text's are: that of all terms is equal to it."""
    total = 0.0
    for term in terms:
        total += term.weight
    return total


def is_in(term: Term, field: str) -> bool:
    """Whether a text that `folding.words` has folded has the term."""
    if term.prefix in field and any([form in field for form in term.forms]):
        return True
    return bool(term.pieces) and has_apart(term, field)


def idf(term: str) -> float:
    """ln(1 + (N - df + 0.5) / (df + 0.5)), BM25's, from the table; an unknown term has df 0."""
    frequency = _FREQUENCIES.get(singular(term), 0)
    return math.log1p((_TEXTS - frequency + 0.5) / (frequency + 0.5))


def is_known(word: str) -> bool:
    """Whether the table has the word (folded)."""
    return word in _FREQUENCIES or singular(word) in _FREQUENCIES


def singular(word: str) -> str:
    """The word without an English plural's ending: boxes, batteries, shoes; not glass, gas, bus."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("es") and word[:-2].endswith(("ss", "x", "zz", "ch", "sh")):
        return word[:-2]
    return word[:-1]


def forms(word: str) -> tuple[str, ...]:
    """The word, its singular and the singular's plural: all count as the same word."""
    if not word.isascii() or not word.isalpha() or len(word) < 3:
        return (word,)
    base = singular(word)
    same = {word, base, base + "s"}
    if base.endswith(_SIBILANTS):
        same.add(base + "es")
    if base.endswith("y"):
        same.add(base[:-1] + "ies")
        if word.endswith("ies"):
            same.add(base[:-1] + "ie")
    return tuple(sorted(same))


def _terms(chunk: str) -> list[Term]:
    if CHARACTER_SCRIPT.search(chunk):
        spaced = CHARACTER_SCRIPT.sub(lambda match: f" {match[0]} ", chunk)
        return [
            _term(piece, (piece,)) if CHARACTER_SCRIPT.match(piece) else _word(piece)
            for piece in _DASH.sub(" ", spaced).split()
        ]
    parts = _DASH.split(chunk)
    if len(parts) == 1:
        return [_word(chunk)]
    if any(len(part) < 3 or not part.isalpha() for part in parts):
        text = "".join(parts)
        spaced_forms = tuple(f" {' '.join([*parts[:-1], last])} " for last in forms(parts[-1]))
        return [_term(text, (*_word(text).forms, *spaced_forms))]
    return [_word(part) for part in parts]


def _word(text: str) -> Term:
    return _term(text, tuple(f" {form} " for form in forms(text)))


def _term(text: str, spellings: tuple[str, ...]) -> Term:
    return Term(text, idf(text), spellings, common_prefix(spellings), _pieces(text))


def common_prefix(texts: tuple[str, ...]) -> str:
    """What all of the texts, one at least, begin with."""
    first, last = min(texts), max(texts)
    same = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    )
    return first[:same]


def _pieces(text: str) -> tuple[str, ...]:
    pieces = tuple(_RUN.findall(text))
    return pieces if len(text) >= MIN_JOINED and len(pieces) > 1 else ()


def has_apart(term: Term, field: str) -> bool:
    """Whether neighbouring words of the field, joined, are the term."""
    for piece in term.pieces:
        if piece not in field:
            return False
    parts = field.split()
    squeezed = "".join(parts)
    start = squeezed.find(term.text)
    if start < 0:
        return False
    edges = {0, *accumulate(map(len, parts))}
    while start >= 0:
        if start in edges and start + len(term.text) in edges:
            return True
        start = squeezed.find(term.text, start + 1)
    return False


def _read_table(path: Path) -> tuple[int, dict[str, int]]:
    rows = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    counts = {term: int(count) for term, _, count in (row.partition("\t") for row in rows)}
    return counts.pop(""), counts  # the row without a term is the number of texts


_TEXTS, _FREQUENCIES = _read_table(Path(__file__).with_name("idf.tsv"))
