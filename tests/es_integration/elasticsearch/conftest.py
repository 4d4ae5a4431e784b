"""A cluster that reranks: the fake, or the real one that ELASTICSEARCH_URL names."""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import elasticsearch
import pytest
from elasticsearch import AsyncElasticsearch, Elasticsearch

from es_integration.elasticsearch import ElasticsearchInstall, uninstall
from es_integration.local_node import LocalElasticsearch
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.fake_elasticsearch import (
    Document,
    FakeElasticsearch,
    ListedHits,
    NodeHits,
    serve_fake,
)

CLUSTER = "ELASTICSEARCH_URL"
SIDECAR = "ELASTICSEARCH_SIDECAR_URL"
PATIENCE_S = 60
"""The first index of a node on a busy machine took more than the client's 10 s."""
CLIENT_MAJOR = elasticsearch.__version__[0]

FakeStart = Callable[..., tuple[FakeElasticsearch, Elasticsearch]]


@dataclass(frozen=True)
class Cluster:
    """Where the tests install; `fake` is None where it is a real one."""

    url: str
    sidecar_url: str
    """As the cluster's nodes see it."""
    fake: FakeElasticsearch | None

    def options(self) -> dict[str, Any]:
        """Of either official client."""
        user = os.environ.get("RERANK_CLUSTER_USER")
        credentials = {
            "api_key": os.environ.get("RERANK_CLUSTER_API_KEY"),
            "basic_auth": tuple(user.split(":", 1)) if user else None,
            "ca_certs": os.environ.get("RERANK_CLUSTER_CA"),
        }
        return {
            "hosts": self.url,
            "request_timeout": PATIENCE_S,
            **{name: value for name, value in credentials.items() if value},
        }


@pytest.fixture
def start_fake() -> Iterator[FakeStart]:
    """A function that starts a fake with the keys that it is given: (fake, client)."""
    with ExitStack() as stack:

        def start(**options: Any) -> tuple[FakeElasticsearch, Elasticsearch]:
            fake = FakeElasticsearch(**{"version": "9.3.0", **options})
            url = stack.enter_context(serve_fake(fake))
            client = Elasticsearch(url, max_retries=0)
            stack.callback(client.close)
            return fake, client

        yield start


@pytest.fixture
def cluster(server: SidecarProcess) -> Iterator[Cluster]:
    url = os.environ.get(CLUSTER)
    if url:
        yield Cluster(url, os.environ.get(SIDECAR, server.url), None)
        return
    fake = FakeElasticsearch("9.3.0")
    with serve_fake(fake) as fake_url:
        yield Cluster(fake_url, server.url, fake)


@pytest.fixture
def client(cluster: Cluster) -> Iterator[Elasticsearch]:
    with Elasticsearch(**cluster.options()) as elasticsearch_client:
        yield elasticsearch_client


@pytest.fixture
async def async_client(cluster: Cluster) -> Any:
    async with AsyncElasticsearch(**cluster.options()) as made:
        yield made


@pytest.fixture
def spec(cluster: Cluster, client: Elasticsearch) -> Iterator[ElasticsearchInstall]:
    """An install under a name that nobody else has, gone after the test."""
    name = f"rerank-test-{uuid.uuid4().hex[:8]}"
    install = ElasticsearchInstall(cluster.sidecar_url, name=name)
    yield install
    uninstall(client, install)


@pytest.fixture
def searchable(
    request: pytest.FixtureRequest, server: SidecarProcess
) -> Iterator[tuple[Cluster, Elasticsearch]]:
    """A cluster with a real index behind its retriever: the fake stands before the real node."""
    url = os.environ.get(CLUSTER)
    with ExitStack() as stack:
        if url:
            cluster = Cluster(url, os.environ.get(SIDECAR, server.url), None)
        else:
            node: LocalElasticsearch = request.getfixturevalue("elasticsearch_node")
            fake = FakeElasticsearch("8.19.21", hits=NodeHits(node.url))
            fake_url = stack.enter_context(serve_fake(fake))
            cluster = Cluster(fake_url, server.url, fake)
        yield cluster, stack.enter_context(Elasticsearch(**cluster.options()))


def listed(*texts: str, field: str = "rerank_doc", **options: Any) -> ListedHits:
    """Hits with one text each, the first with the highest first-stage score."""
    return ListedHits(
        [
            Document(str(number), {field: text}, score=float(len(texts) - number), **options)
            for number, text in enumerate(texts)
        ]
    )
