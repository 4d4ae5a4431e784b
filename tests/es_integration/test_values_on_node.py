"""Values as shops and courts write them: taken by the index, read as the sidecar reads them.

The engines' own leniency is tried on OpenSearch and Elasticsearch; the pipeline's script on
OpenSearch, as the Elasticsearch node from Maven Central has no scripts.
"""

import json
import random
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from opensearchpy import OpenSearch

import mappings
from es_integration import LocalElasticsearch, LocalOpenSearch
from es_integration.cluster.change import apply
from es_integration.cluster.procedure import run
from es_integration.templates import plan_templates
from sidecar.text.prices import price
from sidecar.text.values import number
from tests.mappings.maven_subset import reduced

pytestmark = [pytest.mark.node, pytest.mark.every_version]

PRODUCTS, DECISIONS = "rerank-ecommerce-values", "rerank-legal-values"
INDICES = {"ecommerce": PRODUCTS, "legal": DECISIONS}

PRICES: list[Any] = [
    *[49.9, 49, 0, "49.90", "49.90 USD", "USD 49.90", "$49.90", "US$ 49.90", "49,90 €"],
    *["1.299,00 €", "1,299.00", "1,299", "1.299", "1 299,50 kr", "1\u00a0299,- zł", "12,-"],
    *["0,125", "-5 EUR", "1,000,000", "1.2,3.4", "1,000.5.5", "49.90 roubles", "12 34", "ask us"],
    *["", "  ", "1e5", "NaN", "between 399 and 599", "between 399", "min. $5"],
    *["$399 - $599", "399–599 €", "from $399 to $599", "from 500 €", "ab 500 €", "500+"],
    *["$5 or more", "599 - 399", "499 / 599", "was $599, now $499", "x" * 40_000, "9" * 400],
    *["$499 (was $599)", "statt 599 € jetzt 499 €", "was 599 EUR now 499 EUR", "von 5 bis 9 €"],
    *[True, None, [], [49.9, 59.9], ["49.90 USD", "x"], ["x", 5]],
    *[{"amount": "49.90", "currency": "USD"}, {"value": 499}, {"min": 399, "max": 599}, {"x": 1}],
    *[{"lowPrice": "399 €"}, {"low_price": 5}, {"current": {"amount": "1,5"}}, {}, [{"amount": 7}]],
]  # fmt: skip
COUNTS: list[Any] = [
    *[7, 12.7, 12.0, "7", "1,234", "1.234", "12 345", " 8 ", "", " ", "many", True, None, 1e30],
    *[["1,234"], {"value": "1,234"}, {"count": 3}, "12.7", [12.7]],
]  # fmt: skip
DATES: dict[Any, str | None] = {
    "2026-11-29": "2026-11-29T00:00:00.000Z",
    " 2026-11-29 ": "2026-11-29T00:00:00.000Z",
    "2026-11-29 10:00:00": "2026-11-29T10:00:00.000Z",
    "2026-11-29 10:00": "2026-11-29T10:00:00.000Z",
    "2026-11-29 10:00:00.123456": "2026-11-29T10:00:00.123Z",
    "2026-11-29 10:00:00+02:00": "2026-11-29T08:00:00.000Z",
    "2026-11-29T10:00:00+0200": "2026-11-29T08:00:00.000Z",
    "2026-11-29T10:00:00.123456Z": "2026-11-29T10:00:00.123Z",
    "20261129T100000Z": "2026-11-29T10:00:00.000Z",
    "2026-W48-7": "2026-11-29T00:00:00.000Z",
    "2026-11": "2026-11-01T00:00:00.000Z",
    "2026": "2026-01-01T00:00:00.000Z",
    2026: "2026-01-01T00:00:00.000Z",
    1795946400000: "2026-11-29T10:00:00.000Z",
    "1795946400000": "2026-11-29T10:00:00.000Z",
    "20261129": "2026-11-29T00:00:00.000Z",
    "2026/11/29": "2026-11-29T00:00:00.000Z",
    "29.11.2026": "2026-11-29T00:00:00.000Z",
    "9.3.2026": "2026-03-09T00:00:00.000Z",
    "November 29, 2026": None,
    "11/29/2026": None,
    "soon": None,
    "": None,
    "  ": None,
}
STOCK: dict[Any, str] = {
    True: "true", 17: "true", "1": "true", "yes": "true", "In stock": "true",
    "https://schema.org/InStock": "true", "available": "true", False: "false", "0": "false",
    "No": "false", "out of stock": "false", "https://schema.org/OutOfStock": "false",
    "sold out": "false", "In 3 weeks": "in 3 weeks", "": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def node(opensearch_node: LocalOpenSearch) -> Iterator[OpenSearch]:
    with closing(OpenSearch(opensearch_node.url, timeout=60)) as client:
        for domain, index in INDICES.items():
            templates = mappings.load("opensearch", domain, dimension=None)
            run(client, apply(run(client, plan_templates(templates))))
            client.indices.create(index=index)
        yield client
        client.indices.delete(index="rerank-*-values")
        for domain in INDICES:
            templates = mappings.load("opensearch", domain)
            run(client, apply(run(client, plan_templates(templates, remove=True))))


@pytest.fixture(scope="module")
def elasticsearch(elasticsearch_node: LocalElasticsearch) -> Iterator[Elasticsearch]:
    with closing(Elasticsearch(elasticsearch_node.url, request_timeout=60)) as client:
        for domain, index in INDICES.items():
            templates = reduced(mappings.load("elasticsearch", domain, dimension=None))
            run(client, apply(run(client, plan_templates(templates))))
            client.indices.create(index=index)
        yield client
        for domain, index in INDICES.items():
            client.indices.delete(index=index)
            templates = reduced(mappings.load("elasticsearch", domain))
            run(client, apply(run(client, plan_templates(templates, remove=True))))


def indexed(client: Any, index: str, field: str, documents: list[dict[str, Any]]) -> list[Any]:
    """The hits of the documents, in their order, with what the field holds in the index, which is
    emptied first."""
    client.indices.delete(index=index)
    client.indices.create(index=index)
    for position, document in enumerate(documents):
        client.index(index=index, id=str(position), body=document)
    client.indices.refresh(index=index)
    body = {"size": 1000, "docvalue_fields": [field], "query": {"match_all": {}}}
    hits = client.search(index=index, body=body)["hits"]["hits"]
    assert len(hits) == len(documents)
    return sorted(hits, key=lambda hit: int(hit["_id"]))


def first(hit: Any, field: str) -> Any:
    return hit.get("fields", {}).get(field, [None])[0]


def own(source: dict[str, Any]) -> dict[str, Any]:
    """The source without what the pipeline wrote."""
    return {k: v for k, v in source.items() if k not in ("rerank_doc", "rank", "normalized")}


def is_object(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(map(is_object, value)))


def test_a_price_is_indexed_as_the_sidecar_reads_it(node: OpenSearch) -> None:
    documents = [{"title": "Lamp", "price": value} for value in PRICES]
    for value, hit in zip(PRICES, indexed(node, PRODUCTS, "price", documents), strict=True):
        read = price(value)
        expected = (
            None if read is None or read.low > 1e300 else pytest.approx(read.low, abs=0.00501)
        )
        assert first(hit, "price") == expected, value
        source = hit["_source"]
        if is_object(value):
            assert source["as_sent"] == {"price": value}
            assert source.get("price") == (None if read is None else pytest.approx(read.low))
        else:
            assert own(source) == {"title": "Lamp", "price": value}
        if value and value != [] and len(str(value)) < 100 and str(value).strip():
            assert json.loads(source["rerank_doc"])["price"] == value


def random_number(draw: random.Random) -> str:
    """Digits, separators and what stands beside them, often not as anybody writes them."""
    groups = [draw.choice(["1", "12", "123", "0", "1299", "00", "500"]) for _ in range(3)]
    form = draw.choice(["{}", "{}.{}", "{},{}", "{}.{}.{}", "{},{}.{}", "{} {}", "{} {},{}"])
    before = draw.choice(["", "$", "€ ", "USD ", "us$", "-", "+", "xx "])
    return before + form.format(*groups) + draw.choice(["", "", " €", " kr", ",-", " foo"])


def random_price(draw: random.Random) -> str:
    """A price or a range as shops write them, in some tens of notations."""

    def amount() -> str:
        whole, cents = draw.choice([7, 49, 499, 1299, 20500]), draw.choice(["", "00", "95", "5"])
        thousands, point = draw.choice([("", "."), ("", ","), (",", "."), (".", ","), (" ", ",")])
        text = f"{whole:,}".replace(",", thousands) + (cents and point + cents)
        return draw.choice(["{}", "${}", "€ {}", "USD {}", "us${}", "{} €", "{} kr"]).format(text)

    before = draw.choice(["", "", "from ", "ab ", "at least ", "between "])
    after = draw.choice(["", "", "+", " or more", f" - {amount()}", f"–{amount()}"])
    return before + amount() + after


def test_the_script_reads_random_texts_as_the_sidecar_does(node: OpenSearch) -> None:
    draw = random.Random(7)
    prices = [(random_price(draw), random_number(draw)) for _ in range(2000)]
    (pipeline,) = mappings.load("opensearch", "ecommerce").pipelines
    documents = [{"_source": {"price": text, "rating": digits}} for text, digits in prices]
    answer = node.ingest.simulate(body={"pipeline": pipeline.body, "docs": documents})
    for (text, digits), result in zip(prices, answer["docs"], strict=True):
        read = {"price": getattr(price(text), "low", None), "rating": number(digits)}
        expected = {name: value for name, value in read.items() if value is not None}
        assert result["doc"]["_source"].get("normalized", {}) == expected, (text, digits)


def test_prices_are_filtered_and_sorted_by_their_numbers(node: OpenSearch) -> None:
    prices = ["1,299.00 USD", 5, {"amount": "49.90"}, "ask us", "$7"]
    indexed(node, PRODUCTS, "price", [{"title": "Lamp", "price": value} for value in prices])
    search = {"query": {"range": {"price": {"gt": 5, "lte": 1300}}}, "sort": [{"price": "desc"}]}
    hits = node.search(index=PRODUCTS, body=search)["hits"]["hits"]
    assert [hit["_id"] for hit in hits] == ["0", "2", "4"]
    raw = {"query": {"wildcard": {"price.keyword": "ask*"}}}
    assert [h["_id"] for h in node.search(index=PRODUCTS, body=raw)["hits"]["hits"]] == ["3"]


def test_an_object_survives_another_indexing_and_yields_to_a_new_price(node: OpenSearch) -> None:
    sent = {"amount": "49.90", "currency": "USD"}
    (hit,) = indexed(node, PRODUCTS, "price", [{"title": "Lamp", "price": sent}])
    (again,) = indexed(node, PRODUCTS, "price", [hit["_source"]])
    assert again["_source"] == hit["_source"]
    (changed,) = indexed(node, PRODUCTS, "price", [hit["_source"] | {"price": "60 USD"}])
    assert own(changed["_source"]) == {"title": "Lamp", "price": "60 USD"}
    assert first(changed, "price") == 60
    assert json.loads(changed["_source"]["rerank_doc"])["price"] == "60 USD"


def test_a_count_is_indexed_as_the_sidecar_reads_it(node: OpenSearch) -> None:
    documents = [{"title": "Roe", "cited_by": value} for value in COUNTS]
    for value, hit in zip(COUNTS, indexed(node, DECISIONS, "cited_by", documents), strict=True):
        read = number(value)
        expected = None if read is None or read > 2**31 else int(read)
        assert first(hit, "cited_by") == expected, value
        if expected and not is_object(value) and not isinstance(value, list):
            rank = hit["_source"]["rank"]["cited_by"]
            assert int(rank) == expected
        if not is_object(value):
            assert own(hit["_source"]) == {"title": "Roe", "cited_by": value}


def test_dates_are_taken_in_common_notations(node: OpenSearch) -> None:
    for index in INDICES.values():
        documents = [{"title": "x", "date": value} for value in DATES]
        hits = indexed(node, index, "date", documents)
        assert {value: first(h, "date") for value, h in zip(DATES, hits, strict=True)} == DATES
        assert [own(hit["_source"]) for hit in hits] == documents
        newest = {"query": {"range": {"date": {"gte": "2026-11", "lt": "now+100y"}}}}
        assert node.count(index=index, body=newest)["count"] > 15


def test_stock_is_true_or_false_however_it_is_said(node: OpenSearch) -> None:
    documents = [{"title": "Lamp", "in_stock": value} for value in STOCK]
    hits = indexed(node, PRODUCTS, "in_stock", documents)
    assert [first(hit, "in_stock") for hit in hits] == list(STOCK.values())
    assert [own(hit["_source"]) for hit in hits] == documents
    for value in (True, "true", 1, "In Stock"):
        body = {"query": {"term": {"in_stock": value}}}
        assert node.count(index=PRODUCTS, body=body)["count"] == 7


def test_elasticsearch_takes_them_and_copies_what_the_pipeline_reads(
    elasticsearch: Elasticsearch,
) -> None:
    """Without the pipeline: numbers as they are, texts by `normalized`, dates by their formats."""
    documents = [
        {"price": 49.9, "in_stock": 1},
        {"price": "49.90 USD", "normalized": {"price": 49.9}, "in_stock": "yes"},
        {"price": "1.299", "normalized": {"price": 1299}},
        *[{"price": value} for value in PRICES if not is_object(value) and value != [49.9, 59.9]],
    ]
    hits = indexed(elasticsearch, PRODUCTS, "price", documents)
    assert [first(hit, "price") for hit in hits[:3]] == [49.9, 49.9, 1299]
    assert [hit["_source"] for hit in hits] == documents
    search = {"query": {"range": {"price": {"gte": 1000}}}}
    assert elasticsearch.search(index=PRODUCTS, body=search)["hits"]["total"]["value"] == 1

    hits = indexed(elasticsearch, DECISIONS, "date", [{"date": value} for value in DATES])
    read = {value: first(hit, "date") for value, hit in zip(DATES, hits, strict=True)}
    assert read == DATES | {" 2026-11-29 ": None}
    counts = [{"cited_by": value} for value in COUNTS if not is_object(value)]
    hits = indexed(elasticsearch, DECISIONS, "cited_by", counts)
    assert [first(hit, "cited_by") for hit in hits[:4]] == [7, None, 12, None]
