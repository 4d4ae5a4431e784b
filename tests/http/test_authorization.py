"""Keys, scopes and quotas over HTTP, and every way to get past them."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from multidict import CIMultiDict

from sidecar.access.api_key import digest_of
from sidecar.http import reloading
from sidecar.http.app import create_app
from sidecar.http.authorization import scope_of
from sidecar.http.service import Service
from sidecar.settings import Settings
from tests.http.key_files import bearer, entry, write
from tests.http.serving import BODY, GatedSession, metric, serving, until

SHOP, OPS, OLD = "rsk_shop", "rsk_ops", "rsk_old"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    file = tmp_path / "keys.toml"
    file.write_text(
        entry("shop", SHOP) + entry("ops", OPS, "metrics") + entry("old", OLD, "rerank metrics",
        "expires = 2020-01-01")
    )  # fmt: skip
    return file


async def refused(answer: aiohttp.ClientResponse, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = await answer.json()
    assert (answer.status, body["error_type"]) == (status, code)
    return body


async def test_each_route_needs_its_scope(keys: Path) -> None:
    async with serving(GatedSession(), api_keys_file=keys) as (service, client):
        await service.start()
        asked = [
            ("POST", "/v2/rerank", SHOP, 200),
            ("POST", "/opensearch/plain/rerank", SHOP, 200),
            ("POST", "/", SHOP, 200),
            ("GET", "/playground/service", SHOP, 200),
            ("POST", "/v2/rerank", OPS, 403),
            ("GET", "/playground/service", OPS, 403),
            ("GET", "/metrics", OPS, 200),
            ("GET", "/metrics", SHOP, 403),
            ("GET", "/metrics/", SHOP, 403),
            ("GET", "/metrics", OLD, 401),
            ("POST", "/v2/rerank", OLD, 401),
        ]
        for method, path, key, status in asked:
            body = BODY if method == "POST" else None
            async with client.request(method, path, json=body, headers=bearer(key)) as answer:
                assert answer.status == status, (path, key)
                challenge = answer.headers.get("WWW-Authenticate", "")
                assert challenge.startswith("Bearer") == (status in (401, 403))
                if status == 403:
                    needed = "metrics" if "metrics" in path else "rerank"
                    assert f'error="insufficient_scope", scope="{needed}"' in challenge
                    await refused(answer, 403, "scope")


async def test_without_a_key_only_open_routes_answer(keys: Path) -> None:
    async with serving(GatedSession(), api_keys_file=keys) as (service, client):
        await service.start()
        for path in ("/health/live", "/ping", "/", "/info", "/v1/models", "/docs", "/playground"):
            async with client.get(path) as answer:
                assert answer.status == 200, path
        for path in ("/metrics", "/metrics/", "/playground/service"):
            async with client.get(path) as answer:
                await refused(answer, 401, "auth")
        for path in ("/v2/rerank", "/", "/playground/readings", "/v2/rerank/"):
            async with client.post(path, json=BODY) as answer:
                await refused(answer, 401, "auth")
        for path in (
            "//metrics",
            "/%6detrics",
            "/metrics/.",
            "/info/../metrics",
            "/metrics?x=/info",
        ):
            head = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"
            status = (await raw_answer(client, head)).splitlines()[0]
            assert b" 401 " in status or b" 404 " in status, (path, status)


def test_every_route_is_open_on_purpose_or_guarded() -> None:
    """A new route needs a key unless this list says otherwise."""
    app = create_app(Service(Settings()))
    open_routes = {
        route.resource.canonical
        for route in app.router.routes()
        if route.resource and scope_of(route.method, route.resource.canonical) is None
    }
    assert open_routes == {
        *("/", "/health", "/health/live", "/health/ready", "/health/startup", "/ping"),
        *("/v1/health/live", "/v1/health/ready", "/.well-known/live", "/.well-known/ready"),
        *("/info", "/meta", "/v1/models", "/v1/models/{id}", "/openapi.json"),
        *("/docs", "/docs/docs.css", "/playground", "/playground/{file}"),
    }
    for route in app.router.routes():
        assert route.resource
        path = route.resource.canonical
        if route.method not in ("GET", "HEAD"):
            needed = "admin" if path.startswith("/admin/") else "rerank"
            assert scope_of(route.method, path) == needed
    assert scope_of("GET", "/metrics") == scope_of("HEAD", "/metrics") == "metrics"
    assert scope_of("POST", "/admin") == scope_of("GET", "/admin/models/{name}") == "admin"
    assert scope_of("GET", "/administer") == "rerank"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearer("wrong"),
        bearer(""),
        bearer("null"),
        bearer(SHOP.upper()),
        bearer(SHOP + "\xa0"),
        bearer("\u200b" + SHOP),
        bearer(SHOP.replace("o", "\u043e")),
        bearer(SHOP + "\u0301"),
        bearer(f'"{SHOP}"'),
        bearer(f"{SHOP}, {SHOP}"),
        bearer(f"sha256:{digest_of(SHOP.encode()).hex()}"),
        bearer(digest_of(SHOP.encode()).hex()),
        bearer("x" * 8000),
        {"Authorization": SHOP},
        {"Authorization": f"Basic {SHOP}"},
        {"Authorization": f"\u212aearer {SHOP}"},
        {"Proxy-Authorization": f"Bearer {SHOP}"},
        {"Cookie": f"api_key={SHOP}; Authorization=Bearer {SHOP}"},
        {"X-Api-Key-2": SHOP},
        {"X-Forwarded-Authorization": f"Bearer {SHOP}"},
    ],
    ids=repr,
)
async def test_nothing_but_the_exact_key_in_its_header_is_let_in(
    keys: Path, headers: Mapping[str, str]
) -> None:
    async with serving(GatedSession(), api_keys_file=keys) as (service, client):
        await service.start()
        async with client.post("/v2/rerank", json=BODY, headers=headers) as answer:
            body = await refused(answer, 401, "auth")
            assert SHOP not in json.dumps(body)


@pytest.mark.parametrize(
    "query", [f"?{name}={SHOP}" for name in ("key", "api_key", "api-key", "access_token", "token")]
)
async def test_a_key_in_the_address_or_body_is_never_read(keys: Path, query: str) -> None:
    async with serving(GatedSession(), api_keys_file=keys) as (service, client):
        await service.start()
        body = {**BODY, "api_key": SHOP}
        async with client.post(f"/v2/rerank{query}", json=body) as answer:
            await refused(answer, 401, "auth")
        async with client.get(f"/metrics{query.replace(SHOP, OPS)}") as answer:
            await refused(answer, 401, "auth")


@pytest.mark.parametrize(
    "headers",
    [
        bearer(SHOP),
        {"authorization": f"bearer  {SHOP} "},
        {"AUTHORIZATION": f"BEARER \t{SHOP}\t"},
        {"X-API-Key": SHOP},
        {"api-key": f" {SHOP} "},
        {**bearer("null"), "X-API-Key": SHOP},
        {**bearer(OPS), "X-API-Key": SHOP},
        {**bearer(OLD), "Api-Key": SHOP},
    ],
    ids=repr,
)
async def test_what_clients_and_gateways_send_is_read(
    keys: Path, headers: Mapping[str, str]
) -> None:
    async with serving(GatedSession(), api_keys_file=keys) as (service, client):
        await service.start()
        async with client.post("/v2/rerank", json=BODY, headers=headers) as answer:
            assert answer.status == 200
        assert metric(service, "rerank_key_requests_total", key="shop", status="200") == 1


async def raw_answer(client: aiohttp.ClientSession, head: str) -> bytes:
    """What bytes get as an answer, up to the end of its headers."""
    assert client._base_url is not None
    reader, writer = await asyncio.open_connection(client._base_url.host, client._base_url.port)
    try:
        writer.write(head.encode("latin-1"))
        await writer.drain()
        return await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_a_header_that_is_sent_twice_grants_what_one_of_its_keys_grants(keys: Path) -> None:
    async with serving(GatedSession(), api_keys_file=keys) as (service, client):
        await service.start()
        for sent, status in (([SHOP, OPS], 200), (["wrong", OPS], 200), (["wrong", SHOP], 403)):
            twice = CIMultiDict([("X-API-Key", key) for key in sent])
            async with client.get("/metrics", headers=twice) as answer:
                assert answer.status == status, sent
        folded = f"GET /metrics HTTP/1.1\r\nHost: x\r\nX-API-Key:\r\n {OPS}\r\n\r\n"
        assert b" 400 " in (await raw_answer(client, folded)).splitlines()[0]


async def test_a_request_cannot_have_a_thousand_keys_tried(keys: Path) -> None:
    async with serving(GatedSession(), api_keys_file=keys) as (service, client):
        await service.start()
        many = CIMultiDict([("Api-Key", "w")] * 8 + [("Api-Key", OPS)])
        async with client.get("/metrics", headers=many) as answer:
            assert "9 API keys" in (await refused(answer, 401, "auth"))["message"]


async def test_bytes_that_are_no_text_are_a_wrong_key(keys: Path) -> None:
    async with serving(GatedSession(), api_keys_file=keys) as (service, client):
        await service.start()
        head = f"GET /metrics HTTP/1.1\r\nHost: x\r\nX-API-Key: {OPS}\xff\xfe\r\n\r\n"
        assert b" 401 " in (await raw_answer(client, head)).splitlines()[0]
        long = f"GET /metrics HTTP/1.1\r\nHost: x\r\nX-API-Key: {'x' * 100_000}\r\n\r\n"
        assert b" 400 " in (await raw_answer(client, long)).splitlines()[0]
        async with client.get("/health/ready") as answer:
            assert answer.status == 200


async def test_a_wrong_key_costs_neither_body_nor_model(keys: Path) -> None:
    session = GatedSession()
    async with serving(session, api_keys_file=keys) as (service, client):
        await service.start()
        head = "POST /v2/rerank HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n"
        assert b" 401 " in (await raw_answer(client, head)).splitlines()[0]
        assert session.runs == 0


async def test_quotas_of_requests_and_documents(keys: Path) -> None:
    write(
        keys,
        entry("few", "few", more="requests_per_minute = 2")
        + entry("small", "small", more="documents_per_minute = 3"),
    )
    session = GatedSession()
    async with serving(session, api_keys_file=keys) as (service, client):
        await service.start()
        for key, statuses in (("few", (200, 200, 429, 429)), ("small", (200, 429, 429))):
            for status in statuses:
                async with client.post("/v2/rerank", json=BODY, headers=bearer(key)) as answer:
                    assert answer.status == status
                    if status == 429:
                        body = await refused(answer, 429, "quota")
                        assert f"the API key {key} has used" in body["message"]
                        wait_s = int(answer.headers["Retry-After"])
                        assert 1 <= wait_s <= 60
                        assert 0 < int(answer.headers["retry-after-ms"]) <= wait_s * 1000
        assert metric(service, "rerank_key_quota_exceeded_total", key="few", unit="requests") == 2
        assert (
            metric(service, "rerank_key_quota_exceeded_total", key="small", unit="documents") == 2
        )
        assert metric(service, "rerank_key_documents_total", key="small") == 3
        assert metric(service, "rerank_key_requests_total", key="few", status="429") == 2
        assert metric(service, "rerank_rejected_total", reason="quota") == 4
        async with client.post(
            "/infinity/rerank", json=BODY, headers=bearer("small")
        ) as answer:  # the dialect's own words
            assert (await refused(answer, 429, "quota"))["detail"]


async def test_the_log_line_has_the_keys_name_and_never_the_key(
    keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(GatedSession(), api_keys_file=keys) as (service, client):
        await service.start()
        for key in (SHOP, OPS, "wrong-key"):
            async with client.post("/v2/rerank", json=BODY, headers=bearer(key)):
                pass
    said = capsys.readouterr().out
    assert "key=shop" in said
    assert not any(key in said for key in (SHOP, OPS, "wrong-key"))


async def test_metrics_name_configured_keys_alone(keys: Path) -> None:
    async with serving(GatedSession(), api_keys_file=keys) as (service, client):
        await service.start()
        for key in (SHOP, "made-up-1", "made-up-2"):
            async with client.post("/v2/rerank", json=BODY, headers=bearer(key)):
                pass
        async with client.get("/metrics", headers=bearer(OPS)) as answer:
            text = await answer.text()
        assert 'rerank_key_requests_total{key="shop",status="200"} 1.0' in text
        assert "made-up" not in text
        assert 'rerank_key_expiry_timestamp_seconds{key="old"} 1.5778368e+09' in text


async def test_a_changed_file_is_in_force_without_a_restart(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reloading, "POLL_S", 0.02)
    async with serving(GatedSession(), api_keys_file=keys) as (service, client):
        await service.start()

        async def status(key: str) -> int:
            async with client.post("/v2/rerank", json=BODY, headers=bearer(key)) as answer:
                return answer.status

        write(keys, "[[keys]]\nname = ")
        await until(lambda: metric(service, "rerank_reload_failed", part="keys") == 1)
        assert await status(SHOP) == 200
        write(keys, entry("jobs", "jobs", more="expires = 2099-01-01"))
        await until(lambda: metric(service, "rerank_reload_failed", part="keys") == 0)
        assert (await status(SHOP), await status("jobs")) == (401, 200)
        reloads = {"part": "keys", "outcome": "failed"}
        assert metric(service, "rerank_reloads_total", **reloads) == 1
        assert metric(service, "rerank_key_expiry_timestamp_seconds", key="jobs") > 4e9
        assert metric(service, "rerank_key_expiry_timestamp_seconds", key="old") == 0


async def test_what_was_tried_at_other_routes_is_counted_and_logged(
    keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(GatedSession(), api_keys_file=keys) as (service, client):
        await service.start()
        for path, headers in (("/metrics", {}), ("/metrics", bearer(SHOP)), ("/nowhere", {})):
            async with client.get(path, headers=headers) as answer:
                assert answer.status in (401, 403, 404)
        assert metric(service, "rerank_rejected_total", reason="auth") == 1
        assert metric(service, "rerank_rejected_total", reason="scope") == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if "refused" in line]
    assert len(lines) == 2
    assert all("route=/metrics" in line for line in lines)
    assert SHOP not in "".join(lines)
