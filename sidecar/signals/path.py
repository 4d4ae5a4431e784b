"""`path`: the query's words in a category path such as "Electronics > Audio > Headphones"."""

import re
from collections.abc import Collection, Sequence
from typing import Literal

from sidecar.schema import FieldName
from sidecar.signals.search_reader import SearchReader
from sidecar.signals.signal import Signal
from sidecar.text.folded_texts import FoldedTexts
from sidecar.text.terms import Term, total_weight


class PathSignal(Signal):
    """sum of idf(t) * depth(t) / sum of idf(t) over the query's terms.

    depth(t) is i / n for the deepest of the n levels, i, that has the term; 0 where none has it.
    The items of a list are levels.
    """

    kind: Literal["path"]
    field: FieldName
    separators: str = ">/|"

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.field,)

    def strengths(self, search: SearchReader) -> list[float]:
        separator = re.compile(f"[{re.escape(self.separators)}]")
        paths = []
        for value, text in zip(search.values(self.field), search.texts(self.field), strict=True):
            if isinstance(value, list | tuple):
                text = self.separators[0].join(item for item in value if isinstance(item, str))
            paths.append(text)
        levels_of = {
            path: [level for level in separator.split(path) if level.strip()] for path in set(paths)
        }
        overlaps = dict(zip(levels_of, _overlaps(search.terms, levels_of.values()), strict=True))
        return [overlaps[path] for path in paths]


def _overlaps(terms: Sequence[Term], paths: Collection[Sequence[str]]) -> list[float]:
    """Of each path, given as its levels, its strength. All levels are looked through together."""
    levels = FoldedTexts([level for path in paths for level in path])
    places = [
        (path, depth, len(each))
        for path, each in enumerate(paths)
        for depth in range(1, len(each) + 1)
    ]
    matched = [0.0] * len(paths)
    for term in terms:
        deepest = {places[at][0]: places[at] for at in sorted(levels.places(term))}
        for path, depth, count in deepest.values():
            matched[path] += term.weight * depth / count
    total = total_weight(terms)
    return [each / total for each in matched] if total else matched
