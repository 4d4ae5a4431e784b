"""The fake's HTTP: routes, the media types of a client's major version, the product header.

with serve_fake(FakeElasticsearch("9.3.0")) as url:
    Elasticsearch(url).inference.put(...)
"""

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from tests.es_integration.fake_elasticsearch.errors import ElasticsearchError
from tests.es_integration.fake_elasticsearch.fake import FakeElasticsearch
from tests.es_integration.fake_elasticsearch.hits import ListedHits
from tests.es_integration.fake_elasticsearch.retriever import NAME
from tests.socket_server import running

Body = dict[str, Any]
Action = Callable[[FakeElasticsearch, str, Body], Body]

ENDPOINT = "/_inference(?:/rerank)?/([^/_][^/]*)"
EMBEDDING = "/_inference/text_embedding/([^/_][^/]*)"
TEMPLATE = "/(_(?:component|index)_template/[^/]+)"
PIPELINE = "/_ingest/pipeline/([^/_][^/]*)"
ROUTES: tuple[tuple[str, str, Action], ...] = (
    ("GET", "/", lambda fake, name, body: fake.info()),
    ("GET", "/_license", lambda fake, name, body: fake.get_licence()),
    ("POST", "/_license/start_trial", lambda fake, name, body: fake.start_trial()),
    ("PUT", f"{EMBEDDING}/_update", lambda fake, name, body: fake.update(name, body)),
    ("PUT", EMBEDDING, lambda fake, name, body: fake.put(name, body, "text_embedding")),
    ("GET", EMBEDDING, lambda fake, name, body: fake.get(name)),
    ("DELETE", EMBEDDING, lambda fake, name, body: fake.delete(name, body)),
    ("POST", EMBEDDING, lambda fake, name, body: fake.embed(name, body)),
    ("PUT", f"{ENDPOINT}/_update", lambda fake, name, body: fake.update(name, body)),
    ("PUT", ENDPOINT, lambda fake, name, body: fake.put(name, body)),
    ("GET", ENDPOINT, lambda fake, name, body: fake.get(name)),
    ("DELETE", ENDPOINT, lambda fake, name, body: fake.delete(name, body)),
    ("POST", ENDPOINT, lambda fake, name, body: fake.infer(name, body)),
    ("POST", "/_query", lambda fake, name, body: fake.esql(body)),
)
WITHOUT_NODE: tuple[tuple[str, str, Action], ...] = (
    ("PUT", PIPELINE, lambda fake, name, body: fake.ingest.put(name, body)),
    ("GET", PIPELINE, lambda fake, name, body: fake.ingest.get(name)),
    ("DELETE", PIPELINE, lambda fake, name, body: fake.ingest.delete(name)),
    ("POST", f"{PIPELINE}/_simulate", lambda fake, name, body: fake.ingest.simulate(name, body)),
    ("PUT", TEMPLATE, lambda fake, name, body: fake.templates.put(name, body)),
    ("GET", TEMPLATE, lambda fake, name, body: fake.templates.get(name)),
    ("DELETE", TEMPLATE, lambda fake, name, body: fake.templates.delete(name)),
    ("GET", "/[^/]+/_settings/.*", lambda fake, name, body: fake.templates.settings()),
    ("GET", "/[^/]+/_mapping/field/.*", lambda fake, name, body: {}),
)
"""What a node behind the fake would answer itself."""
_COMPATIBLE = re.compile(r"compatible-with=(\d+)")
_SEARCH = re.compile(r"/([^/]+)/_search")


def serve_fake(fake: FakeElasticsearch) -> AbstractContextManager[str]:
    """The URL of the fake on a free port of 127.0.0.1, for the time of a `with` block."""
    return running(ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake)))


def _handler(fake: FakeElasticsearch) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            media_types = (
                self.headers.get("Accept", "") + " " + self.headers.get("Content-Type", "")
            )
            try:
                _check_media(fake, media_types)
                status, content = _answer(fake, self.command, self.path, raw, media_types)
            except ElasticsearchError as error:
                status, content = error.status, json.dumps(error.body()).encode()
            self.send_response(status)
            version_match = _COMPATIBLE.search(media_types)
            version = version_match.group(1) if version_match else None
            kind = f"vnd.elasticsearch+json;compatible-with={version}" if version else "json"
            self.send_header("Content-Type", f"application/{kind}")
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _any

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


def _answer(
    fake: FakeElasticsearch, method: str, target: str, raw: bytes, media_types: str
) -> tuple[int, bytes]:
    path, _, query = target.partition("?")
    routes = (*ROUTES, *WITHOUT_NODE) if isinstance(fake.hits, ListedHits) else ROUTES
    for verb, pattern, action in routes:
        if verb == method and (match := re.fullmatch(pattern, path)):
            name = match.group(1) if match.groups() else ""
            body = json.loads(raw) if raw else dict(parse_qsl(query))
            return 200, json.dumps(action(fake, name, body)).encode()
    if method == "POST" and (match := _SEARCH.fullmatch(path)):
        body = json.loads(raw) if raw else {}
        if NAME in body.get("retriever", {}):
            return 200, json.dumps(fake.search(match.group(1), body)).encode()
    lines = "ndjson" if "ndjson" in media_types else "json"
    return fake.hits.forward(method, target, raw, f"application/{'x-' * (lines != 'json')}{lines}")


def _check_media(fake: FakeElasticsearch, media_types: str) -> None:
    """A node accepts the media types of its own major version and the one before."""
    major = fake.number[0]
    for requested in _COMPATIBLE.findall(media_types):
        if int(requested) not in (major, major - 1):
            cause = ElasticsearchError(
                400,
                "status_exception",
                f"Accept version must be either version {major} or {major - 1}, but found"
                f" {requested}.",
            )
            raise ElasticsearchError(
                400,
                "media_type_header_exception",
                "Invalid media-type value on headers [Accept]",
                cause,
            )
