"""nginx with the example's configuration in front of replicas, on a Unix socket."""

import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.examples.balancers import EXAMPLES, client_of

EXAMPLE = EXAMPLES / "nginx.conf"
POLICY = "hash $rerank_route consistent;"
MAIN = """
daemon off;
pid {folder}/pid;
error_log {folder}/errors;
worker_processes 1;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{example}
}}
"""


def configuration(folder: Path, replicas: Sequence[str], policy: str = POLICY) -> str:
    """The example for these replicas (`host:port`), and another policy of its `upstream` if
    given."""
    example = EXAMPLE.read_text()
    servers = "\n".join(f"    server {replica} max_fails=0;" for replica in replicas)
    example, found = re.subn(
        r"(?m)(^    server sidecar-\d:8080 max_fails=0;\n)+", servers + "\n", example
    )
    assert found == 1
    assert example.count(POLICY) == example.count("listen 8080;") == 1
    example = example.replace(POLICY, policy)
    example = example.replace("listen 8080;", f"listen unix:{folder}/socket;")
    return MAIN.format(folder=folder, example=example)


@asynccontextmanager
async def balanced(
    replicas: Sequence[str], policy: str = POLICY
) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of nginx in front of the replicas. Skips the test where there is no nginx."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("no nginx (Debian's package nginx-light)")
    with tempfile.TemporaryDirectory(prefix="nginx-") as name:  # a path that sockets may have
        folder = Path(name)
        _write(folder, replicas, policy)
        command = [program, "-p", name, "-c", f"{name}/conf", "-e", f"{name}/errors"]
        async with client_of(command, folder / "socket", folder / "errors") as client:
            yield client


def _write(folder: Path, replicas: Sequence[str], policy: str) -> None:
    folder.chmod(0o755)  # its worker is another user if this one is root
    (folder / "conf").write_text(configuration(folder, replicas, policy))
