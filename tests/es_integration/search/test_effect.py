"""A two-stage search counts in the sidecar's metrics: its hits come in the first stage's order, and
with their IDs where judgements are loaded."""

import json
from pathlib import Path
from typing import Any

from es_integration import SyncSidecarClient
from es_integration.search import Rerank, two_stage_search
from sidecar.workshop.sidecar_process import SidecarProcess

TITLES = ("Plain sock", "Garden hose", "Red running shoes")


class Cluster:
    """Finds three hits, the best one last."""

    def search(self, **search: Any) -> dict[str, Any]:
        hits = [
            {"_id": str(at), "_score": 9.0 - at, "_source": {"title": title}}
            for at, title in enumerate(TITLES)
        ]
        return {"hits": {"total": {"value": 3}, "hits": hits}}


def changed(sidecar: SyncSidecarClient) -> float:
    _, _, text = sidecar.get("/metrics")
    labels = 'dialect="cohere-v2",outcome="changed",profile="plain",top="1"'
    name = f"rerank_first_stage_tops_total{{{labels}}}"
    lines = (line.rpartition(" ") for line in str(text).splitlines())
    return sum(float(value) for series, _, value in lines if series == name)


def test_the_order_that_changed_is_counted(server: SidecarProcess) -> None:
    with SyncSidecarClient(server.url) as sidecar:
        before = changed(sidecar)
        answer = two_stage_search(
            Cluster(), sidecar, "red shoes", rerank=Rerank(fields=("title",), profile="plain")
        )
        assert answer["hits"]["hits"][0]["_id"] == "2"
        assert changed(sidecar) == before + 1


def test_the_order_of_a_judged_query_is_measured_by_the_hits_ids(tmp_path: Path) -> None:
    file = tmp_path / "judgements.jsonl"
    file.write_text(json.dumps({"query": "red shoes", "document_id": "2", "grade": 1}))
    with SidecarProcess({"judgements": file}) as server, SyncSidecarClient(server.url) as sidecar:
        for profile in ("plain", "ecommerce"):
            rerank = Rerank(fields=("title",), profile=profile, send_ids=True)
            two_stage_search(Cluster(), sidecar, "red shoes", rerank=rerank)
        _, _, text = sidecar.get("/metrics")
    for profile in ("plain", "ecommerce"):
        for order, value in (("reranked", "1.0"), ("first_stage", "0.3333333333333333")):
            labels = f'arm="",model="minilm-en",order="{order}",profile="{profile}"'
            assert f"rerank_mrr_at_10_sum{{{labels}}} {value}\n" in str(text)
