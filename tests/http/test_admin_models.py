"""Models that change behind a real port: who may, what is refused, and what requests get."""

import asyncio
import io
import json
import shutil
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sidecar.access.api_key import digest_of
from sidecar.access.key_file import KeyEntry
from sidecar.errors import StartupError
from sidecar.http.serve import listening
from sidecar.http.service import Service
from sidecar.pipeline.live_model import LiveModel
from sidecar.settings import Settings
from tests.http.serving import BODY, metric, until
from tests.tiny_models import spoil, tiny_model

ADMIN = {"Authorization": "Bearer admin-key"}
SEARCH = {"Authorization": "Bearer search-key"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("originals")
    tiny_model(root / "one", 1)
    tiny_model(root / "two", 2)
    spoil(tiny_model(root / "bad", 3))
    return root


@pytest.fixture
def models_dir(originals: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(originals, tmp_path / "models"))


@asynccontextmanager
async def serving(
    folder: Path, *, keys: bool = True, **settings: Any
) -> AsyncIterator[tuple[Service, aiohttp.ClientSession]]:
    """(service, a client) with the model `one` as the default."""
    if keys:
        entries = [
            KeyEntry.of(digest_of(f"{scope}-key".encode()), name=scope, scopes={right})
            for scope, right in (("admin", "admin"), ("search", "rerank"))
        ]
        file = folder.parent / "keys.toml"
        file.write_text("\n".join(entry.toml() for entry in entries))
        settings["api_keys_file"] = file
    settings = {"models_dir": folder, "model": f"one={folder / 'one'}", **settings}
    async with listening(Settings(port=0, **settings)) as (service, url):
        await service.start()
        async with aiohttp.ClientSession(url) as client:
            yield service, client


async def load(client: aiohttp.ClientSession, name: str, folder: object) -> tuple[int, Any]:
    body = {"folder": folder}
    async with client.put(f"/admin/models/{name}", json=body, headers=ADMIN) as answer:
        return answer.status, await answer.json()


async def rerank(client: aiohttp.ClientSession, model: str = "one", **body: Any) -> tuple[int, Any]:
    body = {**BODY, "model": model, **body}
    async with client.post("/v2/rerank", json=body, headers=SEARCH) as answer:
        return answer.status, (await answer.json(), answer.headers)


async def scores(client: aiohttp.ClientSession, model: str = "one") -> tuple[str, list[float]]:
    """(the score revision, the scores) of an answer."""
    status, (body, headers) = await rerank(client, model)
    assert status == 200, body
    results = sorted(body["results"], key=lambda each: each["index"])
    return headers["x-rerank-score-revision"], [each["relevance_score"] for each in results]


async def test_a_model_is_loaded_replaced_and_unloaded(models_dir: Path) -> None:
    async with serving(models_dir, strict_model=True) as (service, client):
        first = await scores(client)
        status, shown = await load(client, "acme/second", "two")
        assert (status, shown["state"], shown["default"]) == (201, "live", False)
        second = await scores(client, "acme/second")
        assert second[0] == shown["score_revision"] != first[0]
        assert second[1] != first[1]

        status, shown = await load(client, "one", str(models_dir / "two"))
        assert (status, shown["default"]) == (200, True)
        assert await scores(client) == second

        async with client.get("/admin/models", headers=ADMIN) as answer:
            listed = (await answer.json())["models"]
        assert [each["name"] for each in listed] == ["one", "acme/second"]
        assert {each["folder"] for each in listed} == {str(models_dir / "two")}
        async with client.get("/v1/models") as answer:
            cards = (await answer.json())["data"]
        assert [each["id"] for each in cards] == ["one", "acme/second"]

        async with client.delete("/admin/models/acme/second", headers=ADMIN) as answer:
            assert answer.status == 204
        assert (await rerank(client, "acme/second"))[0] == 404
        async with client.get("/admin/models/acme/second", headers=ADMIN) as answer:
            assert answer.status == 404
        assert metric(service, "rerank_model_changes_total", change="load", outcome="ok") == 2
        await until(lambda: b"acme/second" not in service.metrics.text())
        assert service.metrics.text().count(b"rerank_model_info{") == 1, "the old one's row is gone"


async def test_an_answer_that_is_taken_after_its_model_has_gone_leaves_no_rows(
    models_dir: Path,
) -> None:
    async with serving(models_dir, keys=False) as (service, client):
        await service.live_models.load("two", models_dir / "two")
        answered = {"dialect": "cohere-v2", "status": "200"}
        text = "long" * 300_000
        body = {**BODY, "documents": [text] * 8, "model": "two", "return_documents": True}
        raw = io.BytesIO(json.dumps(body).encode())
        async with client.post("/v2/rerank", data=raw, headers=JSON) as answer:
            assert answer.status == 200
            assert len(service.metrics.text().split(b'rerank_run_pairs_count{model="two"}')) == 2
            await service.live_models.unload("two")
            await until(lambda: b'"two"' not in service.metrics.text())
            assert metric(service, "rerank_requests_total", **answered) == 0, "it is being sent"
            assert len((await answer.json())["results"]) == 8
        await until(lambda: metric(service, "rerank_requests_total", **answered) == 1)
        assert b'"two"' not in service.metrics.text()


async def test_a_folder_that_fails_its_proof_says_why_and_the_old_one_goes_on(
    models_dir: Path,
) -> None:
    async with serving(models_dir) as (service, client):
        before = await scores(client)
        status, body = await load(client, "one", "bad")
        assert (status, body["error_type"]) == (422, "model_refused")
        assert "canonical pair 0" in body["error"]
        assert f"`one` goes on with score revision {before[0]}" in body["error"]
        (models_dir / "two" / "model.onnx").write_bytes(b"not a graph")
        status, body = await load(client, "new", "two")
        assert status == 422
        assert "model.onnx is altered" in body["error"]
        assert await scores(client) == before
        assert list(service.models.served) == ["one"]
        assert metric(service, "rerank_model_changes_total", change="load", outcome="failed") == 2


@pytest.mark.parametrize(
    "folder",
    [
        *("..", "../outside", "/etc", "", ".", "nul\0", "two/../../outside", "link", "loop"),
        *("link/inside", "holder"),
    ],
)
async def test_no_path_leads_out_of_the_models_folder(models_dir: Path, folder: str) -> None:
    outside = Path(shutil.copytree(models_dir / "two", models_dir.parent / "outside"))
    shutil.copytree(outside, outside / "inside")
    (models_dir / "link").symlink_to(outside)
    (models_dir / "loop").symlink_to(models_dir / "loop")
    (models_dir / "holder").mkdir()
    for name in ("rerank.json", "model.onnx", "tokenizer.json"):
        (models_dir / "holder" / name).symlink_to(outside / name)
    async with serving(models_dir) as (service, client):
        status, body = await load(client, "two", folder)
        assert (status, body["error_type"]) == (422, "validation")
        assert "$.folder" in body["error"]
        assert list(service.models.served) == ["one"]


async def test_links_inside_of_the_models_folder_are_followed(models_dir: Path) -> None:
    (models_dir / "current").symlink_to(models_dir / "two")
    async with serving(models_dir) as (_, client):
        status, shown = await load(client, "two", "current")
        assert (status, shown["folder"]) == (201, str(models_dir / "two"))


@pytest.mark.parametrize(
    ("name", "body", "status", "code"),
    [
        ("two", b"{", 400, "malformed"),
        ("two", b"[]", 422, "validation"),
        ("two", b"{}", 422, "validation"),
        ("two", b'{"folder": 1}', 422, "validation"),
        ("two", b'{"folder": "two", "code": "x.py"}', 422, "validation"),
        ("a b", b'{"folder": "two"}', 422, "validation"),
        ("two", b'{"folder": "nowhere"}', 422, "model_refused"),
    ],
)
async def test_wrong_calls_are_refused_in_words(
    models_dir: Path, name: str, body: bytes, status: int, code: str
) -> None:
    async with (
        serving(models_dir) as (_, client),
        client.put(f"/admin/models/{name}", data=body, headers=ADMIN) as answer,
    ):
        assert (answer.status, (await answer.json())["error_type"]) == (status, code)


async def test_the_default_is_not_unloaded_and_nothing_loads_without_a_models_folder(
    models_dir: Path,
) -> None:
    async with serving(models_dir, models_dir=None) as (_, client):
        async with client.delete("/admin/models/one", headers=ADMIN) as answer:
            assert (answer.status, (await answer.json())["error_type"]) == (409, "conflict")
        status, body = await load(client, "two", "two")
        assert (status, body["error_type"]) == (409, "conflict")
        assert "models_dir" in body["error"]


@pytest.mark.parametrize("name", ["none", "file", "n" * 300])
async def test_a_models_folder_that_is_none_ends_the_start(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    settings = Settings(port=0, models_dir=tmp_path / name)
    with pytest.raises(StartupError, match=rf"setting models_dir: .*/{name} is not a folder"):
        async with listening(settings):
            pass


async def test_without_an_admin_key_there_are_no_such_routes(models_dir: Path) -> None:
    calls = (("GET", ""), ("GET", "/one"), ("PUT", "/two"), ("DELETE", "/one"))
    async with serving(models_dir, keys=False) as (_, client):
        for method, name in calls:
            async with client.request(method, f"/admin/models{name}", headers=ADMIN) as answer:
                assert answer.status == 404
    async with serving(models_dir) as (service, client):
        for headers, status in (({}, 401), ({"X-API-Key": "wrong"}, 401), (SEARCH, 403)):
            for method, name in calls:
                async with client.request(
                    method, f"/admin/models{name}", json={"folder": "two"}, headers=headers
                ) as answer:
                    assert answer.status == status
        assert list(service.models.served) == ["one"]


async def test_calls_at_once_leave_one_of_them_whole(models_dir: Path) -> None:
    async with serving(models_dir) as (service, client):
        folders = ["one", "two", "bad", "two", "one", "bad"]
        answers = await asyncio.gather(*(load(client, "next", each) for each in folders))
        assert sorted(status for status, _ in answers)[-2:] == [422, 422]
        assert all(status in (200, 201) for status, _ in answers if status != 422)
        async with client.get("/admin/models/next", headers=ADMIN) as answer:
            shown = await answer.json()
        assert await scores(client, "next") == (
            shown["score_revision"],
            (await scores(client, "next"))[1],
        )
        await until(lambda: len(service.models.opener.scheduler.queues) == 2)


async def test_a_client_that_goes_away_does_not_stop_its_change(
    models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(models_dir) as (service, client):
        opener, begun, gate = service.models.opener, threading.Event(), threading.Event()
        open_model = opener.open

        def gated(*arguments: Any, **options: Any) -> LiveModel:
            begun.set()
            assert gate.wait(10)
            return open_model(*arguments, **options)

        monkeypatch.setattr(opener, "open", gated)
        call = asyncio.create_task(load(client, "two", "two"))
        assert await asyncio.to_thread(begun.wait, 10)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await until(lambda: metric(service, "rerank_cancelled_total") == 1)
        gate.set()
        await until(lambda: "two" in service.models.served)
        assert metric(service, "rerank_model_changes_total", change="load", outcome="ok") == 1


async def test_a_model_that_nobody_asks_for_sleeps_and_wakes_for_the_first_request(
    models_dir: Path,
) -> None:
    async with serving(models_dir, idle_unload_min=0.005) as (service, client):
        await load(client, "two", "two")
        awake = await scores(client, "two")
        ok = {"change": "sleep", "outcome": "ok"}
        await until(lambda: metric(service, "rerank_model_changes_total", **ok) >= 1)
        async with client.get("/admin/models/two", headers=ADMIN) as answer:
            assert (await answer.json())["state"] == "asleep"
        async with client.get("/v1/models/two") as answer:
            assert (await answer.json())["root"] == "two"
        several = await asyncio.gather(*(scores(client, "two") for _ in range(5)))
        assert several == [awake] * 5
        assert metric(service, "rerank_model_changes_total", change="wake", outcome="ok") >= 1


async def test_a_request_for_a_model_that_cannot_wake_gets_503(models_dir: Path) -> None:
    async with serving(models_dir, idle_unload_min=0.005) as (service, client):
        await load(client, "two", "two")
        ok = {"change": "sleep", "outcome": "ok"}
        await until(lambda: metric(service, "rerank_model_changes_total", **ok) == 1)
        shutil.rmtree(models_dir / "two")
        for _ in range(2):
            status, (body, headers) = await rerank(client, "two")
            assert (status, body["error_type"]) == (503, "not_ready")
            assert headers["Retry-After"] == "1"
        failed = {"change": "wake", "outcome": "failed"}
        assert metric(service, "rerank_model_changes_total", **failed) == 1, "not tried each time"
        assert (await rerank(client, "one"))[0] == 200
