"""docs/elasticsearch.md shows what es_integration sends, to the letter, and its example runs."""

import json
import re
from pathlib import Path
from typing import Any

from es_integration.elasticsearch import (
    ElasticsearchInstall,
    endpoint_body,
    esql_rerank,
    retriever_search,
)
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.fake_elasticsearch import (
    Document,
    FakeElasticsearch,
    ListedHits,
    serve_fake,
)

TEXT = (Path(__file__).parent.parent / "docs" / "elasticsearch.md").read_text()
SIDECAR, CLUSTER = "http://sidecar:8080", "http://127.0.0.1:9200"
ID = "rerank-sidecar-ecommerce"
QUERY = "red shoes"


def test_the_documented_bodies_are_the_real_ones() -> None:
    bodies = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]
    key = {"sidecar_url": SIDECAR, "sidecar_key": "SIDECAR_KEY"}
    headers, more = {"X-Request-Deadline-Ms": "2000"}, {"fields": {"title": 3}}
    assert bodies == [
        endpoint_body(ElasticsearchInstall(**key)),
        endpoint_body(ElasticsearchInstall(**key, service="custom", headers=headers, body=more)),
        endpoint_body(ElasticsearchInstall(**key, service="openshift_ai")),
        retriever_search({"match": {"title": QUERY}}, QUERY, inference_id=ID),
    ]
    source = 'FROM products METADATA _score | WHERE MATCH(title, "red shoes")'
    assert f"```\n{esql_rerank(source, QUERY, inference_id=ID)}\n```" in TEXT


def test_the_example_is_short_and_reranks(server: SidecarProcess) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert len(example.splitlines()) < 20
    hits = [Document(str(n), {"rerank_doc": text}) for n, text in enumerate(("Hose", "Red shoes"))]
    with serve_fake(FakeElasticsearch("9.3.0", hits=ListedHits(hits))) as url:
        found: dict[str, Any] = {}
        exec(example.replace(SIDECAR, server.url).replace(CLUSTER, url), found)
        found["client"].close()
    assert [hit["_id"] for hit in found["answer"]["hits"]["hits"]] == ["1", "0"]
