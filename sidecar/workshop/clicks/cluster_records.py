"""Queries and events from the indices of OpenSearch's plugin, or of Elasticsearch's."""

from collections.abc import Callable, Mapping
from math import inf, isfinite
from typing import Any

from es_integration.cluster.scan import count, scan
from sidecar.workshop.clicks.reading import Tally
from sidecar.workshop.clicks.record_files import Parse
from sidecar.workshop.clicks.ubi import records
from sidecar.workshop.model.progress import BeginStep

PAGE = 5000
_FIELDS = (
    *("action_name", "application", "client_id", "query_id", "session_id", "timestamp"),
    *("user_agent", "user_id", "user_query", "query_response_hit_ids"),
    *(f"event_attributes.{name}" for name in ("browser", "session_id", "user_agent")),
    *(f"event_attributes.object.{name}" for name in ("internal_id", "object_id")),
    *("event_attributes.position.ordinal", "query_attributes.user_agent"),
    "query_attributes.experiment",
)
"""What is read of a record; a query's search body, which is most of it, is not."""


def read_cluster(
    client: Any,
    indices: tuple[str, ...],
    add: Callable[[Any], None],
    tally: Tally,
    begin_step: BeginStep,
    *,
    since_s: float = -inf,
    parse: Parse[Any] = records,
) -> None:
    """Hands every record that `parse` finds in the indices from `since_s` on, in seconds since
    1970, to `add`.

    Raises ClicksError when too many documents are no records; errors of the cluster are the
    client's.
    """
    query: dict[str, Any] = {"match_all": {}}
    if isfinite(since_s):
        least = {"gte": round(since_s * 1000), "format": "epoch_millis"}
        query = {"range": {"timestamp": least}}
    for index in indices:
        advance = begin_step(f"reading {index}", max(1, -(-count(client, index, query) // PAGE)))
        for page in scan(client, index, query=query, fields=_FIELDS, size=PAGE):
            for hit in page:
                _read_hit(hit, parse, add, tally)
            tally.check()
            advance()
    tally.check(at_end=True)


def _read_hit(
    hit: Mapping[str, Any], parse: Parse[Any], add: Callable[[Any], None], tally: Tally
) -> None:
    tally.lines += 1
    try:
        for record in parse(hit):
            add(record)
    except ValueError as fault:
        tally.malformed(f"{hit.get('_index')}, document {hit.get('_id')}", str(fault))
