"""A throw-away OpenSearch node on this machine, for tests and demonstrations.

    with LocalOpenSearch(heap="1g", log=print) as node:
        client = OpenSearch(node.url)          # http://127.0.0.1:PORT, empty, gone afterwards

The first start fetches and assembles the node into the cache; later ones take seconds.
"""

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from es_integration.errors import LocalNodeUnavailable
from es_integration.local_node.accounts import node_account
from es_integration.local_node.artifacts import Artifact, Log, fetch, why_unfetchable
from es_integration.local_node.cache import assembled, cache_folder
from es_integration.local_node.java import find_java
from es_integration.local_node.opensearch_parts import RERANK, VERSION, Distribution, Module
from es_integration.local_node.process import NodeFolder, NodeProcess, free_ports

OLDEST_JAVA, NEWEST_JAVA = 11, 23
# Seen: 9 s on an idle machine. On a busy CI runner several times that.
START_LIMIT_S = 180.0


def why_unavailable(
    distribution: Distribution = RERANK, env: Mapping[str, str] | None = None
) -> str | None:
    """Why no node can be had here, or None. Cheap: looks at files, starts and fetches nothing."""
    env = os.environ if env is None else env
    try:
        node_account()
        _java(env)
        if (cache_folder(env) / folder_name(distribution)).is_dir():
            return None
    except LocalNodeUnavailable as error:
        return error.message
    return why_unfetchable()


class LocalOpenSearch:
    """A node for the time of a `with` block; raises LocalNodeUnavailable or LocalNodeFailed."""

    def __init__(
        self,
        *,
        heap: str = "1g",
        log: Log = lambda line: None,
        distribution: Distribution = RERANK,
        start_limit_s: float = START_LIMIT_S,
    ) -> None:
        self._heap = heap
        self._log = log
        self._distribution = distribution
        self._start_limit_s = start_limit_s
        self._process: NodeProcess | None = None
        self.url = ""
        self.folder = Path()

    def __enter__(self) -> Self:
        java = _java(os.environ)
        home = assemble(self._distribution, cache_folder(os.environ), self._log)
        folder = NodeFolder("opensearch")
        self.folder = folder.path
        http, transport = free_ports(2)
        self.url = f"http://127.0.0.1:{http}"
        try:
            config = folder.subfolder("config")
            shutil.copyfile(home / "config" / "log4j2.properties", config / "log4j2.properties")
            (config / "opensearch.yml").write_text(
                node_settings(self._distribution, folder.path, http, transport), encoding="utf-8"
            )
            (config / "jvm.options").write_text(jvm_options(self._heap), encoding="utf-8")
            for name in ("data", "logs", "tmp"):
                folder.subfolder(name)
            folder.hand_over()
            self._log(f"starting OpenSearch {VERSION} on {self.url}")
            command = [str(home / "bin" / "opensearch")]
            self._process = NodeProcess(command, folder, _environment(java, folder.path))
            self._process.wait_until(
                f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=2s", self._start_limit_s
            )
        except BaseException:  # Ctrl-C while it starts must not leave a node behind either.
            self.close()
            folder.remove()
            raise
        self._log("OpenSearch is up")
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
        """The running node's process, which is also its group; None when there is none."""
        return None if self._process is None else self._process.pid

    def close(self) -> None:
        """Stop the node and remove its folder; harmless when that is done already."""
        process, self._process = self._process, None
        if process is not None:
            process.close()


def assemble(distribution: Distribution, cache: Path, log: Log) -> Path:
    """The home folder of an assembled node: from the cache, or fetched and put together now."""

    def build(home: Path) -> None:
        with tempfile.TemporaryDirectory(prefix=".fetched-", dir=home) as downloads:
            files = fetch(distribution.artifacts, Path(downloads), log)
            log(f"putting OpenSearch {VERSION} together")
            put_together(distribution, files, home)

    return assembled(cache, folder_name(distribution), build)


