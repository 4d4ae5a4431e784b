"""Experiments in two-stage search: arms, interleaving, and what the log has of them."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from es_integration import SidecarClient, SyncSidecarClient
from es_integration.errors import IntegrationError
from es_integration.search import (
    Experiments,
    Rerank,
    Trial,
    two_stage_search,
    two_stage_search_async,
)
from es_integration.ubi import UbiFiles
from mappings.experiments import read_experiment, stop_arm
from mappings.experiments.assignment import arm_of
from tests.es_integration.search.ten_hits import IDS, AsyncCluster, Cluster, turned
from tests.mappings.experiments.files import teams, write

RERANK = Rerank(fields=("title",), window=8)
CONTROL = '[[arms]]\nname = "control"\n'
OFF = '[[arms]]\nname = "off"\noff = true\n'
SHALLOW = '[[arms]]\nname = "shallow"\ndepth = 3\nprofile = "ecommerce"\nmodel = "small"\n'


@pytest.fixture
def server(recording_server: Callable[..., Any]) -> Any:
    return recording_server(turned)


@pytest.fixture
def sidecar(server: Any) -> Iterator[SyncSidecarClient]:
    with SyncSidecarClient(server.url, retries=0, timeout=60.0) as client:
        yield client


def search(
    sidecar: SyncSidecarClient, trial: Trial, rerank: Rerank = RERANK, **body: Any
) -> tuple[str, Any]:
    """(the IDs of the page, the whole answer)."""
    found = two_stage_search(Cluster(), sidecar, "red shoes", body=body, rerank=rerank, trial=trial)
    return "".join(hit["_id"] for hit in found["hits"]["hits"]), found


def unit_of(path: Path, arm: str) -> str:
    read = read_experiment(path)
    return next(unit for unit in map(str, range(1000)) if arm_of(read, unit).name == arm)


def logged(folder: Path) -> list[Any]:
    files = sorted(folder.glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_bytes().splitlines()]


def told(record: Any) -> Any:
    return record["query_attributes"]["experiment"]


def test_each_arm_reranks_as_it_says(
    sidecar: SyncSidecarClient, server: Any, tmp_path: Path
) -> None:
    path = write(tmp_path, CONTROL + OFF + SHALLOW)
    experiments = Experiments.open(tmp_path)
    shown = {}
    for arm in ("control", "off", "shallow"):
        trial = Trial(experiments=experiments, unit=unit_of(path, arm))
        shown[arm], found = search(sidecar, trial)
        assert found["rerank"]["experiment"] == {"name": "weights", "arm": arm}
        assert found["rerank"]["reranked"] is (arm != "off")
    assert shown == {"control": "hgfedcbaij", "off": "abcdefghij", "shallow": "cbadefghij"}
    control, shallow = server.bodies("/v2/rerank")
    assert control["arm"] == "weights/control"
    assert "profile" not in control
    assert (shallow["profile"], shallow["model"], len(shallow["documents"])) == (
        "ecommerce",
        "small",
        3,
    )


def test_outside_a_search_is_as_it_asks(sidecar: SyncSidecarClient, tmp_path: Path) -> None:
    path = write(tmp_path, CONTROL + OFF)
    unit = unit_of(path, "off")
    stop_arm(path, "off", "slow", datetime(2026, 11, 30, tzinfo=UTC))
    for trial, outside in (
        (Trial(experiments=Experiments.open(path), unit=unit), "stopped"),
        (Trial(experiments=Experiments.open(path)), "no_unit"),
    ):
        shown, found = search(sidecar, trial)
        assert shown == "hgfedcbaij"
        assert found["rerank"]["experiment"] == {"name": "weights", "outside": outside}
    trial = Trial(experiments=Experiments.open(path), unit="1")
    by_price = search(sidecar, trial, sort=[{"price": "asc"}])[1]
    blank = two_stage_search(Cluster(), sidecar, " ", rerank=RERANK, trial=trial)
    assert "experiment" not in by_price["rerank"]
    assert "experiment" not in blank["rerank"]


def test_hits_of_two_arms_are_interleaved_and_each_has_its_team(
    sidecar: SyncSidecarClient, tmp_path: Path
) -> None:
    write(tmp_path, 'method = "interleave"\n' + CONTROL + OFF)
    trial = Trial(experiments=Experiments.open(tmp_path), unit="u1")
    shown, found = search(sidecar, trial)
    hits = found["hits"]["hits"]
    assert sorted(shown[:8]) == list("abcdefgh")
    assert shown[8:] == "ij"
    assert Counter(hit.get("_team") for hit in hits) == {"control": 4, "off": 4, None: 2}
    best = {"control": list("hgfedcba"), "off": list("abcdefgh")}
    placed: set[str] = set()
    for hit in hits[:8]:
        assert hit["_id"] == next(each for each in best[hit["_team"]] if each not in placed)
        placed.add(hit["_id"])
        assert ("_first_stage_score" in hit) is (hit["_team"] == "control")
    assert found["rerank"]["interleaved"]
    assert found["rerank"]["experiment"] == {"name": "weights", "arms": ["control", "off"]}
    assert search(sidecar, trial)[0] == shown, "a reload"
    others = (Trial(experiments=trial.experiments, unit=unit) for unit in "123456")
    assert len({search(sidecar, other)[0] for other in others}) > 1


def test_pages_of_an_interleaved_search_fit_together(
    sidecar: SyncSidecarClient, tmp_path: Path
) -> None:
    write(tmp_path, 'method = "interleave"\n' + CONTROL + SHALLOW + OFF)
    trial = Trial(experiments=Experiments.open(tmp_path), unit="u1")
    whole, _ = search(sidecar, trial)
    pages = [search(sidecar, trial, **{"from": start, "size": 3})[0] for start in (0, 3, 6, 9)]
    assert "".join(pages) == whole
    assert sorted(whole) == list(IDS)


def test_with_a_min_score_only_what_an_arm_has_scored_is_shown(
    sidecar: SyncSidecarClient, tmp_path: Path
) -> None:
    write(tmp_path, 'method = "interleave"\n' + CONTROL + SHALLOW)
    trial = Trial(experiments=Experiments.open(tmp_path), unit="u1")
    rerank = Rerank(fields=("title",), window=8, min_score=0.1)
    shown, found = search(sidecar, trial, rerank)
    assert sorted(shown) == list("abcdefgh")
    assert found["rerank"]["below_min_score"] == 0


def test_if_an_arm_fails_the_search_is_the_first_stages_and_credits_nobody(
    sidecar: SyncSidecarClient, tmp_path: Path
) -> None:
    broken = '[[arms]]\nname = "broken"\nprofile = "broken"\n'
    write(tmp_path, 'method = "interleave"\n' + CONTROL + broken)
    log = UbiFiles.open(tmp_path / "ubi")
    trial = Trial(experiments=Experiments.open(tmp_path), unit="u1", logs=[log])
    shown, found = search(sidecar, trial)
    assert shown == IDS
    assert not found["rerank"]["reranked"]
    (record,) = logged(log.folder)
    assert told(record)["failed_arms"] == ["broken"]
    assert told(record)["failure"].startswith("broken: 503")
    assert "teams" not in told(record)


def test_what_was_shown_is_logged_in_ubis_form(sidecar: SyncSidecarClient, tmp_path: Path) -> None:
    path = write(tmp_path, CONTROL + OFF)
    log = UbiFiles.open(tmp_path / "ubi")
    trial = Trial(
        experiments=Experiments.open(path),
        unit=unit_of(path, "control"),
        application="shop",
        logs=[log],
    )
    _, found = search(sidecar, trial, size=3)
    query_id = found["rerank"]["query_id"]
    again = Trial(experiments=trial.experiments, unit=trial.unit, query_id=query_id, logs=[log])
    search(sidecar, again, **{"from": 3, "size": 3})
    search(sidecar, trial, size=0)
    first, second = logged(log.folder)
    assert (first["query_id"], second["query_id"]) == (query_id, query_id)
    assert (first["application"], first["client_id"], first["user_query"]) == (
        "shop",
        trial.unit,
        "red shoes",
    )
    assert first["query_response_hit_ids"] == list("hgf")
    assert second["query_response_hit_ids"] == list("edc")
    expected = {"name": "weights", "arm": "control", "method": "split", "unit": trial.unit}
    assert expected.items() <= told(first).items()
    assert (told(first)["from"], told(second)["from"]) == (0, 3)
    assert (told(first)["reranked"], told(first)["zero_results"]) == (True, False)
    assert told(first)["took_ms"] >= told(first)["rerank_ms"] >= 0
    assert "failure" not in told(first)


def test_a_sidecar_that_is_away_is_a_failure_of_the_arm(tmp_path: Path) -> None:
    path = write(tmp_path, CONTROL + OFF)
    log = UbiFiles.open(tmp_path / "ubi")
    with SyncSidecarClient("http://127.0.0.1:9", retries=0) as nobody:
        for arm in ("control", "off"):
            unit = unit_of(path, arm)
            trial = Trial(experiments=Experiments.open(path), unit=unit, logs=[log])
            assert search(nobody, trial)[0] == IDS
    control, off = map(told, logged(log.folder))
    assert "127.0.0.1" in control["failure"]
    assert not control["reranked"]
    assert "failure" not in off
    assert "rerank_ms" not in off


def test_an_answer_that_is_not_the_models_is_a_failure_too(
    sidecar: SyncSidecarClient, tmp_path: Path
) -> None:
    write(tmp_path, CONTROL + OFF)
    log = UbiFiles.open(tmp_path / "ubi")
    unit = unit_of(tmp_path / "weights.toml", "control")
    trial = Trial(experiments=Experiments.open(tmp_path), unit=unit, logs=[log])
    rerank = Rerank(fields=("title",), context={"by": "lexical"})
    search(sidecar, trial, rerank)
    assert told(logged(log.folder)[0])["failure"] == "degraded: lexical"


async def test_the_async_search_does_the_same(server: Any, tmp_path: Path) -> None:
    write(tmp_path, 'method = "interleave"\n' + CONTROL + SHALLOW)
    log = UbiFiles.open(tmp_path / "ubi")
    trial = Trial(experiments=Experiments.open(tmp_path), unit="u1", logs=[log])
    async with SidecarClient(server.url, timeout=60.0) as sidecar:
        found = await two_stage_search_async(
            AsyncCluster(), sidecar, "red shoes", rerank=RERANK, trial=trial
        )
    shown = [hit["_id"] for hit in found["hits"]["hits"]]
    with SyncSidecarClient(server.url, timeout=60.0) as sync:
        assert list(search(sync, trial)[0]) == shown
    assert logged(log.folder)[0]["query_response_hit_ids"] == shown


def test_without_experiments_a_trial_logs_and_changes_nothing(
    sidecar: SyncSidecarClient, tmp_path: Path
) -> None:
    log = UbiFiles.open(tmp_path)
    shown, found = search(sidecar, Trial(client_id="c1", logs=[log]))
    plain = two_stage_search(Cluster(), sidecar, "red shoes", rerank=RERANK)
    assert found["hits"] == plain["hits"]
    assert set(plain["rerank"]) == {"reranked", "hits"}
    (record,) = logged(tmp_path)
    assert record["query_response_hit_ids"] == list(shown)
    assert (record["client_id"], "query_attributes" in record) == ("c1", False)


def test_changed_files_count_and_faulty_ones_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("es_integration.search.trial.CHECK_S", 0.0)
    write(tmp_path, teams("a", "b"))
    experiments = Experiments.open(tmp_path)
    write(tmp_path, teams("a", "b", "c"))
    names = [[arm.name for arm in experiments.in_force[0].arms] for _ in range(3)]
    assert names[-1] == ["a", "b", "c"]
    write(tmp_path, "nonsense")
    for _ in range(3):
        assert len(experiments.in_force[0].arms) == 3
    assert "the experiments stay as they were" in caplog.text
    with pytest.raises(IntegrationError, match="is not TOML"):
        Experiments.open(tmp_path)
