"""HTTPS at a real port: what a client sees while certificates change."""

import asyncio
import json
import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import aiohttp
import pytest
import trustme
from structlog.testing import capture_logs

from sidecar.errors import StartupError
from sidecar.http import listener, reloading
from sidecar.http.serve import listening
from sidecar.http.service import Service
from sidecar.settings import Settings
from sidecar.workshop.sidecar_process import free_port
from tests.certificates import authority_file, issue, trusting
from tests.http.serving import BODY, GatedSession, metric, opener_over, serving, until


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


EXPIRY = "rerank_certificate_expiry_timestamp_seconds"
RELOADED = {"part": "tls", "outcome": "ok"}


def settings(files: tuple[Path, Path], **more: object) -> dict[str, object]:
    return {"tls_certificate": files[0], "tls_key": files[1], **more}


def shown(url: str, context: ssl.SSLContext) -> bytes:
    """The certificate that a new connection gets."""
    host, port = url.removeprefix("https://").split(":")
    with (
        socket.create_connection((host, int(port)), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=host) as connection,
    ):
        found = connection.getpeercert(binary_form=True)
        assert found is not None
        return found


def pool(context: ssl.SSLContext) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context))


async def test_an_open_connection_goes_on_while_new_ones_get_the_new_certificate(
    tmp_path: Path, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reloading, "POLL_S", 0.02)
    ends = [datetime(year, 1, 2, tzinfo=UTC) for year in (2060, 2061)]
    files = issue(tmp_path, authority, ends=ends[0])
    options = Settings(port=0, **settings(files))  # type: ignore[arg-type]
    trust = trusting(authority)
    async with listening(options, opener_over(GatedSession())) as (service, url):
        await service.start()
        assert metric(service, EXPIRY) == ends[0].timestamp()
        host, port = url.removeprefix("https://").split(":")
        old = await asyncio.to_thread(shown, url, trust)
        reader, writer = await asyncio.open_connection(host, int(port), ssl=trust)
        body = json.dumps(BODY).encode()
        head = f"POST /v2/rerank HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        for turn in (1, 2):
            writer.write(head.encode() + body[:10])  # half a request is under way
            await writer.drain()
            if turn == 1:
                issue(tmp_path, authority, ends=ends[1])
                await until(lambda: metric(service, "rerank_reloads_total", **RELOADED) >= 1)
                assert metric(service, EXPIRY) == ends[1].timestamp()
            assert await asyncio.to_thread(shown, url, trust) != old
            writer.write(body[10:])
            answer = (await reader.readuntil(b"\r\n\r\n")).decode()
            assert answer.startswith("HTTP/1.1 200 ")
            await reader.readexactly(int(answer.partition("Content-Length: ")[2].split()[0]))
        tls = writer.get_extra_info("ssl_object")
        assert tls.getpeercert(binary_form=True) == old
        writer.close()


async def test_files_that_do_not_fit_leave_the_old_ones_in_force(
    tmp_path: Path, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reloading, "POLL_S", 0.02)
    files = issue(tmp_path, authority)
    options = Settings(port=0, **settings(files))  # type: ignore[arg-type]
    trust = trusting(authority)
    async with listening(options, opener_over(GatedSession())) as (service, url):
        old = await asyncio.to_thread(shown, url, trust)
        await asyncio.to_thread(files[1].write_text, "-----BEGIN PRIVATE KEY-----\n")
        await until(lambda: metric(service, "rerank_reload_failed", part="tls") == 1)
        assert await asyncio.to_thread(shown, url, trust) == old
        issue(tmp_path, authority)
        await until(lambda: metric(service, "rerank_reload_failed", part="tls") == 0)
        assert await asyncio.to_thread(shown, url, trust) != old


async def test_plain_http_and_strangers_are_not_answered(
    tmp_path: Path, authority: trustme.CA
) -> None:
    options = Settings(port=0, **settings(issue(tmp_path, authority)))  # type: ignore[arg-type]
    async with listening(options, opener_over(GatedSession())) as (_, url):
        async with aiohttp.ClientSession() as client:
            for address in (url.replace("https", "http"), url):  # no authority is known for it
                with pytest.raises(aiohttp.ClientError):
                    await client.get(f"{address}/health/live")
        async with (
            pool(trusting(authority)) as client,
            client.get(f"{url}/health/live") as answer,
        ):
            assert answer.status == 200


