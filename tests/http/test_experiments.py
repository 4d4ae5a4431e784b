"""Experiments in a service: requests are served as their arm says, and counted by arm."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from mappings.experiments import Asked, assign, read_experiment, stop_arm
from sidecar.access.api_key import new_key
from sidecar.errors import ExperimentFault, StartupError
from sidecar.http.serve import listening
from sidecar.http.service import Service
from sidecar.settings import Settings
from tests.http.key_files import bearer, entry
from tests.http.key_files import write as write_keys
from tests.http.serving import GatedSession, metric, serving, until
from tests.mappings.experiments.files import teams, write

NOW = datetime(2026, 11, 30, tzinfo=UTC)
CONTROL = '[[arms]]\nname = "control"\n'
OFF = '[[arms]]\nname = "off"\noff = true\n'
FIRST = '[[arms]]\nname = "first"\ndepth = 2\n'
SHOP = '[[arms]]\nname = "shop"\nprofile = "ecommerce"\n'
HITS = {"query": "q", "documents": ["a", "b c", "d e f", "g h i j"]}
"""The model of these tests prefers long documents."""


def unit_of(path: Path, arm: str) -> str:
    """A user who is in that arm."""
    for number in range(1000):
        found = assign([read_experiment(path)], Asked("q", str(number)), NOW)
        if found is not None and found.arm is not None and found.arm.name == arm:
            return str(number)
    raise AssertionError(f"nobody is in {arm}")


async def ask(
    client: aiohttp.ClientSession, more: Mapping[str, Any] = {}, path: str = "/v2/rerank",
    headers: Mapping[str, str] = {},
) -> tuple[int, str | None, Any]:  # fmt: skip
    """(status, the arm's header, the body)."""
    async with client.post(path, json={**HITS, **more}, headers=headers) as answer:
        return answer.status, answer.headers.get("x-rerank-arm"), await answer.json()


def order(body: Any) -> list[int]:
    return [result["index"] for result in body["results"]]


def counted(service: Service, arm: str, outcome: str) -> float:
    name = "rerank_experiment_requests_total"
    return metric(service, name, experiment="weights", arm=arm, outcome=outcome)


async def test_each_arm_does_what_it_says_and_is_counted(tmp_path: Path) -> None:
    path = write(tmp_path, CONTROL + OFF + FIRST)
    async with serving(GatedSession(), experiments=path) as (service, client):
        await service.start()
        orders = {}
        for arm in ("control", "off", "first"):
            status, header, body = await ask(client, {"unit": unit_of(path, arm)})
            assert (status, header) == (200, f"weights/{arm}")
            orders[arm] = order(body)
            assert counted(service, arm, "ok") == 1
            durations = "rerank_experiment_request_duration_seconds_count"
            assert metric(service, durations, experiment="weights", arm=arm) == 1
        assert orders == {"control": [3, 2, 1, 0], "off": [0, 1, 2, 3], "first": [1, 0, 2, 3]}


async def test_the_unit_comes_by_body_query_object_or_header_and_may_be_a_number(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, CONTROL + OFF)
    unit = unit_of(path, "off")
    async with serving(GatedSession(), experiments=path) as (service, client):
        await service.start()
        for more, headers in (
            ({"unit": unit}, {}),
            ({"unit": int(unit)}, {}),
            ({"query": {"query": "q", "unit": unit}}, {}),
            ({}, {"X-Rerank-Unit": unit}),
        ):
            assert (await ask(client, more, headers=headers))[1] == "weights/off"
        status, _, body = await ask(client, {"unit": ["x"]})
        assert status == 422
        assert body["message"].startswith("$.unit")


async def test_a_search_engine_keeps_its_order_where_the_arm_is_off(tmp_path: Path) -> None:
    path = write(tmp_path, CONTROL + OFF)
    session = GatedSession()
    async with serving(session, experiments=path) as (service, client):
        await service.start()
        for route in ("/opensearch/rerank", "/elasticsearch/rerank"):
            status, header, body = await ask(client, {"unit": unit_of(path, "off")}, route)
            assert (status, header, body["error_type"]) == (409, "weights/off", "arm_off")
            assert (await ask(client, {"unit": unit_of(path, "control")}, route))[0] == 200
        assert (counted(service, "off", "off"), counted(service, "off", "failed")) == (2, 0)


async def test_an_experiment_with_a_depth_is_none_of_a_search_engine(tmp_path: Path) -> None:
    path = write(tmp_path, CONTROL + FIRST)
    async with serving(GatedSession(), experiments=path) as (service, client):
        await service.start()
        unit = {"unit": unit_of(path, "first")}
        status, header, body = await ask(client, unit, "/opensearch/rerank")
        assert (status, header) == (200, None)
        scores = [result["relevance_score"] for result in body["results"]]
        assert scores == sorted(scores)


async def test_an_arms_profile_replaces_that_of_request_and_path(tmp_path: Path) -> None:
    path = write(tmp_path, CONTROL + SHOP)
    document = {"title": "shoe", "brand": "Acme", "internal_note": "x " * 50}
    async with serving(GatedSession(), experiments=path) as (service, client):
        await service.start()

        async def score(more: Mapping[str, Any], route: str) -> float:
            body = (await ask(client, {"documents": [document], **more}, route))[2]
            return float(body["results"][0]["relevance_score"])

        shop, control = ({"unit": unit_of(path, arm)} for arm in ("shop", "control"))
        for route in ("/v2/rerank", "/opensearch/rerank", "/opensearch/legal/rerank"):
            expected = await score({"profile": "ecommerce"}, "/v2/rerank")
            assert await score(shop, route) == pytest.approx(expected, abs=1e-6)
        assert await score(control, "/v2/rerank") == await score({}, "/v2/rerank") != expected


async def test_outside_of_the_experiment_a_request_is_served_as_it_asks(tmp_path: Path) -> None:
    path = write(tmp_path, CONTROL + OFF)
    stop_arm(path, "off", "slow", NOW)
    (tmp_path / "before").mkdir()
    unit = unit_of(write(tmp_path / "before", CONTROL + OFF), "off")
    async with serving(GatedSession(), experiments=path) as (service, client):
        await service.start()
        name = "rerank_experiment_outside_requests_total"
        status, header, body = await ask(client, {"unit": unit})
        assert (status, header, order(body)) == (200, None, [3, 2, 1, 0])
        assert metric(service, name, experiment="weights", reason="stopped") == 1
        status, header, body = await ask(client)
        assert (status, header) == (200, None)
        assert "has no user to assign" in body["meta"]["warnings"][0]
        assert metric(service, name, experiment="weights", reason="no_unit") == 1
        for more in ({"query": " ", "unit": unit}, {"arm": "weights/unknown"}, {"arm": "x"}):
            assert (await ask(client, more))[:2] == (200, None)
        answer = await client.get("/info")
        (shown,) = (await answer.json())["experiments"]
        assert (shown["name"], shown["stopped"]) == ("weights", ["off"])


async def test_a_request_that_names_its_arm_is_counted_there_and_left_as_it_is(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, 'method = "interleave"\n' + CONTROL + OFF)
    async with serving(GatedSession(), experiments=path) as (service, client):
        await service.start()
        status, header, body = await ask(client, {"arm": "weights/off"})
        assert (status, header, order(body)) == (200, "weights/off", [3, 2, 1, 0])
        assert counted(service, "off", "ok") == 1
        assert (await ask(client, {"unit": "1"}))[1] is None, "a service cannot interleave"


async def test_failures_are_the_arms(tmp_path: Path) -> None:
    path = write(tmp_path, CONTROL + SHOP)
    session = GatedSession()
    async with serving(session, experiments=path) as (service, client):
        await service.start()
        unit = {"unit": unit_of(path, "shop")}
        session.fault = RuntimeError("broken")
        status, header, _ = await ask(client, unit)
        assert (status, header, counted(service, "shop", "failed")) == (503, "weights/shop", 1)
        session.fault = RuntimeError("broken")
        assert (await ask(client, {**unit, "on_failure": "order"}))[0] == 200
        assert counted(service, "shop", "degraded") == 1
        assert (await ask(client, {**unit, "fields": {"nothing": 1}}))[0] == 422
        assert counted(service, "shop", "refused") == 1


async def test_api_keys_are_units_and_choose_the_experiment(tmp_path: Path) -> None:
    shop, other = new_key(), new_key()
    keys = write_keys(tmp_path / "keys.toml", entry("shop", shop) + entry("other", other))
    folder = tmp_path / "experiments"
    folder.mkdir()
    write(folder, 'unit = "key"\napi_keys = ["shop"]\n' + teams("a", "b"))
    async with serving(GatedSession(), experiments=folder, api_keys_file=keys) as (
        service,
        client,
    ):
        await service.start()
        arms = {(await ask(client, {"unit": unit}, headers=bearer(shop)))[1] for unit in "xyz"}
        assert len(arms) == 1
        assert arms <= {"weights/a", "weights/b"}
        assert (await ask(client, headers=bearer(other)))[:2] == (200, None)


async def test_changed_files_are_in_force_without_a_restart_and_faulty_ones_are_not(
    tmp_path: Path,
) -> None:
    async with serving(GatedSession(), experiments=tmp_path) as (service, client):
        await service.start()
        assert (await ask(client, {"unit": "1"}))[1] is None
        path = write(tmp_path, teams("a", "b"))
        reloads = "rerank_reloads_total"
        await until(
            lambda: metric(service, reloads, part="experiments", outcome="ok") == 1, seconds=60
        )
        assert (await ask(client, {"unit": "1"}))[1] in ("weights/a", "weights/b")
        write(tmp_path, teams("a", "b") + 'profile = "nowhere"\n')
        await until(
            lambda: metric(service, reloads, part="experiments", outcome="failed") == 1, seconds=60
        )
        assert metric(service, "rerank_reload_failed", part="experiments") == 1
        assert (await ask(client, {"unit": "1"}))[1] in ("weights/a", "weights/b")
        path.unlink()
        service.experiments.reload()
        assert (await ask(client, {"unit": "1"}))[1] is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (teams("a", "b") + 'profile = "nope"\n', "the arm b: there is no profile nope, only "),
        (teams("a", "b") + 'model = "nope"\n', "the arm b: there is no model nope, only minilm-en"),
        (teams("a", "a"), "two arms are called a"),
    ],
)
async def test_a_faulty_experiment_ends_the_start(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ExperimentFault, match="weights.toml: " + message):
        async with serving(GatedSession(), experiments=path) as (service, _):
            await service.start()
    with pytest.raises(StartupError, match="neither a file nor a folder"):
        async with listening(Settings(port=0, experiments=tmp_path / "nowhere")):
            pass


async def test_pairs_with_a_query_each_are_no_searches(tmp_path: Path) -> None:
    path = write(tmp_path, CONTROL + OFF)
    async with serving(GatedSession(), experiments=path) as (service, client):
        await service.start()
        body = {"inputs": [["q", "a"], ["r", "b c"]], "unit": unit_of(path, "off")}
        async with client.post("/predict", json=body) as answer:
            assert (answer.status, answer.headers.get("x-rerank-arm")) == (200, None)
