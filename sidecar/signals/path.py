"""`path`: the query's words in a category path such as "Electronics > Audio > Headphones"."""

import re
from collections.abc import Sequence
from typing import Literal

from sidecar.schema import FieldName
from sidecar.signals.search_reader import SearchReader
from sidecar.signals.signal import Signal
from sidecar.text.folding import words
from sidecar.text.terms import Term, is_in


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
        of_path: dict[str, float] = {}
        strengths = []
        for value, text in zip(search.values(self.field), search.texts(self.field), strict=True):
            if isinstance(value, list | tuple):
                text = self.separators[0].join(item for item in value if isinstance(item, str))
            if text not in of_path:
                levels = [words(level) for level in separator.split(text) if level.strip()]
                of_path[text] = _overlap(search.terms, levels)
            strengths.append(of_path[text])
        return strengths


def _overlap(terms: Sequence[Term], levels: Sequence[str]) -> float:
    matched = total = 0.0
    for term in terms:
        total += term.weight
        for depth in range(len(levels), 0, -1):
            if is_in(term, levels[depth - 1]):
                matched += term.weight * depth / len(levels)
                break
    return matched / total if total else 0.0
