"""Two-stage search over `dense_vector` of a real Elasticsearch: one sidecar makes the vectors of
documents and of the query, and reranks."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from elasticsearch import Elasticsearch

import mappings
from es_integration import LocalElasticsearch, SyncSidecarClient
from es_integration.search import Knn, Rerank, two_stage_search
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.tiny_encoders import tiny_encoder

pytestmark = pytest.mark.node

INDEX = "encoded"
QUERY = "red shoes"
TITLES = ("Red running shoe", "Red garden hose", "Umbrella", "Blue shoe")


@pytest.fixture(scope="module")
def sidecar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SyncSidecarClient]:
    folder = tiny_encoder(
        tmp_path_factory.mktemp("models") / "encoder", prefixes={"query": "q: ", "document": "d: "}
    )
    with SidecarProcess({"model": folder}) as process, SyncSidecarClient(process.url) as client:
        yield client


@pytest.fixture
def client(
    elasticsearch_node: LocalElasticsearch, sidecar: SyncSidecarClient
) -> Iterator[Elasticsearch]:
    """The node with TITLES and their vectors, in the field of the templates."""
    properties = {"title": {"type": "text"}, "vector": mappings.vector_mapping("elasticsearch", 8)}
    with closing(Elasticsearch(elasticsearch_node.url, request_timeout=60)) as client:
        client.indices.create(index=INDEX, mappings={"properties": properties})
        try:
            vectors = sidecar.embed(TITLES, kind="document")
            for title, vector in zip(TITLES, vectors, strict=True):
                document = {"title": title, "vector": vector}
                client.index(index=INDEX, id=title, document=document)
            client.indices.refresh(index=INDEX)
            yield client
        finally:
            client.indices.delete(index=INDEX)


def test_vectors_find_what_words_do_not_and_the_sidecar_reranks(
    client: Elasticsearch, sidecar: SyncSidecarClient
) -> None:
    rerank = Rerank(fields=("title",))
    body = {"query": {"match": {"title": "shoe"}}}
    page = two_stage_search(
        client, sidecar, QUERY, index=INDEX, body=body, knn=Knn("vector"), rerank=rerank
    )
    found = {hit["_id"]: hit["_score"] for hit in page["hits"]["hits"]}
    assert found.keys() == {*TITLES}
    assert page["rerank"] == {"reranked": True, "hits": len(TITLES)}
    documents = [{"title": title} for title in TITLES]
    scores = {TITLES[index]: score for index, score in sidecar.rerank(QUERY, documents)}
    assert found == pytest.approx(scores, abs=1e-4)


def test_the_nearest_is_that_of_the_encoders_own_vectors(
    client: Elasticsearch, sidecar: SyncSidecarClient
) -> None:
    (query,) = sidecar.embed([QUERY], kind="query")
    knn = {"field": "vector", "query_vector": query, "k": 4, "num_candidates": 4}
    hits = client.search(index=INDEX, knn=knn)["hits"]["hits"]
    for hit, vector in zip(
        hits, sidecar.embed([hit["_id"] for hit in hits], kind="document"), strict=True
    ):
        cosine = sum(map(float.__mul__, query, vector))
        assert hit["_score"] == pytest.approx((1 + cosine) / 2, abs=0.02), "int8 in the index"
