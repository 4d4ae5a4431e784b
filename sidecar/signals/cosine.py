"""`cosine`: a document's vector beside one that was sent with the search (an image's, a user's), or
beside the query's, where a served encoder makes both."""

import math
from collections.abc import Mapping
from operator import mul
from typing import Literal, Self

from pydantic import model_validator

from sidecar.schema import FieldName, Name
from sidecar.signals.search_reader import SearchReader
from sidecar.signals.signal import Signal


class CosineSignal(Signal):
    """a.b / (|a| |b|), in [-1, 1], of the field's vector and `context.vectors.VECTOR`; 0 where a
    vector is missing, zero, or of another length. With `encode` of the vectors of the query and of
    the document's text; 0 where there is no text."""

    kind: Literal["cosine"]
    field: FieldName | None = None
    """With the document's vector; with `encode` its text, and all that the model reads of the
    document if absent."""
    vector: Name | None = None
    """Of the search's `context.vectors`; not with `encode`."""
    encode: bool = False
    """Whether an encoder of the service makes both vectors."""
    encoder: str | None = None
    """The encoder's name, where the service has several."""

    @model_validator(mode="after")
    def _compares_two_vectors(self) -> Self:
        if self.encode and self.vector is not None:
            raise ValueError("`vector` is of the search: with `encode` the query's own is made")
        if not self.encode and (self.field is None or self.vector is None):
            raise ValueError("without `encode` it needs `field` and `vector`")
        if not self.encode and self.encoder is not None:
            raise ValueError("an `encoder` needs `encode: true`")
        return self

    @property
    def reads(self) -> tuple[str, ...]:
        return () if self.field is None else (self.field,)

    def strengths(self, search: SearchReader) -> list[float]:
        """With `encode` zeros: `pipeline/encoded_cosines` adds the cosines."""
        if self.field is None or self.vector is None:
            return search.zeros()
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
