"""Errors are shown in full, and the page keeps working."""

import asyncio
import json
import re
from pathlib import Path

import aiohttp

from sidecar.http.serve import listening
from sidecar.http.service import Watch, open_models
from sidecar.pipeline.registry import ModelRegistry
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.runtime.model_queue import ModelQueue
from sidecar.settings import Settings
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http.key_files import entry, write
from tests.http.serving import GatedSession, until
from tests.playground.conftest import KEY, opened
from tests.playground.page import Page


def unlock(page: Page, server: SidecarProcess, key: str = KEY) -> None:
    page.url = server.url
    page.visit()
    page.wait(lambda: page.element("key").is_displayed())
    page.element("key").send_keys(key)


def test_a_key_is_asked_for_and_used(visit: Page, locked_server: SidecarProcess) -> None:
    unlock(visit, locked_server, "wrong")
    assert "401 auth" in visit.element("fault").text
    assert visit.driver.switch_to.active_element == visit.element("key")
    visit.element("key").submit()
    visit.wait(lambda: "missing or wrong" in visit.text("fault"))
    visit.type("key", KEY)
    order = visit.answered(visit.element("key").submit)
    assert len(order) == 7
    assert visit.text("fault") == ""
    assert not visit.element("key").is_displayed()
    visit.element("key-button").click()
    assert visit.element("key").is_displayed(), "another key may be given"
    kept = "return JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])"
    assert KEY not in visit.script(kept)
    assert KEY not in visit.script("return location.href")


def test_a_key_for_something_else_is_told_from_a_wrong_one(visit: Page, tmp_path: Path) -> None:
    keys = write(tmp_path / "keys.toml", entry("ops", "ops", "metrics") + entry("shop", "shop"))
    with SidecarProcess({"api_keys_file": keys}) as server:
        unlock(visit, server, "ops")
        visit.element("key").submit()
        visit.wait(lambda: "403 scope" in visit.text("fault"))
        assert "give one with the scope" in visit.text("fault")
        visit.type("key", "shop")
        assert len(visit.answered(visit.element("key").submit)) > 1


def test_without_keys_there_is_no_box(page: Page) -> None:
    assert not page.element("key").is_displayed()


def test_a_key_that_no_header_can_hold(visit: Page, locked_server: SidecarProcess) -> None:
    unlock(visit, locked_server, "clé→")
    assert "header" in visit.fault(visit.element("key").submit)


def test_a_refusal_is_shown_with_its_path(visit: Page, locked_server: SidecarProcess) -> None:
    unlock(visit, locked_server)
    before = visit.answered(visit.element("key").submit)
    visit.element("tab-json").click()
    visit.paste("json", json.dumps(["a"] * 11))
    fault = visit.fault(visit.element("rank").click)
    assert "422 validation" in fault
    assert "$: 11 documents, at most 10" in fault
    assert "Request " in fault
    assert visit.order() == before, "the results before stay, marked as old"
    assert visit.element("stale").is_displayed()
    visit.paste("json", '["a"]')
    assert visit.answered(visit.element("rank").click) == [0]
    assert visit.text("fault") == ""


def test_no_documents(page: Page) -> None:
    page.paste("json", "[]")
    assert "400 empty" in page.fault(page.element("rank").click)


async def test_overload_is_shown_with_the_time_to_wait(visit: Page) -> None:
    session = GatedSession()
    async with opened(visit, session) as (service, client):
        # Work that stands still is queued, and by the rate that is known none will ever end.
        session.gate.clear()
        waiting = asyncio.create_task(_post(client, {"query": "q", "documents": ["a", "b"] * 50}))
        await until(lambda: service.models.default.scorer.load().inputs > 50, 60)
        queue = service.models.default.scorer
        assert isinstance(queue, ModelQueue)
        for _ in range(500):
            queue.throughput.record(tokens=1, seconds=1000.0)
        fault = await asyncio.to_thread(visit.fault, visit.element("rank").click)
        assert "429 overloaded" in fault
        assert re.search(r"Try again in \d+ s", fault)
        session.gate.set()
        assert await waiting == 200


async def _post(client: aiohttp.ClientSession, body: object) -> int:
    async with client.post("/v2/rerank", json=body) as response:
        return response.status


async def test_a_page_that_is_there_before_the_model_waits_for_it(visit: Page) -> None:
    loading = asyncio.Event()
    loop = asyncio.get_running_loop()

    def opener(settings: Settings, watch: Watch) -> ModelRegistry:
        asyncio.run_coroutine_threadsafe(loading.wait(), loop).result(60)
        return open_models(settings, watch)

    async with listening(Settings(port=0), opener) as (service, url):
        start = asyncio.create_task(service.start())
        visit.url = url
        fault = await asyncio.to_thread(visit.fault, visit.visit)
        assert "503 not_ready" in fault
        assert "loading" in fault
        loading.set()
        await start
        name = Manifest.read(shipped_model()).name
        await asyncio.to_thread(visit.wait, lambda: visit.order())
        assert visit.text("model").startswith(name)
        assert visit.text("fault") == ""


async def test_a_service_that_is_gone(visit: Page) -> None:
    async with opened(visit, GatedSession()):
        pass
    fault = await asyncio.to_thread(visit.fault, visit.element("rank").click)
    assert "No answer" in fault
    assert "cannot be reached" in fault
    assert visit.order(), "the results before stay"
