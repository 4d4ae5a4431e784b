"""The first search of docs/opensearch.md, run on a real node as it is written there."""

import json
import re
from pathlib import Path

import pytest
from opensearchpy import OpenSearch
from typer.testing import CliRunner

from es_integration.local_node import LocalOpenSearch
from sidecar.cli import app
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.opensearch.node_setup import hits, ids

DOCS = (Path(__file__).parents[3] / "docs" / "opensearch.md").read_text()
SECTION = DOCS.split("## A first search\n")[1].split("\n## ")[0]


@pytest.mark.node
@pytest.mark.every_version
def test_the_documented_search_gives_the_documented_order(
    opensearch_node: LocalOpenSearch, cluster: OpenSearch, server: SidecarProcess
) -> None:
    (install,) = re.findall(r"## Install\n\n```sh\nrerank-sidecar (.*?)\n```", DOCS)
    for documented, real in (
        ("https://search:9200", opensearch_node.url),
        ("http://sidecar:8080", server.url),
    ):
        install = install.replace(documented, real)
    options = install.split()[1:]
    (bulk,) = re.findall(r"```\n(.*?)```", SECTION, re.DOTALL)
    (body,) = map(json.loads, re.findall(r"```json\n(.*?)```", SECTION, re.DOTALL))
    index, pipeline = re.findall(r"`POST /(\S+)/_search\?search_pipeline=(\S+)`", SECTION)[0]
    rows = re.findall(r"^\| \d \| `(\w+)` \| `(\w+)` \|$", SECTION, re.MULTILINE)
    try:
        made = CliRunner().invoke(app, ["install", *options, "--yes"])
        assert made.exit_code == 0, made.output
        answer = cluster.bulk(body=bulk, index=index, params={"refresh": "true"})
        assert not answer["errors"], answer
        first_stage = hits(cluster, index, {"query": body["query"]})
        reranked = hits(cluster, index, body, pipeline)
        assert [*zip(ids(first_stage), ids(reranked), strict=True)] == rows
        assert all(0 < hit["_score"] < 1 for hit in reranked)
        assert all("previous_score" in hit["_source"] for hit in reranked)
    finally:
        cluster.indices.delete(index=index, ignore_unavailable=True)
        result = CliRunner().invoke(app, ["uninstall", *options, "--yes"])
    assert result.exit_code == 0, result.output
