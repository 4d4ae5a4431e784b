"""What is asked of a real Redis, and how it may refuse."""

import socketserver
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from redis import Redis

from sidecar.errors import StartupError
from sidecar.shared_cache.redis_store import RedisStore
from sidecar.shared_cache.store import StoreError, limited
from sidecar.workshop.sidecar_process import free_port
from tests.certificates import authority_file, issue
from tests.redis_server import RedisServer
from tests.socket_server import running

PREFIX, TTL_S = "test:", 100
VALUES = {b"\x00\r\n": b"one", b"\xff" * 16: b"two"}


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def redis(server: RedisServer) -> Iterator[Redis]:
    with Redis.from_url(server.url) as client:
        client.flushall()
        yield client


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[RedisStore]:
    store = RedisStore.open(url, PREFIX, TTL_S)
    try:
        yield store
    finally:
        await store.close()


async def test_what_is_put_is_found_for_its_time(server: RedisServer, redis: Redis) -> None:
    async with opened(server.url) as store:
        await store.put(VALUES)
        assert list(await store.get([b"none", *VALUES])) == [None, b"one", b"two"]
        assert sorted(redis.keys()) == [b"test:" + key for key in sorted(VALUES)]
        assert all(0 < redis.ttl(key) <= TTL_S for key in redis.scan_iter())


async def test_what_others_keep_there_is_no_value(server: RedisServer, redis: Redis) -> None:
    redis.rpush("test:a", 1)
    redis.hset("test:b", "x", 1)
    async with opened(server.url) as store:
        assert list(await store.get([b"a", b"b"])) == [None, None]
        await store.put({b"a": b"mine"})
        assert list(await store.get([b"a"])) == [b"mine"]


async def fill(store: RedisStore) -> None:
    for number in range(500):
        await store.put({b"%d-%d" % (number, each): b"x" * 1000 for each in range(200)})


async def test_a_full_memory_refuses_writes_and_answers_lookups() -> None:
    with RedisServer("--maxmemory", "1mb", "--maxmemory-policy", "noeviction") as server:
        async with opened(server.url) as store:
            with pytest.raises(StoreError, match="maxmemory") as refused:
                await fill(store)
            assert refused.value.reason == "refused"
            assert list(await store.get([b"none"])) == [None]


async def test_a_wrong_password_is_refused_and_not_repeated() -> None:
    with RedisServer("--requirepass", "right") as server:
        async with opened(f"unix://:wrong-secret@{server.socket}") as store:
            with pytest.raises(StoreError, match="invalid username-password") as refused:
                await store.get([b"a"])
            assert refused.value.reason == "connection"
            assert "secret" not in str(refused.value)
        async with opened(f"unix://:right@{server.socket}") as store:
            assert list(await store.get([b"a"])) == [None]


async def test_a_password_that_redis_repeats_is_not_repeated() -> None:
    with RedisServer("--rename-command", "AUTH", "LOGIN") as server:
        async with opened(f"unix://:my-secret@{server.socket}") as store:
            with pytest.raises(StoreError, match="unknown command") as refused:
                await store.get([b"a"])
            assert "secret" not in str(refused.value)


async def test_a_server_that_is_away() -> None:
    async with opened("unix:///nowhere/redis.sock") as store:
        with pytest.raises(StoreError) as fault:
            await store.get([b"a"])
        assert fault.value.reason == "connection"


async def test_a_server_that_hangs_and_goes_on(server: RedisServer) -> None:
    async with opened(server.url) as store:
        server.pause()
        try:
            with pytest.raises(StoreError) as fault:
                await limited(store.get([b"none"]), 0.05)
            assert fault.value.reason == "late"
        finally:
            server.resume()
        assert list(await store.get([b"none"])) == [None]


class WebServer(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def test_what_is_no_redis_is_refused() -> None:
    with running(socketserver.ThreadingTCPServer(("127.0.0.1", 0), WebServer)) as url:
        async with opened(url.replace("http:", "redis:")) as store:
            with pytest.raises(StoreError):
                await store.get([b"a"])


async def test_tls_with_a_password_and_an_authority_of_ones_own(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate, key = issue(tmp_path, authority)
    ca, port = authority_file(tmp_path / "ca.pem", authority), free_port()
    tls = ["--tls-port", str(port), "--tls-cert-file", str(certificate), "--tls-key-file", str(key)]
    options = [*tls, "--tls-auth-clients", "no", "--requirepass", "right"]
    with RedisServer(*options):
        url = f"rediss://:right@127.0.0.1:{port}/0"
        async with opened(f"{url}?ssl_ca_certs={ca}") as trusting:
            await trusting.put(VALUES)
            assert list(await trusting.get(list(VALUES))) == list(VALUES.values())
        async with opened(url) as strange:
            with pytest.raises(StoreError, match="certificate") as fault:
                await strange.get([b"a"])
            assert fault.value.reason == "connection"


def test_an_address_that_the_client_does_not_take() -> None:
    with pytest.raises(StartupError, match="setting cache_url"):
        RedisStore.open("redis://host?max_connections=many", PREFIX, TTL_S)
