"""`rerank-sidecar experiment analyse` and `guard` on logs with known truth."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mappings.experiments import Asked, assign, read_experiment
from sidecar.cli import app
from sidecar.errors import StartupError
from sidecar.workshop.clicks.ubi import ClicksError
from tests.http.serving import GatedSession, serving, until
from tests.workshop.experiments.experiment_log import (
    HITS,
    START_S,
    Folder,
    event,
    interleaved_log,
    page,
    split_log,
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setattr("time.time", lambda: START_S + 86_400 * 5)
    folder = Folder(tmp_path)
    folder.write_experiment()
    return folder


def run(command: str, folder: Folder, *options: str, status: int = 0) -> str:
    runner = CliRunner(env={"COLUMNS": "160"})
    result = runner.invoke(
        app, ["experiment", command, str(folder.experiment), str(folder.log), *options]
    )
    if isinstance(result.exception, StartupError):
        raise result.exception
    assert result.exit_code == status, result.output
    return result.output


def analysed(folder: Folder, *options: str) -> dict[str, Any]:
    out = folder.path / "out.json"
    run("analyse", folder, "--json", str(out), *options)
    found: dict[str, Any] = json.loads(out.read_text())
    return found


def test_an_arm_that_users_click_more_is_better(folder: Folder) -> None:
    folder.write_log(split_log({"old": 0.4, "new": 0.55}, users=2000))
    printed = run("analyse", folder)
    assert "new: better than old, clicked +" in printed
    found = analysed(folder)
    (clicked, mrr, clicks) = found["lifts"]
    assert (clicked["metric"], mrr["metric"], clicks["metric"]) == ("clicked", "mrr", "clicks")
    assert clicked["control_mean"] == pytest.approx(0.4, abs=0.03)
    assert clicked["difference"] == pytest.approx(0.15, abs=0.04)
    low, high = clicked["interval"]
    assert 0 < low < 0.15 < high
    assert clicked["p_value"] > clicked["fixed_p_value"]
    assert found["allocation"]["mismatch"] is False
    assert found["warnings"] == found["notes"] == []
    assert found["stop"] == {}


def test_arms_that_are_alike_cannot_be_told_apart(folder: Folder) -> None:
    folder.write_log(split_log({"old": 0.4, "new": 0.4}))
    assert "new: cannot be told from old yet" in run("analyse", folder)
    folder.write_log(split_log({"old": 0.4, "new": 0.9}, users=60))
    assert "new: too few units yet" in run("analyse", folder)
    folder.write_log(split_log({"old": 0.0, "new": 0.0}))
    assert "new: cannot be told from old yet" in run("analyse", folder)


def test_a_history_makes_the_interval_narrower(folder: Folder) -> None:
    """Users who click in all of their searches or in none: what they did before says it all."""
    records = []
    for user in range(600):
        unit, clicks, arm = f"u{user}", user % 3 == 0, ("old", "new")[user // 3 % 2]
        for number in range(3):
            query_id, at_s = f"{user}-{number}", 100.0 * number + user / 10
            told = {"outside": "time"} if number < 2 else {"arm": arm}
            records.append(page(query_id, unit, at_s, **told))
            if clicks and (user + number) % 17:
                records.append(event(query_id, "p1", at_s + 1))
    folder.write_log(records)
    with_history = analysed(folder)["lifts"][0]
    folder.write_log([each for each in records if "outside" not in json.dumps(each)])
    without = analysed(folder)["lifts"][0]
    assert with_history["corrected"]
    assert not without["corrected"]
    assert with_history["error"] < 0.6 * without["error"]


def test_interleaving_counts_each_draft_once(folder: Folder) -> None:
    folder.write_experiment("interleave")
    records = interleaved_log(0.65)
    again = [{**each, "query_id": f"again-{each['query_id']}"} for each in records]
    again = [{**each, "user_query": "QUERY 0"} if "user_query" in each else each for each in again]
    folder.write_log(records)
    (found,) = analysed(folder)["preferences"]
    assert found["wins"] + found["losses"] == 600
    assert found["share"] == pytest.approx(0.65, abs=0.05)
    assert found["verdict"] == "better"
    assert (found["units_for"], found["units_against"]) == (found["wins"], found["losses"])
    one_user = [{**each, **_of_user_one(each)} for each in again]
    folder.write_log(records + one_user)
    (repeated,) = analysed(folder)["preferences"]
    assert repeated["wins"] + repeated["losses"] == 601, "600 repetitions of one draft are one"


def _of_user_one(record: dict[str, Any]) -> dict[str, Any]:
    attributes = record.get("query_attributes")
    if attributes is None:
        return {}
    return {"query_attributes": {"experiment": {**attributes["experiment"], "unit": "u1"}}}


def test_arms_of_other_sizes_than_their_shares_are_an_alarm(folder: Folder) -> None:
    records = split_log({"old": 0.4, "new": 0.5}, users=3000)
    lost = [each for at, each in enumerate(records) if '"new"' not in json.dumps(each) or at % 5]
    folder.write_log(lost)
    assert analysed(folder)["allocation"]["mismatch"] is False, "searches got lost, and no unit"
    units = {f"u{number}" for number in range(0, 3000, 5)}
    lost = [
        each
        for each in records
        if each.get("client_id") not in units or '"old"' in json.dumps(each)
    ]
    folder.write_log(lost)
    found = analysed(folder)
    assert found["allocation"]["mismatch"] is True
    assert found["warnings"][0].startswith("sample-ratio mismatch")
    assert any("exposures are missing" in each for each in found["warnings"])


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"failure": {"old": 0.0, "new": 0.2}}, "failure: "),
        ({"zero_results": {"old": 0.01, "new": 0.2}}, "zero results: "),
        ({"took_ms": {"old": 0.0, "new": 0.3}}, "slower than "),
    ],
    ids=["failure", "zero results", "slow"],
)
def test_a_guardrail_stops_an_arm_once(
    folder: Folder, told: dict[str, dict[str, float]], reason: str
) -> None:
    values = {"failure": "503: no", "zero_results": True, "took_ms": 900.0}
    fast = 50.0
    functions = {
        key: {
            arm: lambda draw, key=key, share=share: (
                values[key] if draw < share else (fast + draw if key == "took_ms" else None)
            )
            for arm, share in by_arm.items()
        }
        for key, by_arm in told.items()
    }
    folder.write_log(split_log({"old": 0.4, "new": 0.4}, users=600, **functions))
    said = run("guard", folder, "--dry-run", status=1)
    assert said.startswith(f"would stop new: {reason}")
    assert read_experiment(folder.experiment).stops == {}
    said = run("guard", folder, status=1)
    assert said.startswith(f"stopped new: {reason}")
    stop = read_experiment(folder.experiment).stops["new"]
    assert stop.reason.startswith(reason)
    assert stop.at.timestamp() == START_S + 86_400 * 5
    assert run("guard", folder) == "", "it is stopped already"
    assert "new was stopped" in run("analyse", folder)


def test_an_arm_that_users_click_less_is_stopped_and_a_good_one_is_not(folder: Folder) -> None:
    folder.write_log(split_log({"old": 0.5, "new": 0.3}))
    assert run("guard", folder, status=1).startswith("stopped new: clicked: -")
    good = Folder(folder.path / "good")
    good.path.mkdir()
    good.write_experiment()
    good.write_log(split_log({"old": 0.3, "new": 0.5}))
    assert run("guard", good) == ""
    assert not (good.path / "weights.stopped.json").exists()


def test_trouble_that_hits_both_arms_stops_none(folder: Folder) -> None:
    def outage(draw: float) -> str | None:
        return "503: no" if draw < 0.5 else None

    told = {"failure": {"old": outage, "new": outage}}
    folder.write_log(split_log({"old": 0.4, "new": 0.4}, **told))
    assert run("guard", folder) == ""


def test_every_fault_of_a_log_is_a_line_with_its_count(folder: Folder) -> None:
    good = split_log({"old": 0.4, "new": 0.4}, users=300)
    at_s = 40_000.0
    folder.write_log(
        [
            *good,
            page("mixed-1", "both", at_s, arm="old"),
            page("mixed-2", "both", at_s + 1, arm="new"),
            page("stranger", "s", at_s, arm="newest"),
            page("nobody", "", at_s, arm="old"),
            page("bot", "Googlebot", at_s, arm="old"),
            page("other", "o", at_s, arm="old", name="colours"),
            page("future", "f", 86_400 * 30, arm="old"),
            {**page("timeless", "t", at_s, arm="old"), "timestamp": "soon"},
            *[page("twice", "tw", at_s, arm="old")] * 2,
            page("outside", "out", at_s, outside="canary"),
            page("clicks", "c", at_s, arm="old"),
            event("clicks", HITS[0], at_s - 3),
            event("clicks", HITS[1], at_s - 600),
            event("clicks", HITS[2], at_s + 90_000),
            *[event("clicks", HITS[3], at_s + 9)] * 2,
            event("clicks", "never shown", at_s + 9),
            event("unknown", HITS[0], at_s),
        ]
    )
    notes = analysed(folder)["notes"]
    assert notes == [
        "1 pages of other experiments",
        "1 pages outside of the experiment: they count as history alone",
        "1 pages of arms that the experiment's file does not have",
        "1 pages without a unit",
        "1 pages or clicks without a time",
        "1 pages of bots",
        "1 pages or events that are later than now",
        "1 pages that are in the log twice: counted once",
        "1 units that were seen in two arms",
        "1 clicks whose search is not in the log",
        "1 clicks on what their search did not show",
        "1 clicks on a hit that was clicked before: counted once",
        "1 clicks just before their search: counted",
        "1 clicks more than 60 s before their search",
        "1 clicks more than 24 h after their search",
    ]


def test_what_cannot_be_analysed_is_one_line(folder: Folder) -> None:
    folder.write_log([])
    with pytest.raises(StartupError, match="no search that took part in weights"):
        run("analyse", folder)
    folder.write_log([page("1", "u", 0, arm="old", name="colours")])
    with pytest.raises(StartupError, match="1 pages of other experiments"):
        run("analyse", folder)
    folder.log.write_text("no log\n")
    with pytest.raises(ClicksError, match="are no UBI records"):
        run("analyse", folder)
    folder.log.unlink()
    with pytest.raises(StartupError, match="cannot be read: No such file"):
        run("analyse", folder)
    folder.experiment.write_text("arms = 1\n")
    with pytest.raises(StartupError, match=r"weights\.toml"):
        run("analyse", folder)


def test_the_log_may_lie_in_a_folder_or_in_a_cluster(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = split_log({"old": 0.4, "new": 0.5}, users=300)
    folder.write_log(records)
    of_file = analysed(folder)
    logs = folder.path / "logs"
    logs.mkdir()
    runner = CliRunner()
    with pytest.raises(StartupError, match="holds no"):
        raise _fault(runner, "analyse", folder.experiment, logs)
    folder.log.rename(logs / "ubi-1.jsonl")
    out = folder.path / "folder.json"
    command = ["experiment", "analyse", str(folder.experiment), "--json", str(out)]
    runner.invoke(app, [*command, str(logs)], catch_exceptions=False)
    assert json.loads(out.read_text()) == of_file

    pages: dict[str, list[dict[str, Any]]] = {"ubi_queries": [], "ubi_events": []}
    for record in records:
        index = "ubi_events" if "action_name" in record else "ubi_queries"
        pages[index].append({"_index": index, "_id": "1", "_source": record})

    def scan(client: object, index: str, **more: object) -> Iterator[list[dict[str, Any]]]:
        yield pages[index]

    reader = "sidecar.workshop.clicks.cluster_records"
    monkeypatch.setattr(f"{reader}.scan", scan)
    monkeypatch.setattr(f"{reader}.count", lambda client, index, query: len(pages[index]))
    out.unlink()
    runner.invoke(app, [*command, "--from-cluster", "opensearch"], catch_exceptions=False)
    assert json.loads(out.read_text()) == of_file
    with pytest.raises(StartupError, match="files of the log, or --from-cluster"):
        raise _fault(runner, "analyse", folder.experiment)


def _fault(runner: CliRunner, command: str, *arguments: Path) -> BaseException:
    result = runner.invoke(app, ["experiment", command, *map(str, arguments)])
    assert result.exception is not None
    return result.exception


async def test_the_service_serves_no_arm_that_the_guard_has_stopped(folder: Folder) -> None:
    folder.write_log(split_log({"old": 0.5, "new": 0.2}))
    experiment = read_experiment(folder.experiment)
    moment = datetime.fromtimestamp(START_S, UTC)
    units = (str(number) for number in range(100))
    placed = ((unit, assign([experiment], Asked("q", unit), moment)) for unit in units)
    unit = next(unit for unit, found in placed if found and found.arm and found.arm.name == "new")
    body = {"query": "q", "documents": ["a", "b c"], "unit": unit}
    async with serving(GatedSession(), experiments=folder.experiment) as (service, client):
        await service.start()
        answer = await client.post("/v2/rerank", json=body)
        assert answer.headers["x-rerank-arm"] == "weights/new"
        await asyncio.to_thread(run, "guard", folder, status=1)
        await until(lambda: service.experiments.in_force[0].stops)
        answer = await client.post("/v2/rerank", json=body)
        assert answer.status == 200
        assert "x-rerank-arm" not in answer.headers
