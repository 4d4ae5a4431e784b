"""docker/healthcheck.py finds the port that answers probes, whatever is set."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import trustme

from sidecar.http.serve import listening
from sidecar.settings import Settings
from sidecar.workshop.sidecar_process import free_port
from tests.certificates import authority_file, issue
from tests.docker.dockerfile import DOCKER
from tests.http.serving import GatedSession, opener_over


def healthy(options: Mapping[str, Any]) -> bool:
    command = [sys.executable, "-I", "-S", str(DOCKER / "healthcheck.py")]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RERANK_")}
    set_here = {f"RERANK_{name.upper()}": str(value) for name, value in options.items()}
    return subprocess.run(command, env=kept | set_here, check=False).returncode == 0


@pytest.mark.parametrize("admin", [None, "same", "server", "none"])
@pytest.mark.parametrize("tls", ["", "tls", "mutual"])
async def test_it_follows_ports_and_tls(tmp_path: Path, tls: str, admin: str | None) -> None:
    authority = trustme.CA()
    options: dict[str, Any] = {"port": free_port()}
    if tls:
        options["tls_certificate"], options["tls_key"] = issue(tmp_path, authority)
    if tls == "mutual":
        options["tls_client_ca"] = authority_file(tmp_path / "ca.crt", authority)
    if admin is not None:
        options |= {"admin_port": free_port()} | ({"admin_tls": admin} if tls else {})
    async with listening(Settings(**options), opener_over(GatedSession())) as (service, _):
        assert not await asyncio.to_thread(healthy, options), "the model is not loaded yet"
        await service.start()
        # It has no certificate of a client's: docs/deploying.md says what to set.
        expected = tls != "mutual" or admin in ("server", "none")
        assert await asyncio.to_thread(healthy, options) == expected