async def test_mutual_tls_lets_in_who_has_a_certificate_and_a_key(
    tmp_path: Path, authority: trustme.CA
) -> None:
    clients = trustme.CA()
    own = issue(tmp_path, clients, "client")
    port = free_port()
    more = {
        "tls_client_ca": authority_file(tmp_path / "clients.pem", clients),
        "api_key": "one",
        "admin_port": port,
        "admin_tls": "server",
    }
    options = settings(issue(tmp_path, authority), **more)
    async with serving(GatedSession(), **options) as (service, plain):
        await service.start()
        assert plain._base_url is not None
        url = str(plain._base_url).rstrip("/")
        async with pool(trusting(authority, own)) as client:
            for headers, status in (({}, 401), ({"X-API-Key": "one"}, 200)):
                async with client.post(f"{url}/v2/rerank", json=BODY, headers=headers) as answer:
                    assert answer.status == status
        async with pool(trusting(authority)) as client:
            with pytest.raises(aiohttp.ClientError):
                await client.post(f"{url}/v2/rerank", json=BODY, headers={"X-API-Key": "one"})
            async with client.get(f"https://127.0.0.1:{port}/health/ready") as answer:
                assert answer.status == 200


async def test_a_failed_handshake_is_counted_and_its_reason_is_logged(
    tmp_path: Path, authority: trustme.CA
) -> None:
    clients = authority_file(tmp_path / "clients.pem", trustme.CA())
    stranger = issue(tmp_path, authority, "stranger")
    files = issue(tmp_path, authority)
    options = Settings(port=0, **settings(files, tls_client_ca=clients))  # type: ignore[arg-type]
    attempts = {
        "peer did not return a certificate": trusting(authority),
        "certificate verify failed: ": trusting(authority, stranger),
        "tlsv1 alert unknown ca": trusting(trustme.CA()),
        "http request": None,
    }
    async with listening(options, opener_over(GatedSession())) as (service, url):
        with capture_logs() as logged:
            for context in attempts.values():
                before = metric(service, "rerank_failed_handshakes_total")
                await asyncio.to_thread(refused, url, context)
                await until(partial(failed_more, service, before))
        faults = [event["fault"] for event in logged if event["event"] == "handshake"]
        assert metric(service, "rerank_failed_handshakes_total") == len(attempts)
        for fault, reason in zip(faults, attempts, strict=True):
            assert fault.startswith(reason)


def failed_more(service: Service, before: float) -> bool:
    return metric(service, "rerank_failed_handshakes_total") > before


def refused(url: str, context: ssl.SSLContext | None) -> None:
    """One connection that gets no answer; None: without TLS."""
    host, port = url.removeprefix("https://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as plain, suppress(OSError):
        if context is None:
            plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
            plain.recv(1024)
        else:
            with context.wrap_socket(plain, server_hostname=host) as connection:
                assert not connection.recv(1)


async def test_certificates_that_cannot_be_used_do_not_start(tmp_path: Path) -> None:
    none = tmp_path / "none.pem"
    with pytest.raises(StartupError, match=r"none\.pem"):
        async with listening(Settings(port=0, tls_certificate=none)):
            pass


async def test_a_start_that_certificates_fail_leaves_nothing_running(tmp_path: Path) -> None:
    none = tmp_path / "none.pem"
    before = set(threading.enumerate())
    with pytest.raises(StartupError):
        async with listening(Settings(port=0, tls_certificate=none, otel_metrics=True)):
            pass
    assert "otlp-metrics" not in {each.name for each in set(threading.enumerate()) - before}


async def test_a_client_that_never_shakes_hands_is_dropped(
    tmp_path: Path, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "HANDSHAKE_S", 0.2)
    options = Settings(port=0, **settings(issue(tmp_path, authority)))  # type: ignore[arg-type]
    async with listening(options, opener_over(GatedSession())) as (_, url):
        host, port = url.removeprefix("https://").split(":")
        for begun in (b"", b"\x16\x03\x01", b"GET / HTTP/1.1\r\n\r\n"):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(begun)
            async with asyncio.timeout(10):
                try:
                    while await reader.read(1024):  # an alert, for what is no handshake
                        pass
                except ConnectionResetError:
                    pass
            writer.close()
        async with (
            pool(trusting(authority)) as client,
            client.get(f"{url}/health/live") as answer,
        ):
            assert answer.status == 200
