"""The bundled data: complete, judged, and a task that needs a reranker."""

import pytest

from sidecar.workshop.demo.bm25_index import Bm25Index
from sidecar.workshop.demo.collections import Collection, CollectionName, load
from sidecar.workshop.demo.elasticsearch_two_stage import PROPERTIES
from sidecar.workshop.demo.opensearch_pipelines import COLLECTION_SETUPS


@pytest.fixture(scope="module", params=list(CollectionName))
def collection(request: pytest.FixtureRequest) -> Collection:
    return load(request.param)


def test_there_are_hundreds_of_documents_with_unique_ids(collection: Collection) -> None:
    ids = [document.id for document in collection.documents]
    assert len(ids) >= 300
    assert len(set(ids)) == len(ids)
    assert all(document.title for document in collection.documents)


def test_every_query_has_judged_documents_that_exist(collection: Collection) -> None:
    ids = {document.id for document in collection.documents}
    assert len(collection.queries) == 12
    assert len({query.text for query in collection.queries}) == 12
    for query in collection.queries:
        assert query.relevant, query.text
        assert set(query.relevant) <= ids
        assert all(grade in (1, 2, 3) for grade in query.relevant.values())
        assert query.note


def test_bm25_retrieves_every_relevant_document_in_its_first_fifty(collection: Collection) -> None:
    index = Bm25Index(collection)
    for query in collection.queries:
        retrieved = {document.id for document, _ in index.search(query.text, 50)}
        assert set(query.relevant) <= retrieved, query.text


def test_bm25_is_misled_by_most_queries(collection: Collection) -> None:
    index = Bm25Index(collection)
    first = [index.search(query.text, 1)[0][0].id for query in collection.queries]
    misled = [
        name not in query.relevant for name, query in zip(first, collection.queries, strict=True)
    ]
    assert sum(misled) >= 10


def test_bm25_orders_by_score_and_finds_nothing_without_a_common_word() -> None:
    index = Bm25Index(load(CollectionName.PRODUCTS))
    scores = [score for _, score in index.search("shoes for jogging", 10)]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] > 0
    assert index.search("qwertzuiop", 10) == []
    assert index.search("?!", 10) == []
    assert index.search("", 10) == []


def test_each_document_has_what_is_searched_sent_and_mapped(collection: Collection) -> None:
    mapped = set(COLLECTION_SETUPS[collection.name].properties) - {"passage"}
    assert set(PROPERTIES[collection.name]) == mapped
    for document in collection.documents:
        assert list(document.fields(collection.sent)) == list(collection.sent)
        assert collection.text(document).strip()
        assert set(document.source) - {"id"} <= mapped
