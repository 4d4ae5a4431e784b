"""The templates on real nodes: installed, analysing as their cases say, searched as people type."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from opensearchpy import OpenSearch, RequestError

import mappings
from es_integration import LocalElasticsearch, LocalOpenSearch
from es_integration.cluster.change import apply
from es_integration.cluster.procedure import run
from es_integration.errors import StillInUse
from es_integration.templates import plan_templates
from tests.mappings.maven_subset import MISSING, reduced, types

pytestmark = [pytest.mark.node, pytest.mark.every_version]

DIMENSION = 4


@pytest.fixture(scope="module")
def node(opensearch_node: LocalOpenSearch) -> Iterator[OpenSearch]:
    """With the templates of both domains and an empty index of each."""
    with closing(OpenSearch(opensearch_node.url, timeout=60)) as client:
        for domain in mappings.DOMAINS:
            templates = mappings.load("opensearch", domain, dimension=DIMENSION)
            run(client, apply(run(client, plan_templates(templates))))
            client.indices.create(index=f"rerank-{domain}-000001")
        yield client
        client.indices.delete(index="rerank-*")
        for domain in mappings.DOMAINS:
            removal = plan_templates(mappings.load("opensearch", domain), remove=True)
            run(client, apply(run(client, removal)))


def add(client: Any, index: str, documents: dict[str, dict[str, Any]]) -> None:
    for name, document in documents.items():
        client.index(index=index, id=name, body=document)
    client.indices.refresh(index=index)


def found(client: Any, index: str, query: dict[str, Any]) -> list[str]:
    hits = client.search(index=index, body={"query": query})["hits"]["hits"]
    return [hit["_id"] for hit in hits]


@pytest.mark.parametrize("domain", mappings.DOMAINS)
def test_a_second_install_changes_nothing_and_indices_guard_their_pipeline(
    node: OpenSearch, domain: str
) -> None:
    templates = mappings.load("opensearch", domain, dimension=DIMENSION)
    second_plan = run(node, plan_templates(templates))
    assert [change.diff() for change in second_plan] == [""] * 5
    mapping = node.indices.get_mapping(index=f"rerank-{domain}-000001")
    (index,) = mapping.values()
    assert index["mappings"]["_meta"]["rerank"]["fields"] == list(templates.fields)
    with pytest.raises(StillInUse, match=f"rerank-{domain}-000001"):
        run(node, plan_templates(templates, remove=True))


def test_removed_and_put_back(node: OpenSearch) -> None:
    templates = mappings.load("opensearch", "legal", dimension=DIMENSION)
    own_component = {"template": {"settings": {"index": {"number_of_replicas": 0}}}}
    node.cluster.put_component_template(name="rerank-legal-own", body=own_component)
    node.indices.delete(index="rerank-legal-000001")
    try:
        removal = run(node, plan_templates(templates, remove=True))
        assert {change.action.value for change in removal} == {"delete"}
        assert len(run(node, apply(removal))) == 5
        assert run(node, plan_templates(templates, remove=True)) == ()
        remaining = node.cluster.get_component_template(name="rerank-legal-*")
        assert [component["name"] for component in remaining["component_templates"]] == [
            "rerank-legal-own"
        ]
    finally:
        node.cluster.delete_component_template(name="rerank-legal-own")
        run(node, apply(run(node, plan_templates(templates))))
        node.indices.create(index="rerank-legal-000001")


@pytest.mark.parametrize(
    ("domain", "case"),
    [
        (domain, case)
        for domain in mappings.DOMAINS
        for case in mappings.load("opensearch", domain).cases
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.name}: {value.text}",
)
def test_analysis(node: OpenSearch, domain: str, case: mappings.AnalysisCase) -> None:
    answer = node.indices.analyze(
        index=f"rerank-{domain}-000001", body={case.kind: case.name, "text": case.text}
    )
    assert tuple(token["token"] for token in answer["tokens"]) == case.tokens


def test_products_are_found_as_people_write_them(node: OpenSearch) -> None:
    index = "rerank-ecommerce-000001"
    headphones = {
        "title": "Sony WH-1000XM4 Headphones",
        "brand": "Sony",
        "category": "Electronics > Audio > Headphones",
        "sku": "AB-12/34",
        "gtin": "0012345678905",
        "attributes": {"color": "black"},
        "facets": [{"name": "color", "value": "Black"}],
        "price": 249.99,
        "popularity": 120,
        "vector": [0, 1, 0, 0],
    }
    shirt = {"title": "T-Shirt 16 GB print", "popularity": 0, "vector": [1, 0, 0, 0]}
    add(node, index, {"headphones": headphones, "shirt": shirt})

    def every_word(text: str) -> list[str]:
        return found(node, index, {"match": {"title": {"query": text, "operator": "and"}}})

    for text in ("wh1000xm4", "WH-1000XM4", "sony wh 1000xm4", "sony headphone", "sony headset"):
        assert every_word(text) == ["headphones"], text
    for text in ("t-shirts", "tshirt", "t shirt", "tee", "tee shirt", "16gb", "16 gb"):
        assert every_word(text) == ["shirt"], text
    assert every_word("wh 1000 xm5") == []
    for text in ("ab1234", "AB 12 34", "buy AB-1234 now"):
        assert found(node, index, {"match": {"sku": text}}) == ["headphones"], text
    assert found(node, index, {"match": {"gtin": "ean 12345678905"}}) == ["headphones"]
    assert found(node, index, {"match": {"category.path": "electronics>Audio"}}) == ["headphones"]
    assert found(node, index, {"match": {"category.path": "Audio"}}) == []
    assert found(node, index, {"term": {"attributes.color": "black"}}) == ["headphones"]
    facet = {"bool": {"filter": [{"term": {"facets.name": "color"}},
                                 {"term": {"facets.value": "BLACK"}}]}}  # fmt: skip
    assert found(node, index, {"nested": {"path": "facets", "query": facet}}) == ["headphones"]
    assert found(node, index, {"rank_feature": {"field": "rank.popularity"}}) == ["headphones"]
    typed = {"query": "sony wh", "type": "bool_prefix",
             "fields": ["title.suggest", "title.suggest._2gram"]}  # fmt: skip
    assert found(node, index, {"multi_match": typed}) == ["headphones"]
    nearest = {"vector": {"vector": [1, 0, 0, 0], "k": 1}}
    assert found(node, index, {"knn": nearest}) == ["shirt"]


def test_brands_are_counted_in_their_subfield_whatever_their_case(node: OpenSearch) -> None:
    index = "rerank-ecommerce-000002"
    brands = {"one": "Ünder", "two": "UNDER", "three": "Acme"}
    add(node, index, {name: {"title": "shoe", "brand": brand} for name, brand in brands.items()})

    def buckets(field: str) -> dict[str, int]:
        body = {"size": 0, "aggs": {"brands": {"terms": {"field": field}}}}
        answer = node.search(index=index, body=body)["aggregations"]["brands"]["buckets"]
        return {bucket["key"]: bucket["doc_count"] for bucket in answer}

    assert buckets("brand.keyword") == {"under": 2, "acme": 1}
    with pytest.raises(RequestError):
        buckets("brand")
    assert sorted(found(node, index, {"match": {"title": "shoes"}})) == sorted(brands)


def test_decisions_are_found_by_their_citations(node: OpenSearch) -> None:
    index = "rerank-legal-000001"
    documents = {
        "roe": {"title": "Roe v. Wade", "citations": ["410 U.S. 113", "93 S. Ct. 705"]},
        "near": {"title": "Other", "citations": ["410 F.2d 12", "500 U. S. 113"]},
        "rule": {"title": "Motion", "text": "dismissed under Fed. R. Civ. P. 12(b)(6), not (b)(1)"},
        "bgb": {"title": "Haftung", "statute": "§ 823 Abs. 1 BGB", "text": "nach § 823 BGB"},
        "docket": {"title": "Filing", "docket_number": "1:03-cv-00123", "cited_by": 7},
    }
    add(node, index, documents)

    def phrase(text: str) -> list[str]:
        return found(node, index, {"match_phrase": {"text": text}})

    for text in ("410 U.S. 113", "410 us 113", "roe 410 U. S. 113"):
        assert found(node, index, {"match": {"citations": text}}) == ["roe", "near"], text
    for text in ("12(b)(6)", "12 (b) (6)", "rule 12(b)(6)"):
        assert found(node, index, {"match": {"text": text}}) == ["rule"], text
    assert phrase("not dismissed") == []
    for text in ("§ 823 BGB", "Section 823 BGB", "823 BGB", "§ 823 bürgerliches gesetzbuch"):
        assert phrase(text) == ["bgb"], text
    assert found(node, index, {"match": {"statute": "823 BGB"}}) == ["bgb"]
    for text in ("03-cv-123", "case 1:03-cv-00123"):
        assert found(node, index, {"match": {"docket_number": text}}) == ["docket"], text
    assert found(node, index, {"rank_feature": {"field": "rank.cited_by"}}) == ["docket"]


@pytest.fixture(scope="module")
def elasticsearch(elasticsearch_node: LocalElasticsearch) -> Iterator[Elasticsearch]:
    with closing(Elasticsearch(elasticsearch_node.url, request_timeout=60)) as client:
        yield client


@pytest.mark.parametrize("domain", mappings.DOMAINS)
def test_elasticsearch_takes_the_fields_and_settings_that_it_has_there(
    elasticsearch: Elasticsearch, domain: str
) -> None:
    """Without analysers, pipeline and three field types, for which that node lacks the modules."""
    all_templates = mappings.load("elasticsearch", domain, dimension=DIMENSION)
    templates = reduced(all_templates)
    lost = [
        types(a.body["template"].get("mappings")) - types(b.body["template"].get("mappings"))
        for a, b in zip(all_templates.components, templates.components, strict=True)
    ]
    assert set().union(*lost) <= MISSING
    run(elasticsearch, apply(run(elasticsearch, plan_templates(templates))))
    second_plan = run(elasticsearch, plan_templates(templates))
    assert [change.diff() for change in second_plan] == [""] * 4
    # With its final pipeline too, which need not be there before the first document.
    doc = next(
        component for component in all_templates.components if component.name.endswith("-doc")
    )
    elasticsearch.cluster.put_component_template(name=doc.name, body=doc.body)
    run(elasticsearch, apply(run(elasticsearch, plan_templates(templates))))

    index = f"rerank-{domain}-000001"
    document = {
        "title": "Lamp",
        "attributes": {"color": "red"},
        "facets": [{"name": "color", "value": "red", "number": 1}],
        "vector": [0, 1, 0, 0],
        "date": "2024-05-01",
        "rerank_doc": json.dumps({"title": "Lamp"}),
        "no_such_field": {"a": 1},
    }
    elasticsearch.index(index=index, id="1", document=document, refresh=True)
    knn = {"field": "vector", "query_vector": [0, 1, 0, 0], "k": 1, "num_candidates": 5}
    hits = elasticsearch.search(index=index, knn=knn, fields=["rerank_doc"])["hits"]["hits"]
    # What the retriever reads: the one value that the `fields` option gives.
    assert [hit["fields"]["rerank_doc"] for hit in hits] == [['{"title": "Lamp"}']]
    lamps = elasticsearch.search(index=index, query={"match": {"title.exact": "lamp"}})
    assert lamps["hits"]["total"]["value"] == 1
    if domain == "ecommerce":
        red = elasticsearch.search(index=index, query={"term": {"attributes.color": "red"}})
        assert red["hits"]["total"]["value"] == 1
    elasticsearch.indices.delete(index=index)
    run(elasticsearch, apply(run(elasticsearch, plan_templates(templates, remove=True))))
    assert run(elasticsearch, plan_templates(templates, remove=True)) == ()
