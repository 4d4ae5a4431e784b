"""Whether the vectors that a cluster gets for the probe's texts are those of an encoder; pure."""

import math
from collections.abc import Sequence

from es_integration.cluster.encoder import Encoder
from es_integration.cluster.probe import BEST

Vectors = Sequence[Sequence[float]]
Finding = tuple[bool, str]
"""Whether it is as it should be, and what was seen."""

UNIT_TOLERANCE = 1e-3


def vectors_fit(vectors: Vectors, texts: int, encoder: Encoder) -> Finding:
    """Whether each text has a vector of the encoder's dimension and of length 1."""
    sizes = sorted({len(vector) for vector in vectors})
    lengths = [math.hypot(*vector) for vector in vectors]
    of_length_1 = all(abs(length - 1) < UNIT_TOLERANCE for length in lengths)
    fit = len(vectors) == texts and sizes == [encoder.dimension] and of_length_1
    shown = ", ".join(f"{length:.3f}" for length in lengths)
    seen = f"{len(vectors)} vectors for {texts} texts, with {sizes} dimensions and lengths {shown}"
    return fit, f"{seen}; {encoder.name} has {encoder.dimension} dimensions and length 1"


def best_is_nearest(query: Sequence[float], documents: Vectors) -> Finding:
    """Whether queries and documents are vectors of one space: the document that answers the probe's
    query is the nearest."""
    cosines = [
        sum(left * right for left, right in zip(query, document, strict=True))
        for document in documents
    ]
    nearest = max(range(len(cosines)), key=cosines.__getitem__)
    listed = ", ".join(f"{cosine:.3f}" for cosine in cosines)
    return nearest == BEST, f"document {nearest} of the cosines [{listed}] is the nearest"
