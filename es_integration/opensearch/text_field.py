"""Whether the indices of a cluster have the field that the flat route sends."""

from collections.abc import Sequence

from es_integration.cluster.calls import mapped_fields
from es_integration.cluster.procedure import Procedure
from es_integration.errors import ClusterRefused
from es_integration.opensearch.calls import send
from es_integration.opensearch.spec import OpenSearchInstall, Route

EVERY_INDEX = ("*", "-.*")
"""But for system indices."""


def missing_text_field(spec: OpenSearchInstall, patterns: Sequence[str]) -> Procedure[str | None]:
    """Why the flat route would send nothing: no index has its field. None where one has it.

    Looks at the indices that match the patterns; without patterns at all but system indices. Where
    these credentials may read no mappings, the field counts as there. Raises ClusterRefused.
    """
    try:
        found = yield from mapped_fields(send, spec.text_field, patterns or EVERY_INDEX)
    except ClusterRefused as refused:
        if refused.status != 403:
            raise
        return None
    if found:
        return None
    where = f"no index that matches {', '.join(patterns)} has" if patterns else "no index has"
    return (
        f"{where} the field {spec.text_field}, which is all that the {Route.FLAT} route sends."
        " Name a field with --text-field, or install it all the same with"
        " --routes flat,structured"
    )
