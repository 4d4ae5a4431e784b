"""The query's words in a category path: "Electronics > Audio > Headphones"."""

import re

from sidecar.profile import PathSignal
from sidecar.signals.search_reader import Reading
from sidecar.text.terms import Term, field_match, words


def path(signal: PathSignal, reading: Reading) -> list[float]:
    """sum of idf(t) * depth(t) / sum of idf(t) over the query's terms.

    depth(t) is i / n for the deepest of the n levels, i, in which the term stands; 0 in none.
    A list's items are levels.
    """
    terms = reading.terms
    split = re.compile(f"[{re.escape(signal.separators)}]")

    def overlap(text: str) -> float:
        return _overlap(terms, [words(level) for level in split.split(text) if level.strip()])

    separator = signal.separators[0]
    known: dict[str, float] = {}
    out = []
    for value, text in zip(reading.values(signal.field), reading.texts(signal.field), strict=True):
        if isinstance(value, list | tuple):
            text = separator.join(item for item in value if isinstance(item, str))
        if text not in known:
            known[text] = overlap(text)
        out.append(known[text])
    return out


def _overlap(terms: tuple[Term, ...], levels: list[str]) -> float:
    found = total = 0.0
    for term in terms:
        total += term.weight
        for depth in range(len(levels), 0, -1):
            if field_match((term,), levels[depth - 1]):
                found += term.weight * depth / len(levels)
                break
    return found / total if total else 0.0
