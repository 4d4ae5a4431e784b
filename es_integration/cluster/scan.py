"""Every document of an index, page by page, as it was at one moment.

A point in time of one shard of one index, sorted by `_seq_no`: that is unique there, so that no
page misses a document or has it twice, in every version of either search engine. (`_shard_doc`
would do the same for whole indices; OpenSearch 2 does not have it.)
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from es_integration.errors import IntegrationError

KEEP_ALIVE = "5m"
Hits = list[dict[str, Any]]


def scan(
    client: Any, index: str, *, query: Mapping[str, Any], fields: Sequence[str], size: int
) -> Iterator[Hits]:
    """Pages of at most `size` hits with these fields of their sources, in no useful order.

    `client` is the official client of either search engine, whose errors go through. Raises
    IntegrationError when no index has that name or fits that pattern.
    """
    for name, shards in _shards(client, index).items():
        for shard in range(shards):
            yield from _of_shard(client, name, shard, query, fields, size)


def count(client: Any, index: str, query: Mapping[str, Any]) -> int:
    """How many documents match."""
    return int(client.count(index=index, body={"query": query})["count"])


def _shards(client: Any, index: str) -> dict[str, int]:
    """index -> how many primary shards it has"""
    answer = client.indices.get_settings(index=index, flat_settings=True)
    found = {
        name: int(body["settings"]["index.number_of_shards"])
        for name, body in sorted(dict(answer).items())
    }
    if not found:
        raise IntegrationError(f"the cluster has no index {index}")
    return found


def _of_shard(
    client: Any,
    index: str,
    shard: int,
    query: Mapping[str, Any],
    fields: Sequence[str],
    size: int,
) -> Iterator[Hits]:
    point = _open(client, index, f"_shards:{shard}")
    body: dict[str, Any] = {
        "size": size,
        "query": query,
        "sort": [{"_seq_no": "asc"}],
        "_source": list(fields),
        "track_total_hits": False,
    }
    try:
        while True:
            body["pit"] = {"id": point, "keep_alive": KEEP_ALIVE}
            answer = client.search(body=body)
            point = answer.get("pit_id", point)
            hits = answer["hits"]["hits"]
            if hits:
                yield hits
            if len(hits) < size:
                return
            body["search_after"] = hits[-1]["sort"]
    finally:
        _close(client, point)


def _open(client: Any, index: str, preference: str) -> str:
    if hasattr(client, "open_point_in_time"):  # Elasticsearch's client
        answer = client.open_point_in_time(
            index=index, keep_alive=KEEP_ALIVE, preference=preference
        )
        return str(answer["id"])
    answer = client.create_pit(
        index=index, params={"keep_alive": KEEP_ALIVE, "preference": preference}
    )
    return str(answer["pit_id"])


def _close(client: Any, point: str) -> None:
    if hasattr(client, "close_point_in_time"):
        client.close_point_in_time(id=point)
    else:
        client.delete_pit(body={"pit_id": [point]})
