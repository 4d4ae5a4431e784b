"""A cluster that always finds the same ten hits, for tests that need no node."""

from typing import Any

from es_integration.sidecar_client import Ranking, SyncSidecarClient
from tests.es_integration.search.first_stage_answers import answer

IDS = "abcdefghij"


class Cluster:
    """The client of OpenSearch, as `search_engine_of` sees it."""

    __module__ = "opensearchpy"

    def search(self, *, body: Any, **params: Any) -> Any:
        found = answer(IDS)
        first = body.get("from", 0)
        hits = [{**hit, "_source": {"title": hit["_id"]}} for hit in found["hits"]["hits"]]
        hits = hits[first : first + body.get("size", 10)]
        return {**found, "hits": {**found["hits"], "hits": hits}}


class AsyncCluster:
    """The same for the async search."""

    __module__ = "opensearchpy"

    async def search(self, **search: Any) -> Any:
        return Cluster().search(**search)


def turned(method: str, path: str, body: Any) -> tuple[int, Any]:
    """A sidecar's answer: the last document is the best. It fails with the profile `broken`, and
    the context says what answers in place of the model."""
    if body.get("profile") == "broken":
        return 503, {"error": "the model failed"}
    count = len(body["documents"])
    results = [{"index": index, "relevance_score": index / count} for index in range(count)]
    return 200, {"results": results[::-1], "degraded": body.get("context")}


class Turning(SyncSidecarClient):
    """A client of such a sidecar, without one."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9")

    def rerank_or_keep(self, query: Any, documents: Any, **options: Any) -> Ranking:
        count = len(documents)
        scores = tuple((count - place) / count for place in range(count))
        return Ranking(tuple(reversed(range(count))), scores)
