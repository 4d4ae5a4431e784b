"""An interleaved experiment on a real node: the hits, the arms' metrics, the cluster's UBI indices,
and the commands that read them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from es_integration import SyncSidecarClient
from es_integration.search import Experiments, Rerank, Trial, two_stage_search
from es_integration.ubi import UbiFiles, UbiIndices, event_record
from sidecar.cli import app
from sidecar.workshop.clicks.cluster_records import read_cluster
from sidecar.workshop.clicks.reading import Tally
from sidecar.workshop.clicks.ubi import UbiEvent, UbiQuery
from sidecar.workshop.model.progress import no_progress
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.search.products import FIELDS, INDEX, QUERY, Cluster, ids, match
from tests.mappings.experiments.files import write

pytestmark = pytest.mark.node
INDICES = ("trial-queries", "trial-events")
ARMS = """
method = "interleave"
[[arms]]
name = "first-stage"
off = true
[[arms]]
name = "plain"
[[arms]]
name = "shop"
profile = "ecommerce"
depth = 15
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path, ARMS)


@pytest.fixture
def sidecar(path: Path) -> Iterator[SyncSidecarClient]:
    with (
        SidecarProcess({"experiments": path}) as process,
        SyncSidecarClient(process.url, timeout=60.0) as client,
    ):
        yield client


def test_three_arms_are_multileaved_counted_and_logged(
    cluster: Cluster, sidecar: SyncSidecarClient, path: Path, tmp_path: Path
) -> None:
    cluster.client.indices.delete(index=",".join(INDICES), ignore_unavailable=True)
    indices = UbiIndices(cluster.client, queries=INDICES[0], events=INDICES[1])
    files = UbiFiles.open(tmp_path / "ubi")
    trial = Trial(experiments=Experiments.open(path), unit="anna", logs=[indices, files])
    rerank = Rerank(fields=FIELDS, window=20)
    answers = [
        two_stage_search(
            cluster.client, sidecar, QUERY, index=INDEX, body={**match(), "size": 10},
            rerank=rerank, trial=trial,
        )
        for _ in range(2)
    ]  # fmt: skip
    first, again = answers
    assert ids(first) == ids(again)
    teams = [hit["_team"] for hit in first["hits"]["hits"]]
    assert {teams.count(arm) for arm in ("first-stage", "plain", "shop")} <= {3, 4}
    query_id = first["rerank"]["query_id"]
    event = event_record(query_id, ids(first)[1], 2, client_id="anna")
    for log in (indices, files):
        log.write(event)
    indices.close()
    assert (indices.lost, files.lost) == (0, 0)

    _, _, metrics = sidecar.get("/metrics")
    for arm in ("plain", "shop"):
        labels = f'arm="{arm}",experiment="weights",outcome="ok"'
        assert f"rerank_experiment_requests_total{{{labels}}} 2.0" in str(metrics)

    cluster.client.indices.refresh(index=",".join(INDICES))
    found: list[UbiQuery | UbiEvent] = []
    read_cluster(cluster.client, INDICES, found.append, Tally(0), no_progress)
    queries = {each.query_id: each for each in found if isinstance(each, UbiQuery)}
    assert queries[query_id].hit_ids == ids(first)
    (clicked,) = (each for each in found if isinstance(each, UbiEvent))
    assert (clicked.query_id, clicked.object_id) == (query_id, ids(first)[1])
    stored = cluster.client.search(index=INDICES[0], body={"size": 10})["hits"]["hits"]
    told = [hit["_source"]["query_attributes"]["experiment"] for hit in stored]
    assert [each["teams"] for each in told] == [teams, teams]

    outcome = tmp_path / "outcome.json"
    command = ["experiment", "analyse", path, "--from-cluster", "opensearch"]
    if not str(type(cluster.client).__module__).startswith("opensearchpy"):
        command[-1] = "elasticsearch"
    command += [
        "--cluster",
        cluster.url,
        "--queries-index",
        INDICES[0],
        "--events-index",
        INDICES[1],
    ]
    result = CliRunner().invoke(app, [*map(str, command), "--json", str(outcome)])
    assert result.exit_code == 0, result.output
    found = json.loads(outcome.read_text())
    assert (found["searches"], found["units"]) == (2, 1)
    clicked_team = teams[1]
    for each in found["preferences"]:
        won = int(clicked_team == each["arm"]), int(clicked_team == "first-stage")
        assert (each["wins"], each["losses"]) == won
    cluster.client.indices.delete(index=",".join(INDICES))
