"""The sidecar's own limit, asked of a real service."""

import asyncio
from pathlib import Path

import trustme

from es_integration.cluster.page_time import own_deadline, sidecar_limits
from es_integration.cluster.procedure import run
from sidecar.http.serve import listening
from sidecar.settings import Settings
from tests.certificates import authority_file, issue
from tests.http.serving import GatedSession, opener_over


async def test_a_service_with_https_is_asked_if_its_authority_is_trusted(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate, key = issue(tmp_path, authority)
    trusted = str(authority_file(tmp_path / "ca.crt", authority))
    settings = Settings(port=0, deadline_ms=7000, tls_certificate=certificate, tls_key=key)
    async with listening(settings, opener_over(GatedSession())) as (service, url):
        await service.start()
        for ca, limits in (
            (trusted, (own_deadline(7.0),)),
            (None, ()),
            (str(tmp_path / "none.crt"), ()),
        ):
            asked = await asyncio.to_thread(run, None, sidecar_limits(url, None, ca))
            assert [limit.seconds for limit in asked] == [limit.seconds for limit in limits]
