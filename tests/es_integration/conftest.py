"""A recording HTTP server for every test here, and the real nodes for the tests marked `node`.

A test on an OpenSearch node runs on the versions that RERANK_OPENSEARCH names. Without the variable
it runs on 2.19.1 and, where it is marked `every_version`, on every other version too.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opensearchpy import OpenSearch

from es_integration import (
    ELASTICSEARCH,
    RERANK,
    Distribution,
    LocalElasticsearch,
    LocalOpenSearch,
    why_unavailable,
)
from es_integration.local_node import RERANK_BY_VERSION, SEARCH_BY_VERSION
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.socket_server import running

REQUIRE_NODE = "RERANK_REQUIRE_NODE"
OPENSEARCH_VERSIONS = "RERANK_OPENSEARCH"
"""The variable with the versions, separated by commas."""

Answer = Callable[[str, str, Any], tuple[int, Any]]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "node: starts a real search node (Java and Maven needed)")
    config.addinivalue_line(
        "markers",
        f"every_version: runs on every OpenSearch, unless {OPENSEARCH_VERSIONS} says which",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each OpenSearch version; with the fixture `search_engine`, Elasticsearch too."""
    if "opensearch_version" not in metafunc.fixturenames:
        return
    versions = _versions(metafunc.definition)
    if "search_engine" in metafunc.fixturenames:
        metafunc.parametrize(
            ("search_engine", "opensearch_version"),
            [("elasticsearch", None), *(("opensearch", version) for version in versions)],
            ids=["elasticsearch", *(f"opensearch-{version}" for version in versions)],
            indirect=True,
            scope="session",
        )
    else:
        metafunc.parametrize("opensearch_version", versions, indirect=True, scope="session")


def _versions(test: pytest.Item) -> list[str]:
    chosen = os.environ.get(OPENSEARCH_VERSIONS)
    if chosen:
        return [version.strip() for version in chosen.split(",")]
    if test.get_closest_marker("every_version"):
        return list(RERANK_BY_VERSION)
    return [RERANK.release.version]


@dataclass
class RecordingServer:
    """Answers with `answer(method, path, body)` and records the requests."""

    answer: Answer
    requests: list[tuple[str, str, Any]] = field(default_factory=list)
    request_headers: list[dict[str, str]] = field(default_factory=list)
    """The headers of each request."""
    headers: dict[str, str] = field(default_factory=dict)
    """The headers of the answers."""
    url: str = ""

    def bodies(self, path: str) -> list[Any]:
        return [body for _, request_path, body in self.requests if request_path == path]


def _handler(server: RecordingServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = json.loads(raw) if raw else None
            path = self.path.split("?")[0]
            server.requests.append((self.command, path, body))
            server.request_headers.append(dict(self.headers))
            status, answer = server.answer(self.command, path, body)
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            for name, value in server.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _any

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


@pytest.fixture
def recording_server() -> Iterator[Callable[[Answer], RecordingServer]]:
    """A function that starts a server; all of them end with the test."""
    yield from _recording_servers()


@pytest.fixture(scope="module")
def lasting_server() -> Iterator[Callable[[Answer], RecordingServer]]:
    """As `recording_server`, for the tests of a module."""
    yield from _recording_servers()


def _recording_servers() -> Iterator[Callable[[Answer], RecordingServer]]:
    with ExitStack() as stack:

        def start(answer: Answer) -> RecordingServer:
            server = RecordingServer(answer)
            http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
            server.url = stack.enter_context(running(http))
            return server

        yield start


@pytest.fixture
def own_sidecar() -> Iterator[SidecarProcess]:
    """A sidecar that a test may stop or hang."""
    with SidecarProcess() as process:
        yield process


def _available(distribution: Distribution) -> Distribution:
    reason = why_unavailable(distribution)
    if reason is not None:
        if os.environ.get(REQUIRE_NODE) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return distribution


def _node(distribution: Distribution) -> Iterator[LocalOpenSearch]:
    with LocalOpenSearch(heap="1g", distribution=_available(distribution)) as node:
        yield node


@pytest.fixture(scope="session")
def search_engine(request: pytest.FixtureRequest) -> str:
    """The search engine of a test that runs on both: "elasticsearch" or "opensearch"."""
    return str(request.param)


@pytest.fixture(scope="session")
def opensearch_version(request: pytest.FixtureRequest) -> str:
    """The version of the OpenSearch nodes; a node ends when tests of another version begin."""
    return str(request.param)


@pytest.fixture(scope="session")
def search_node(opensearch_version: str) -> Iterator[LocalOpenSearch]:
    """A node without the rerank plugins."""
    yield from _node(SEARCH_BY_VERSION[opensearch_version])


@pytest.fixture(scope="session")
def opensearch_node(opensearch_version: str) -> Iterator[LocalOpenSearch]:
    """A node with ml-commons and neural-search."""
    yield from _node(RERANK_BY_VERSION[opensearch_version])


@pytest.fixture(scope="session")
def elasticsearch_node() -> Iterator[LocalElasticsearch]:
    """A node with what Maven has of Elasticsearch: `es_integration.local_node.elasticsearch`."""
    with LocalElasticsearch(heap="512m", distribution=_available(ELASTICSEARCH)) as node:
        yield node


@pytest.fixture
def search_client(search_node: LocalOpenSearch) -> Iterator[OpenSearch]:
    client = OpenSearch(search_node.url)
    yield client
    client.close()


@pytest.fixture
def cluster(opensearch_node: LocalOpenSearch) -> Iterator[OpenSearch]:
    client = OpenSearch(opensearch_node.url)
    yield client
    client.close()
