"""`rerank-sidecar evaluate` on a cluster measures the orders that two-stage search would serve."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

pytest.importorskip("ir_measures", reason="evaluating needs the extra `learn`")

from es_integration import SyncSidecarClient
from es_integration.search import two_stage_search
from sidecar.cli import app
from sidecar.errors import StartupError
from sidecar.workshop.evaluation.measures import Grading, measured, parse_metrics
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.search.products import (
    FIELDS,
    INDEX,
    PRODUCTS,
    RERANK,
    WINDOW,
    Cluster,
    ids,
    match,
)

pytestmark = pytest.mark.node

QUERIES = PRODUCTS.queries[:3]
GRADES = [dict.fromkeys(query.relevant, 0.0) | {**query.relevant} for query in QUERIES]


def evaluate(folder: Path, url: str, *arguments: str) -> Result:
    lines = [
        json.dumps({"query": query.text, "document_id": name, "grade": grade})
        for query in QUERIES
        for name, grade in query.relevant.items()
    ]
    (folder / "judgements.jsonl").write_text("\n".join(lines))
    (folder / "body.json").write_text(json.dumps(match("{{query}}")))
    command = [
        "evaluate",
        str(folder / "judgements.jsonl"),
        "--cluster",
        url,
        "--size",
        str(WINDOW),
    ]
    command += ["--body", str(folder / "body.json"), "--state", str(folder / "state.jsonl")]
    command += ["--fields", ",".join(FIELDS), *arguments]
    return CliRunner().invoke(app, command)


def test_both_orders_are_the_clusters_and_two_stage_searchs(
    cluster: Cluster, sidecar: SyncSidecarClient, server: SidecarProcess, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    rerank = f"name=reranked,sidecar={server.url}"
    options = ["--index", INDEX, "--rerank", rerank, "--json", str(report)]
    result = evaluate(tmp_path, cluster.url, *options)
    assert result.exit_code == 0, result.output
    first, reranked = [], []
    for query in QUERIES:
        body = {**match(query.text), "size": WINDOW}
        first.append(ids(cluster.plain(body)))
        answer = two_stage_search(
            cluster.client, sidecar, query.text, index=INDEX, body=body, rerank=RERANK
        )
        assert answer["rerank"]["reranked"]
        reranked.append(ids(answer))
    found = json.loads(report.read_text())
    for name, rankings in (("first stage", first), ("reranked", reranked)):
        values = measured(parse_metrics("nDCG@10"), Grading(), GRADES, rankings)["nDCG@10"]
        shown = [row["values"][name]["nDCG@10"] for row in found["per_query"]]
        assert shown == pytest.approx([*values])
    assert all(row["hits"] > 0 and row["took_ms"] is not None for row in found["per_query"])


def test_what_the_cluster_refuses_is_one_line(cluster: Cluster, tmp_path: Path) -> None:
    result = evaluate(tmp_path, cluster.url, "--index", "no-such-index")
    assert isinstance(result.exception, StartupError)
    assert "no-such-index" in result.exception.message
    assert "\n" not in result.exception.message
