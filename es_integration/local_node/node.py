"""A temporary node of either search engine: its folder, settings, start and stop.

    with LocalElasticsearch(heap="512m", log=print) as node:
        client = Elasticsearch(node.url)       # http://127.0.0.1:PORT, empty, gone afterwards

The first start fetches the node and assembles it in the cache; later starts take seconds.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from es_integration.errors import LocalNodeUnavailable
from es_integration.local_node.accounts import node_account
from es_integration.local_node.artifacts import Log, why_unfetchable
from es_integration.local_node.assembly import assemble, folder_name
from es_integration.local_node.cache import cache_folder
from es_integration.local_node.distribution import Distribution, Release
from es_integration.local_node.java import find_java
from es_integration.local_node.process import NodeFolder, NodeProcess, free_ports

# Measured: 9 s on an idle machine, 70 s on two cores that train a model at the same time.
START_TIMEOUT_S = 300.0
# Both search engines answer it; Elasticsearch from Maven answers 405 at `/`.
READY_PATH = "_cluster/health?wait_for_status=yellow&timeout=2s"


def why_unavailable(distribution: Distribution, env: Mapping[str, str] | None = None) -> str | None:
    """Why such a node cannot run on this machine; None if it can.

    Only looks at files: starts and fetches nothing.
    """
    env = os.environ if env is None else env
    try:
        node_account()
        java_home(distribution.release, env)
        if (cache_folder(env) / folder_name(distribution)).is_dir():
            return None
    except LocalNodeUnavailable as error:
        return error.message
    return why_unfetchable()


class LocalNode:
    """A node for the time of a `with` block. Raises LocalNodeUnavailable, LocalNodeFailed."""

    default: ClassVar[Distribution]

    def __init__(
        self,
        *,
        heap: str = "1g",
        log: Log = lambda line: None,
        distribution: Distribution | None = None,
        start_timeout_s: float = START_TIMEOUT_S,
    ) -> None:
        self._heap = heap
        self._log = log
        self._distribution = distribution or self.default
        self._start_timeout_s = start_timeout_s
        self._process: NodeProcess | None = None
        self.url = ""
        self.folder = Path()

    def __enter__(self) -> Self:
        release = self._distribution.release
        java = java_home(release, os.environ)
        home = assemble(self._distribution, cache_folder(os.environ), self._log)
        folder = NodeFolder(release.slug)
        self.folder = folder.path
        http, transport = free_ports(2)
        self.url = f"http://127.0.0.1:{http}"
        try:
            self._configure(folder, home, http, transport)
            self._log(f"starting {release.name} {release.version} on {self.url}")
            command = [str(home / "bin" / release.slug)]
            self._process = NodeProcess(command, folder, environment(release, java, folder.path))
            self._process.wait_until(f"{self.url}/{READY_PATH}", self._start_timeout_s)
        except BaseException:  # Ctrl-C during the start must not leave a node behind either.
            self.close()
            folder.remove()
            raise
        self._log(f"{release.name} is up")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The running node's process ID, which is also its group's; None when it does not run."""
        return None if self._process is None else self._process.pid

    def close(self) -> None:
        """Stops the node and removes its folder; may be called again."""
        process, self._process = self._process, None
        if process is not None:
            process.close()

    def _configure(self, folder: NodeFolder, home: Path, http: int, transport: int) -> None:
        slug = self._distribution.release.slug
        config = folder.subfolder("config")
        shutil.copyfile(home / "config" / "log4j2.properties", config / "log4j2.properties")
        (config / f"{slug}.yml").write_text(
            node_settings(self._distribution, folder.path, http, transport), encoding="utf-8"
        )
        (config / "jvm.options").write_text(
            jvm_options(self._distribution.release, self._heap), encoding="utf-8"
        )
        for name in ("data", "logs", "tmp"):
            folder.subfolder(name)
        folder.hand_over()


def node_settings(distribution: Distribution, folder: Path, http: int, transport: int) -> str:
    """The node's settings file: one node, loopback only, everything it writes under `folder`."""
    lines = (
        "cluster.name: rerank-local",
        "node.name: rerank-local",
        "discovery.type: single-node",
        "network.host: 127.0.0.1",
        f"http.port: {http}",
        f"transport.port: {transport}",
        f"path.data: {folder / 'data'}",
        f"path.logs: {folder / 'logs'}",
        # On a full disk its indices would become read-only.
        "cluster.routing.allocation.disk.threshold_enabled: false",
        *distribution.release.settings,
        *distribution.settings,
    )
    return "\n".join(lines) + "\n"


def jvm_options(release: Release, heap: str) -> str:
    """The JVM options, without the shipped ones for logs and dumps, which go to the home folder."""
    lines = (
        f"-Xms{heap}",
        f"-Xmx{heap}",
        "-XX:+UseG1GC",
        f"-Djava.io.tmpdir=${{{release.prefix}_TMPDIR}}",
        *release.jvm_options,
    )
    return "\n".join(lines) + "\n"


def environment(release: Release, java: Path, folder: Path) -> dict[str, str]:
    """The node's environment variables. It inherits none: an OPENSEARCH_*, ES_* or JAVA_* variable
    of the shell would be a hidden option."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        f"{release.prefix}_JAVA_HOME": str(java),
        f"{release.prefix}_PATH_CONF": str(folder / "config"),
        f"{release.prefix}_TMPDIR": str(folder / "tmp"),
    }


def java_home(release: Release, env: Mapping[str, str]) -> Path:
    """The home of a Java that the release runs on. Raises LocalNodeUnavailable."""
    variables = (f"{release.prefix}_JAVA_HOME", "JAVA_HOME")
    return find_java(release.min_java, release.max_java, *variables, env=env)
