"""The operators' routes, and the address that they can have of their own."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from sidecar.errors import StartupError
from sidecar.http.serve import listening
from sidecar.settings import Settings
from sidecar.workshop.models_admin import ModelsAdmin
from sidecar.workshop.sidecar_process import free_port
from tests.http.key_files import append, bearer, entry, write
from tests.http.serving import BODY, GatedSession, opener_over, serving


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return write(
        tmp_path / "keys.toml",
        entry("shop", "s", more="requests_per_minute = 60\ndocuments_per_minute = 2")
        + entry("boss", "b", "admin", "expires = 2099-01-01"),
    )


async def test_keys_are_listed_with_what_is_left_and_without_secrets(keys: Path) -> None:
    async with serving(GatedSession(), api_keys_file=keys) as (service, client):
        await service.start()
        await client.post("/v2/rerank", json=BODY, headers=bearer("s"))
        async with client.get("/admin/keys", headers=bearer("b")) as answer:
            assert answer.headers["Cache-Control"] == "no-store"
            assert await answer.json() == {
                "keys": [
                    {
                        "name": "shop",
                        "scopes": ["rerank"],
                        "priority": "interactive",
                        "expires": None,
                        "expired": False,
                        "requests_per_minute": 60,
                        "requests_left": 59,
                        "documents_per_minute": 2,
                        "documents_left": -1,
                    },
                    {
                        "name": "boss",
                        "scopes": ["admin"],
                        "priority": "interactive",
                        "expires": "2099-01-01T00:00:00+00:00",
                        "expired": False,
                        "requests_per_minute": None,
                        "requests_left": None,
                        "documents_per_minute": None,
                        "documents_left": None,
                    },
                ]
            }


async def test_administration_needs_its_scope(keys: Path) -> None:
    async with serving(GatedSession(), api_keys_file=keys) as (_, client):
        for headers, status in (({}, 401), (bearer("s"), 403), (bearer("b"), 200)):
            async with client.get("/admin/keys", headers=headers) as answer:
                assert answer.status == status


@pytest.mark.parametrize("configured", ["nothing", "api_key", "a file"])
async def test_administration_is_not_there_unless_a_key_is_for_it(
    configured: str, tmp_path: Path
) -> None:
    file = write(tmp_path / "keys.toml", entry("shop", "s", "rerank metrics"))
    settings = {"nothing": {}, "api_key": {"api_key": "s"}, "a file": {"api_keys_file": file}}
    async with serving(GatedSession(), **settings[configured]) as (_, client):
        for headers in ({}, bearer("s")):
            async with client.get("/admin/keys", headers=headers) as answer:
                assert answer.status == 404
                assert (await answer.json())["error_type"] == "not_found"


async def test_an_address_of_its_own_takes_metrics_and_administration(keys: Path) -> None:
    port = free_port()
    append(keys, entry("prometheus", "p", "metrics"))
    settings = {"api_keys_file": keys, "admin_port": port}
    async with serving(GatedSession(), **settings) as (service, client):
        await service.start()
        admin = f"http://127.0.0.1:{port}"
        for path, key in (("/metrics", "p"), ("/admin/keys", "b")):
            async with client.get(path, headers=bearer(key)) as answer:
                assert answer.status == 404
                assert "`admin_port` has /metrics and /admin" in (await answer.json())["error"]
            async with client.get(admin + path, headers=bearer(key)) as answer:
                assert answer.status == 200
            async with client.get(admin + path, headers=bearer("s")) as answer:
                assert answer.status == 403
        for base in ("", admin):
            async with client.get(f"{base}/health/ready") as answer:
                assert answer.status == 200
        for path in ("/v2/rerank", "/"):
            async with client.post(admin + path, json=BODY, headers=bearer("s")) as answer:
                assert answer.status in (404, 405)
        for path in ("/info", "/playground", "/playground/service", "/docs"):
            async with client.get(admin + path, headers=bearer("s")) as answer:
                assert answer.status == 404
                assert "no such route on `admin_port`" in (await answer.json())["error"]


async def test_the_models_command_names_the_other_port_when_it_has_the_routes(keys: Path) -> None:
    port = free_port()
    opener = opener_over(GatedSession(), None)
    settings = Settings(port=0, api_keys_file=keys, admin_port=port)
    async with listening(settings, opener) as (service, url):
        await service.start()
        admin = ModelsAdmin(f"http://127.0.0.1:{port}", "b")
        assert [each["default"] for each in await asyncio.to_thread(admin.models)] == [True]
        with pytest.raises(StartupError, match=r"or its admin_port has the routes"):
            await asyncio.to_thread(ModelsAdmin(url, "b").models)


async def answers(client: aiohttp.ClientSession, url: str) -> bool:
    """Whether a new connection is answered."""
    try:
        async with client.get(url, headers={"Connection": "close"}):
            return True
    except aiohttp.ClientConnectionError:
        return False


async def test_the_operators_address_outlives_the_clients() -> None:
    port, session = free_port(), GatedSession()
    session.gate.clear()
    settings = Settings(port=0, admin_port=port)
    async with AsyncExitStack() as stack, aiohttp.ClientSession() as client:
        service, url = await stack.enter_async_context(listening(settings, opener_over(session)))
        await service.start()
        under_way = asyncio.create_task(client.post(f"{url}/v2/rerank", json=BODY))
        await session.wait_entered()
        service.drain()
        closing = asyncio.create_task(stack.aclose())
        async with asyncio.timeout(10):
            while await answers(client, f"{url}/ping"):
                pass
        async with client.get(f"http://127.0.0.1:{port}/health/ready") as answer:
            assert answer.status == 503
        async with client.get(f"http://127.0.0.1:{port}/metrics") as answer:
            assert "rerank_ready 0.0" in await answer.text()
        session.gate.set()
        assert (await under_way).status == 200
        await closing


async def test_one_address_for_both_does_not_start() -> None:
    port = free_port()
    with pytest.raises(StartupError, match=f"cannot listen on http://127.0.0.1:{port}"):
        async with listening(Settings(port=port, admin_port=port)):
            pass
