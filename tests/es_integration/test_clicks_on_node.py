"""Every document of an index is read once, page by page; judgements from clicks read them so.

The indices have the mappings of OpenSearch's plugin for User Behavior Insights, which the nodes do
not have.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from elasticsearch import Elasticsearch
from opensearchpy import OpenSearch
from typer.testing import CliRunner

from es_integration import IntegrationError
from es_integration.cluster.scan import count, scan
from sidecar.cli import app
from tests.workshop.clicks.simulated_users import (
    START,
    Shop,
    position_based_clicks,
    ubi_lines,
    ubi_records,
)

pytestmark = [pytest.mark.node, pytest.mark.every_version]

SHARDS = {"index.number_of_shards": 3, "index.number_of_replicas": 0}
KEYWORDS = ("action_name", "client_id", "query_id", "query_response_hit_ids", "user_query")
MAPPING: dict[str, Any] = {
    **{name: {"type": "keyword"} for name in KEYWORDS},
    "timestamp": {"type": "date", "format": "strict_date_time"},
}


@pytest.fixture(scope="module")
def url(request: pytest.FixtureRequest, search_engine: str, opensearch_version: str) -> str:
    name = {"opensearch": "search_node", "elasticsearch": "elasticsearch_node"}[search_engine]
    return str(request.getfixturevalue(name).url)


@pytest.fixture
def client(url: str, search_engine: str) -> Iterator[Any]:
    made: Any = (
        OpenSearch(url, timeout=90)
        if search_engine == "opensearch"
        else Elasticsearch(url, request_timeout=90)
    )
    with closing(made):
        yield made
        made.indices.delete(index="ubi_queries,ubi_events,pages-a,pages-b", ignore_unavailable=True)


def put(client: Any, index: str, properties: Any, documents: list[dict[str, Any]]) -> None:
    body = {"settings": SHARDS, "mappings": {"properties": properties}}
    client.indices.create(index=index, body=body)
    lines = [line for each in documents for line in ({"index": {"_index": index}}, each)]
    answer = client.bulk(body=lines, refresh="true")
    assert not answer["errors"], answer


def test_every_document_is_read_once_however_equal(client: Any) -> None:
    for index in ("pages-a", "pages-b"):
        documents = [{"name": f"{index}{n}", "same": 1, "other": n} for n in range(537)]
        put(client, index, {"name": {"type": "keyword"}, "same": {"type": "long"}}, documents)
    everything: Any = {"match_all": {}}
    pages = list(scan(client, "pages-*", query=everything, fields=["name"], size=100))
    assert max(map(len, pages)) == 100
    sources = [hit["_source"] for page in pages for hit in page]
    assert sorted(source["name"] for source in sources) == sorted(
        f"{index}{n}" for index in ("pages-a", "pages-b") for n in range(537)
    )
    assert all(set(source) == {"name"} for source in sources)
    assert count(client, "pages-*", everything) == 1074
    few: Any = {"range": {"other": {"lt": 10}}}
    found = [
        hit for page in scan(client, "pages-a", query=few, fields=["name"], size=10) for hit in page
    ]
    assert len(found) == 10


def test_an_index_that_is_not_there_is_said(client: Any) -> None:
    with pytest.raises(IntegrationError, match="no index pages-none"):
        list(scan(client, "pages-none*", query={"match_all": {}}, fields=["name"], size=10))


def test_a_cluster_gives_the_judgements_of_the_files(
    client: Any, url: str, search_engine: str, tmp_path: Path
) -> None:
    rng = np.random.default_rng(4)
    shop = Shop.make(rng, queries=3, documents=6)
    pairs = shop.lists(rng, 300, 5)
    clicked = position_based_clicks(rng, shop, pairs, np.array([1.0, 0.7, 0.5, 0.4, 0.3]))
    file = tmp_path / "ubi.jsonl"
    file.write_text(ubi_lines(pairs, clicked, shop, impression_events=False))
    records = list(ubi_records(pairs, clicked, shop, impression_events=False))
    for index, wanted in (("ubi_queries", False), ("ubi_events", True)):
        documents = [
            {**each, "timestamp": each["timestamp"].replace("+00:00", ".000Z")}
            for each in records
            if ("action_name" in each) is wanted
        ]
        put(client, index, MAPPING, documents)

    def run(*source: str, out: str) -> str:
        command = ["judgements", "from-clicks", *source, "--out", str(tmp_path / out)]
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, result.output
        # Rows of equal relevance may come in another order.
        return "".join(sorted((tmp_path / out).read_text().splitlines(keepends=True)))

    cluster = ("--from-cluster", search_engine, "--cluster", url)
    assert run(*cluster, out="a.jsonl") == run(str(file), out="b.jsonl")
    late = START.replace(minute=20).isoformat()
    assert run(*cluster, "--since", late, out="a.jsonl") == run(
        str(file), "--since", late, out="b.jsonl"
    )
