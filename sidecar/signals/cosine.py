"""`cosine`: a document's vector beside one that was sent with the search: an image's, a user's."""

import math
from collections.abc import Mapping
from operator import mul
from typing import Literal

from sidecar.schema import FieldName, Name
from sidecar.signals.search_reader import SearchReader
from sidecar.signals.signal import Signal


class CosineSignal(Signal):
    """a.b / (|a| |b|), in [-1, 1], of the field's vector and `context.vectors.VECTOR`; 0 where a
    vector is missing, zero, or of another length."""

    kind: Literal["cosine"]
    field: FieldName
    vector: Name

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.field,)

    def strengths(self, search: SearchReader) -> list[float]:
        vectors = search.context.get("vectors")
        reference = _unit(vectors.get(self.vector)) if isinstance(vectors, Mapping) else None
        if reference is None:
            return search.zeros()
        strengths = []
        for value in search.values(self.field):
            vector = _unit(value)
            if vector is None or len(vector) != len(reference):
                strengths.append(0.0)
            else:
                strengths.append(max(-1.0, min(1.0, sum(map(mul, vector, reference)))))
        return strengths


def _unit(value: object) -> list[float] | None:
    """The vector with length 1; None for what is no vector of finite numbers, or a zero one."""
    if not isinstance(value, list | tuple):
        return None
    try:
        numbers = [float(item) for item in value if not isinstance(item, str | bool)]
        length = math.hypot(*numbers)
    except (TypeError, ValueError, OverflowError):
        return None
    if len(numbers) != len(value) or not math.isfinite(length) or not length:
        return None
    return [item / length for item in numbers]
