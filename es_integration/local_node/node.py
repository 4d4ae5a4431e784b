"""A throw-away node of either product: its folder, settings, start and end.

    with LocalElasticsearch(heap="512m", log=print) as node:
        client = Elasticsearch(node.url)       # http://127.0.0.1:PORT, empty, gone afterwards

The first start fetches and assembles the node into the cache; later ones take seconds.
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
from es_integration.local_node.distribution import Distribution, Product
from es_integration.local_node.java import find_java
from es_integration.local_node.process import NodeFolder, NodeProcess, free_ports

# Seen: 9 s on an idle machine, 70 s on one whose two cores train a model meanwhile.
START_LIMIT_S = 300.0
# Answers for both products; Elasticsearch from Maven has nothing at `/`.
READY = "_cluster/health?wait_for_status=yellow&timeout=2s"


def why_no_node(distribution: Distribution, env: Mapping[str, str] | None = None) -> str | None:
    """Why no such node can be had here, or None. Cheap: looks at files, starts and fetches
    nothing."""
    env = os.environ if env is None else env
    try:
        node_account()
        java_home(distribution.product, env)
        if (cache_folder(env) / folder_name(distribution)).is_dir():
            return None
    except LocalNodeUnavailable as error:
        return error.message
    return why_unfetchable()


class LocalNode:
    """A node for the time of a `with` block; raises LocalNodeUnavailable or LocalNodeFailed."""

    default: ClassVar[Distribution]

    def __init__(
        self,
        *,
        heap: str = "1g",
        log: Log = lambda line: None,
        distribution: Distribution | None = None,
        start_limit_s: float = START_LIMIT_S,
    ) -> None:
        self._heap = heap
        self._log = log
        self._distribution = distribution or self.default
        self._start_limit_s = start_limit_s
        self._process: NodeProcess | None = None
        self.url = ""
        self.folder = Path()

    def __enter__(self) -> Self:
        product = self._distribution.product
        java = java_home(product, os.environ)
        home = assemble(self._distribution, cache_folder(os.environ), self._log)
        folder = NodeFolder(product.slug)
        self.folder = folder.path
        http, transport = free_ports(2)
        self.url = f"http://127.0.0.1:{http}"
        try:
            self._configure(folder, home, http, transport)
            self._log(f"starting {product.name} {product.version} on {self.url}")
            command = [str(home / "bin" / product.slug)]
            self._process = NodeProcess(command, folder, environment(product, java, folder.path))
            self._process.wait_until(f"{self.url}/{READY}", self._start_limit_s)
        except BaseException:  # Ctrl-C while it starts must not leave a node behind either.
            self.close()
            folder.remove()
            raise
        self._log(f"{product.name} is up")
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

    def _configure(self, folder: NodeFolder, home: Path, http: int, transport: int) -> None:
        slug = self._distribution.product.slug
        config = folder.subfolder("config")
        shutil.copyfile(home / "config" / "log4j2.properties", config / "log4j2.properties")
        (config / f"{slug}.yml").write_text(
            node_settings(self._distribution, folder.path, http, transport), encoding="utf-8"
        )
        (config / "jvm.options").write_text(
            jvm_options(self._distribution.product, self._heap), encoding="utf-8"
        )
        for name in ("data", "logs", "tmp"):
            folder.subfolder(name)
        folder.hand_over()


def node_settings(distribution: Distribution, folder: Path, http: int, transport: int) -> str:
    """The node's YAML: one node, loopback only, everything it writes under `folder`."""
    lines = (
        "cluster.name: rerank-local",
        "node.name: rerank-local",
        "discovery.type: single-node",
        "network.host: 127.0.0.1",
        f"http.port: {http}",
        f"transport.port: {transport}",
        f"path.data: {folder / 'data'}",
        f"path.logs: {folder / 'logs'}",
        # A full disk would make it read-only.
        "cluster.routing.allocation.disk.threshold_enabled: false",
        *distribution.product.settings,
        *distribution.settings,
    )
    return "\n".join(lines) + "\n"


def jvm_options(product: Product, heap: str) -> str:
    """Options without the shipped garbage collector log and dumps, which go to the home folder."""
    lines = (
        f"-Xms{heap}",
        f"-Xmx{heap}",
        "-XX:+UseG1GC",
        f"-Djava.io.tmpdir=${{{product.prefix}_TMPDIR}}",
        *product.jvm_options,
    )
    return "\n".join(lines) + "\n"


def environment(product: Product, java: Path, folder: Path) -> dict[str, str]:
    """Nothing of ours is inherited: an OPENSEARCH_*, ES_* or JAVA_* variable of the shell would
    be an option that nobody sees."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        f"{product.prefix}_JAVA_HOME": str(java),
        f"{product.prefix}_PATH_CONF": str(folder / "config"),
        f"{product.prefix}_TMPDIR": str(folder / "tmp"),
    }


def java_home(product: Product, env: Mapping[str, str]) -> Path:
    """The home of a Java that the product runs on. Raises LocalNodeUnavailable."""
    variables = (f"{product.prefix}_JAVA_HOME", "JAVA_HOME")
    return find_java(product.oldest_java, product.newest_java, *variables, env=env)
