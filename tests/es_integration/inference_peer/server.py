"""The peer's HTTP: routes, the media types that a client's major version names, the product header.

with serve_peer(Peer("9.3.0")) as url:
    Elasticsearch(url).inference.put(...)
"""

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.es_integration.inference_peer.errors import ElasticsearchError
from tests.es_integration.inference_peer.peer import Peer
from tests.es_integration.inference_peer.retriever import NAME
from tests.served import served

Body = dict[str, Any]
Act = Callable[[Peer, str, Body], Body]

ENDPOINT = "/_inference(?:/rerank)?/([^/_][^/]*)"
ROUTES: tuple[tuple[str, str, Act], ...] = (
    ("GET", "/", lambda peer, name, body: peer.info()),
    ("GET", "/_license", lambda peer, name, body: peer.get_licence()),
    ("POST", "/_license/start_trial", lambda peer, name, body: peer.start_trial()),
    ("PUT", f"{ENDPOINT}/_update", lambda peer, name, body: peer.update(name, body)),
    ("PUT", ENDPOINT, lambda peer, name, body: peer.put(name, body)),
    ("GET", ENDPOINT, lambda peer, name, body: peer.get(name)),
    ("DELETE", ENDPOINT, lambda peer, name, body: peer.delete(name)),
    ("POST", ENDPOINT, lambda peer, name, body: peer.infer(name, body)),
    ("POST", "/_query", lambda peer, name, body: peer.esql(body)),
)
_COMPATIBLE = re.compile(r"compatible-with=(\d+)")
_SEARCH = re.compile(r"/([^/]+)/_search")


def serve_peer(peer: Peer) -> AbstractContextManager[str]:
    """The URL of the peer on a free port of 127.0.0.1, for the time of a `with` block."""
    return served(ThreadingHTTPServer(("127.0.0.1", 0), _handler(peer)))


def _handler(peer: Peer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            wanted = self.headers.get("Accept", "") + " " + self.headers.get("Content-Type", "")
            try:
                _check_media(peer, wanted)
                status, content = _answer(peer, self.command, self.path, raw, wanted)
            except ElasticsearchError as error:
                status, content = error.status, json.dumps(error.body()).encode()
            self.send_response(status)
            asked = _COMPATIBLE.search(wanted)
            version = asked.group(1) if asked else None
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


def _answer(peer: Peer, method: str, target: str, raw: bytes, kinds: str) -> tuple[int, bytes]:
    path = target.partition("?")[0]
    for verb, pattern, act in ROUTES:
        if verb == method and (found := re.fullmatch(pattern, path)):
            name = found.group(1) if found.groups() else ""
            return 200, json.dumps(act(peer, name, json.loads(raw) if raw else {})).encode()
    if method == "POST" and (found := _SEARCH.fullmatch(path)):
        body = json.loads(raw) if raw else {}
        if NAME in body.get("retriever", {}):
            return 200, json.dumps(peer.search(found.group(1), body)).encode()
    lines = "ndjson" if "ndjson" in kinds else "json"
    return peer.hits.forward(method, target, raw, f"application/{'x-' * (lines != 'json')}{lines}")


def _check_media(peer: Peer, wanted: str) -> None:
    """A node speaks its own major version's media type and the one before."""
    major = peer.number[0]
    for asked in _COMPATIBLE.findall(wanted):
        if int(asked) not in (major, major - 1):
            cause = ElasticsearchError(
                400,
                "status_exception",
                f"Accept version must be either version {major} or {major - 1}, but found {asked}.",
            )
            raise ElasticsearchError(
                400,
                "media_type_header_exception",
                "Invalid media-type value on headers [Accept]",
                cause,
            )
