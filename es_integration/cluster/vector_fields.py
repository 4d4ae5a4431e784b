"""Whether the vector fields that indices have already fit an encoder."""

from collections.abc import Sequence

from es_integration.cluster.calls import Send, mapped_fields
from es_integration.cluster.encoder import Encoder
from es_integration.cluster.procedure import Procedure
from es_integration.errors import ClusterRefused, VectorConflict

_DIMENSION_KEYS = ("dimension", "dims")
"""OpenSearch's and Elasticsearch's."""


def refuse_other_vectors(
    send: Send, field: str, encoder: Encoder, patterns: Sequence[str]
) -> Procedure[None]:
    """Raises VectorConflict where an index that matches one of the patterns has the field with
    another type or dimension: it would refuse every document.

    Where these credentials may read no mappings, nothing is known. Raises ClusterRefused.
    """
    try:
        found = yield from mapped_fields(send, field, patterns)
    except ClusterRefused as refused:
        if refused.status != 403:
            raise
        return
    for index, mapping in found.items():
        dimension = next((mapping[key] for key in _DIMENSION_KEYS if key in mapping), None)
        if dimension != encoder.dimension:
            what = mapping.get("type") if dimension is None else f"{dimension} dimensions"
            raise VectorConflict(
                f"the field {field} of the index {index} has {what}, and vectors of {encoder.name}"
                f" have {encoder.dimension}: index anew under another name or pattern"
                " (--index-pattern), or name another field (--vector-field, with --no-templates)"
            )
