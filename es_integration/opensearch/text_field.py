"""Whether the indices of a cluster have the field that the flat route sends."""

from collections.abc import Sequence
from typing import Any

from es_integration.cluster.calls import ignore_missing
from es_integration.cluster.procedure import Procedure
from es_integration.errors import ClusterRefused
from es_integration.opensearch.calls import send
from es_integration.opensearch.spec import OpenSearchInstall, Route


def missing_text_field(spec: OpenSearchInstall, patterns: Sequence[str]) -> Procedure[str | None]:
    """Why the flat route would send nothing: no index has its field. None where one has it.

    Looks at the indices that match the patterns; without patterns at all but system indices. Where
    these credentials may read no mappings, the field counts as there. Raises ClusterRefused.
    """
    try:
        mapped = yield from _is_mapped(spec.text_field, patterns)
    except ClusterRefused as refused:
        if refused.status != 403:
            raise
        mapped = True
    if mapped:
        return None
    where = f"no index that matches {', '.join(patterns)} has" if patterns else "no index has"
    return (
        f"{where} the field {spec.text_field}, which is all that the {Route.FLAT} route sends."
        " Name a field with --text-field, or install it all the same with"
        " --routes flat,structured"
    )


def _is_mapped(field: str, patterns: Sequence[str]) -> Procedure[bool]:
    answer: Any = yield from ignore_missing(
        send(
            lambda client: client.indices.get_field_mapping(
                fields=field,
                index=",".join(patterns) or "*,-.*",
                params={"ignore_unavailable": "true", "allow_no_indices": "true"},
            )
        )
    )
    return any(index.get("mappings") for index in (answer or {}).values())
