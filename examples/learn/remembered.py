"""The caches of a shop: a search that was made before is answered from memory.

Most searches of a week are. Only the first of each goes to the search engine and to the sidecar;
lists, logs and clicks are made anew for every visit.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from opensearchpy import OpenSearch

from es_integration import SyncSidecarClient
from es_integration.sidecar_client import Ranking

Body = dict[str, Any]


class RememberedCluster(OpenSearch):  # type: ignore[misc]
    """A client whose searches are answered once. Two-stage search takes official clients alone."""

    def __init__(self, client: OpenSearch) -> None:
        self._client = client
        self._known: dict[bytes, bytes] = {}

    def search(self, **words: Any) -> Body:
        key = _key(words)
        if key not in self._known:
            self._known[key] = orjson.dumps(self._client.search(**words))
        answer: Body = orjson.loads(self._known[key])
        return answer


class RememberedSidecar(SyncSidecarClient):
    """A client whose rankings are made once; of a failure the next search asks again."""

    def __init__(self, base_url: str, *, timeout: float) -> None:
        super().__init__(base_url, timeout=timeout)
        self._known: dict[bytes, Ranking] = {}

    def rerank_or_keep(
        self,
        query: str | Mapping[str, Any],
        documents: Sequence[str | Mapping[str, Any]],
        **options: Any,
    ) -> Ranking:
        key = _key([query, documents, options])
        if (known := self._known.get(key)) is not None:
            return known
        found = super().rerank_or_keep(query, documents, **options)
        if found.reason is None:
            self._known[key] = found
        return found

    def rerank_or_keep_each(
        self, query: str | Mapping[str, Any], calls: Sequence[Any]
    ) -> list[Ranking]:
        return [self.rerank_or_keep(query, documents, **options) for documents, options in calls]


def _key(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