def folder_name(distribution: Distribution) -> str:
    """Another set of files is another folder, so an old one is never taken for a new one."""
    digest = hashlib.sha256(repr(distribution).encode()).hexdigest()
    return f"{distribution.name}-{VERSION}-{digest[:12]}"


def put_together(distribution: Distribution, files: Mapping[Artifact, Path], home: Path) -> None:
    """Lay server, modules and plugins out in `home` as the node expects them."""
    _unzip(files[distribution.server], home)
    inner = home / f"opensearch-{VERSION}"  # The server's zip has one folder around everything.
    for path in list(inner.iterdir()):
        path.rename(home / path.name)
    inner.rmdir()
    for module in distribution.modules:
        folder = home / "modules" / module.name
        folder.mkdir(parents=True)
        for jar in module.jars:
            shutil.copyfile(files[jar], folder / jar.file_name)
        (folder / "plugin-descriptor.properties").write_text(descriptor(module), encoding="utf-8")
        if module.permissions:
            (folder / "plugin-security.policy").write_text(policy(module), encoding="utf-8")
    for plugin in distribution.plugins:
        name = plugin.name if plugin.name.startswith("opensearch-") else f"opensearch-{plugin.name}"
        _unzip(files[plugin], home / "plugins" / name.removesuffix("-plugin"))


def descriptor(module: Module) -> str:
    values = {
        "name": module.name,
        "description": f"{module.name}, from its jar",
        "version": VERSION,
        "opensearch.version": VERSION,
        "java.version": "11",
        "classname": module.classname,
        "extended.plugins": module.extends,
        "has.native.controller": "false",
    }
    return "".join(f"{key}={value}\n" for key, value in values.items())


def policy(module: Module) -> str:
    grants = "".join(f"  permission {permission};\n" for permission in module.permissions)
    return "grant {\n" + grants + "};\n"


def node_settings(distribution: Distribution, folder: Path, http: int, transport: int) -> str:
    """The opensearch.yml: one node, loopback only, everything it writes under `folder`."""
    lines = (
        "cluster.name: rerank-local",
        "node.name: rerank-local",
        "discovery.type: single-node",
        "network.host: 127.0.0.1",
        f"http.port: {http}",
        f"transport.port: {transport}",
        f"path.data: {folder / 'data'}",
        f"path.logs: {folder / 'logs'}",
        # Containers often forbid installing the filter, and a full disk would make it read-only.
        "bootstrap.system_call_filter: false",
        "cluster.routing.allocation.disk.threshold_enabled: false",
        *distribution.settings,
    )
    return "\n".join(lines) + "\n"


def jvm_options(heap: str) -> str:
    """Options without the shipped garbage collector log and dumps, which go to the home folder."""
    lines = (
        f"-Xms{heap}",
        f"-Xmx{heap}",
        "-XX:+UseG1GC",
        "-Djava.io.tmpdir=${OPENSEARCH_TMPDIR}",
        # From 18 on Java refuses a security manager unless asked, and 2.x cannot do without one.
        "18-:-Djava.security.manager=allow",
        "-Djava.util.concurrent.ForkJoinPool.common.threadFactory="
        "org.opensearch.secure_sm.SecuredForkJoinWorkerThreadFactory",
    )
    return "\n".join(lines) + "\n"


def _environment(java: Path, folder: Path) -> dict[str, str]:
    """Nothing of ours is inherited: an OPENSEARCH_* or JAVA_* variable of the shell would be
    an option that nobody sees."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "OPENSEARCH_JAVA_HOME": str(java),
        "OPENSEARCH_PATH_CONF": str(folder / "config"),
        "OPENSEARCH_TMPDIR": str(folder / "tmp"),
    }


def _java(env: Mapping[str, str]) -> Path:
    return find_java(OLDEST_JAVA, NEWEST_JAVA, "OPENSEARCH_JAVA_HOME", "JAVA_HOME", env=env)


def _unzip(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        file.extractall(folder)
