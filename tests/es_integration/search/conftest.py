"""Both real nodes with the demo's products, and the real sidecar.

The vectors are hashed trigrams (`embedding`): they show that kNN hits are found, fused and
reranked, not how good an embedding model would be.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from es_integration import SyncSidecarClient
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.search.embedding import embed
from tests.es_integration.search.products import (
    INDEX,
    PRODUCTS,
    Cluster,
    elasticsearch,
    opensearch,
)

MAKE_CLUSTER = {"elasticsearch": elasticsearch, "opensearch": opensearch}


@pytest.fixture(scope="session")
def cluster(
    request: pytest.FixtureRequest, search_engine: str, opensearch_version: str
) -> Iterator[Cluster]:
    cluster, body = MAKE_CLUSTER[search_engine](request)
    # Deleted here and not at the end: the node, which this fixture asks for by name, may end first.
    cluster.client.indices.delete(index=INDEX, ignore_unavailable=True)
    cluster.client.indices.create(index=INDEX, body=body)
    lines: list[dict[str, Any]] = []
    for document in PRODUCTS.documents:
        source = {**document.source, "vector": embed(f"{document.title} {document.title}")}
        lines += [{"index": {"_id": document.id}}, source]
    assert not cluster.client.bulk(index=INDEX, body=lines, refresh=True)["errors"]
    yield cluster
    cluster.client.close()


@pytest.fixture
def sidecar(server: SidecarProcess) -> Iterator[SyncSidecarClient]:
    with SyncSidecarClient(server.url, timeout=60.0) as client:
        yield client
