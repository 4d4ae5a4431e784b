"""Every document of an index is read once, page by page; judgements from clicks and `learn` read
them so.

The indices have the mappings of OpenSearch's plugin for User Behavior Insights, which the nodes do
not have.
"""

import json
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
from es_integration.cluster.login import Login
from es_integration.cluster.scan import count, scan
from sidecar.cli import app
from sidecar.profiles import Profiles
from sidecar.workshop.evaluation.candidate_source import CandidateSource
from sidecar.workshop.learning.click_source import ClickSource
from sidecar.workshop.learning.home import Home
from sidecar.workshop.learning.preparing import prepare
from sidecar.workshop.learning.runs import Run
from sidecar.workshop.learning.spec import LearnSpec
from sidecar.workshop.model.progress import no_progress
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


def simulate(client: Any, file: Path, *, queries: int, documents: int, searches: int) -> None:
    """The same clicks in the file and in the cluster's UBI indices."""
    rng = np.random.default_rng(4)
    shop = Shop.make(rng, queries=queries, documents=documents)
    pairs = shop.lists(rng, searches, 5)
    clicked = position_based_clicks(rng, shop, pairs, np.array([1.0, 0.7, 0.5, 0.4, 0.3]))
    file.write_text(ubi_lines(pairs, clicked, shop, impression_events=False))
    records = list(ubi_records(pairs, clicked, shop, impression_events=False))
    for index, wanted in (("ubi_queries", False), ("ubi_events", True)):
        documents_of_index = [
            {**each, "timestamp": each["timestamp"].replace("+00:00", ".000Z")}
            for each in records
            if ("action_name" in each) is wanted
        ]
        put(client, index, MAPPING, documents_of_index)


def test_a_cluster_gives_the_judgements_of_the_files(
    client: Any, url: str, search_engine: str, tmp_path: Path
) -> None:
    file = tmp_path / "ubi.jsonl"
    simulate(client, file, queries=3, documents=6, searches=300)

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


def test_learning_reads_clicks_and_hard_negatives_from_a_cluster_as_from_files(
    client: Any, url: str, tmp_path: Path
) -> None:
    file = tmp_path / "ubi.jsonl"
    simulate(client, file, queries=30, documents=8, searches=1500)
    lines: list[dict[str, Any]] = []
    candidates = []
    for query in range(30):
        names = [f"D{query * 8 + place}" for place in range(8)] + [f"never-{query}"]
        hits = []
        for place, name in enumerate(names):
            source = {"asked": f"query {query}", "rank": 9 - place, "title": f"document {name}"}
            lines += [{"index": {"_index": "pages-a", "_id": name}}, source]
            hits.append({"_id": name, "_source": source})
        candidates.append({"query": f"query {query}", "hits": hits})
    properties = {"asked": {"type": "keyword"}, "rank": {"type": "integer"}}
    client.indices.create(
        index="pages-a", body={"settings": SHARDS, "mappings": {"properties": properties}}
    )
    assert not client.bulk(body=lines, refresh="true")["errors"]
    (tmp_path / "hits.jsonl").write_text("".join(json.dumps(row) + "\n" for row in candidates))
    asked = {"constant_score": {"filter": {"term": {"asked": "{{query}}"}}}}
    by_rank = {"field_value_factor": {"field": "rank"}, "boost_mode": "replace", "query": asked}
    (tmp_path / "body.json").write_text(json.dumps({"query": {"function_score": by_rank}}))

    def rows(name: str, clicks: ClickSource, hits: CandidateSource) -> tuple[Any, list[Any]]:
        spec = LearnSpec(
            home=Home(tmp_path / name, "shop"),
            start="shipped",
            profile=Profiles.open().get("plain"),
            clicks=clicks,
            candidates=hits,
        )
        with spec.home.locked(begin=True) as ledger:
            ledger.add(Run(run=0, at="2026-11-01T00:00:00+00:00", verdict="start"))
            found, _ = prepare(spec, ledger, 0, 1, no_progress)
        read = [json.loads(line) for line in found.pairs.read_text().splitlines()]
        return found.figures, sorted(read, key=lambda row: (row["query"], row["text"]))

    login = Login(url)
    of_cluster = CandidateSource(
        login=login, index="pages-a", body=tmp_path / "body.json", fields=("title",)
    )
    of_file = CandidateSource(candidates=tmp_path / "hits.jsonl", fields=("title",))
    figures, found = rows("cluster", ClickSource(login=login), of_cluster)
    assert (figures, found) == rows("files", ClickSource((file,)), of_file)
    assert figures["relevant pairs"] > 0
    negatives = [row for row in found if row["grade"] == 0]
    assert len(negatives) == figures["hard negatives"]
    assert any("never" in row["text"] for row in negatives), "nobody was shown them"
