"""The clients at a service with HTTPS that asks for their certificates."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme

from es_integration.errors import SidecarUnreachable
from es_integration.sidecar_client import SidecarClient, SyncSidecarClient
from sidecar.http.serve import listening
from sidecar.settings import Settings
from tests.certificates import authority_file, issue, trusting
from tests.http.serving import BODY, GatedSession, opener_over

QUERY, DOCUMENTS = str(BODY["query"]), list(BODY["documents"])


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(tmp_path: Path, authority: trustme.CA) -> Path:
    return authority_file(tmp_path / "ca.crt", authority)


@pytest.fixture
async def url(tmp_path: Path, authority: trustme.CA) -> AsyncIterator[str]:
    """A service for clients whose certificate the authority signed as well."""
    certificate, key = issue(tmp_path, authority)
    settings = Settings(
        port=0, tls_certificate=certificate, tls_key=key, tls_client_ca=tmp_path / "ca.crt"
    )
    async with listening(settings, opener_over(GatedSession())) as (service, url):
        await service.start()
        yield url


async def test_both_clients_take_authorities_and_a_certificate(
    tmp_path: Path, authority: trustme.CA, trusted: Path, url: str
) -> None:
    tls = trusting(authority, issue(tmp_path, authority, "client"))
    async with SidecarClient(url, tls=tls) as client:
        ranked = await client.rerank(QUERY, DOCUMENTS)
    assert [index for index, _ in ranked] == [2, 1, 0]

    def in_a_thread() -> list[tuple[int, float]]:
        with SyncSidecarClient(url, tls=tls) as sidecar:
            return sidecar.rerank(QUERY, DOCUMENTS)

    assert await asyncio.to_thread(in_a_thread) == ranked


async def test_nobody_is_trusted_unasked(authority: trustme.CA, trusted: Path, url: str) -> None:
    for tls in (None, trusting(trustme.CA()), trusting(authority)):
        async with SidecarClient(url, tls=tls, retries=0) as client:
            with pytest.raises(SidecarUnreachable):
                await client.rerank(QUERY, DOCUMENTS)
