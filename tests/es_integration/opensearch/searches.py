"""What the tests on a real OpenSearch node share: an install for a test's time, and searches."""

import json
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from opensearchpy import OpenSearch

from es_integration import OpenSearchInstall, Route, flat_search, structured_search
from es_integration.opensearch import install, uninstall

SEARCHES: dict[Route, Any] = {Route.FLAT: flat_search, Route.STRUCTURED: structured_search}


@contextmanager
def installed(client: OpenSearch, wanted: OpenSearchInstall) -> Iterator[OpenSearchInstall]:
    """The sidecar's pipelines, for the time of a `with` block."""
    try:
        install(client, wanted)
        yield wanted
    finally:
        uninstall(client, wanted)


def hits(
    client: OpenSearch, index: str, body: dict[str, Any], pipeline: str | None = None
) -> list[dict[str, Any]]:
    """The hits of a search, in the cluster's order."""
    params = {} if pipeline is None else {"search_pipeline": pipeline}
    return list(client.search(index=index, body=body, params=params)["hits"]["hits"])


def ids(found: Sequence[dict[str, Any]]) -> list[str]:
    return [hit["_id"] for hit in found]


def direct_scores(url: str, query: Any, documents: dict[str, Any]) -> dict[str, float]:
    """Each document's score by its name, from one call of the sidecar itself."""
    names = list(documents)
    raw = json.dumps({"query": query, "documents": list(documents.values())}).encode()
    with urllib.request.urlopen(urllib.request.Request(url, raw)) as response:
        results = json.load(response)["results"]
    return {names[item["index"]]: item["relevance_score"] for item in results}
