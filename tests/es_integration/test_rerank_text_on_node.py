"""`rerank_text` as the real ingest pipeline writes it, and as a search's `fields` gives it back."""

from contextlib import closing
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from opensearchpy import OpenSearch

import mappings
from es_integration import LocalElasticsearch, LocalOpenSearch

pytestmark = pytest.mark.node

DOCUMENTS: dict[str, list[tuple[dict[str, Any], str | None]]] = {
    "legal": [
        (
            {
                "title": "A v. B",
                "syllabus": " Held: yes. ",
                "text": "First.\n\nSecond.",
                "date": "1",
            },
            "A v. B\nHeld: yes.\nFirst.\n\nSecond.",
        ),
        (
            {"summary": ["", None, "one", ["x"], "two"], "content": "costs ${price}"},
            "one, two\ncosts $ {price}",
        ),
        ({"title": "\u00a0", "name": "of a case", "text": {"en": "an object"}}, "of a case"),
        ({"court": "Supreme Court", "rerank_text": "of the last time"}, None),
    ],
    "ecommerce": [
        (
            {"title": 501, "brand": "Levi's", "category": ["Men", "Jeans"], "price": 59.9},
            "501\nLevi's\nMen, Jeans",
        ),
    ],
}


@pytest.mark.every_version
@pytest.mark.parametrize("domain", mappings.DOMAINS)
def test_the_prose_is_plain_text_a_line_for_each_field(
    opensearch_node: LocalOpenSearch, domain: str
) -> None:
    (pipeline,) = mappings.load("opensearch", domain, plain_text=True).pipelines
    sources, expected = zip(*DOCUMENTS[domain], strict=True)
    body = {"pipeline": pipeline.body, "docs": [{"_source": source} for source in sources]}
    with closing(OpenSearch(opensearch_node.url, timeout=60)) as client:
        answer = client.ingest.simulate(body=body)
    written = [result["doc"]["_source"].get("rerank_text") for result in answer["docs"]]
    assert written == list(expected)


def test_elasticsearch_gives_it_as_the_one_value_that_is_sent(
    elasticsearch_node: LocalElasticsearch,
) -> None:
    templates = mappings.load("elasticsearch", "legal", plain_text=True)
    doc = next(part for part in templates.components if part.name == "rerank-legal-doc")
    text = "A v. B\nHeld: yes. " * 5000
    with closing(Elasticsearch(elasticsearch_node.url, request_timeout=60)) as client:
        client.indices.create(index="plain", mappings=doc.body["template"]["mappings"])
        try:
            client.index(index="plain", document={"rerank_text": text}, refresh=True)
            (hit,) = client.search(index="plain", fields=["rerank_text"])["hits"]["hits"]
        finally:
            client.indices.delete(index="plain")
    assert hit["fields"]["rerank_text"] == [text]
