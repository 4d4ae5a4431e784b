"""A server that speaks chat completions, with no language model behind it: a fake that is stated.

It finds query and document in the shipped prompt, and answers with what the test gives it.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.socket_server import running

_PARTS = re.compile(r"<query>\n(.*)\n</query>\n\n<document>\n(.*)\n</document>", re.DOTALL)


@dataclass
class FakeModel:
    """Answers with `answer(query, document)`: a text, or an HTTP status with a body."""

    answer: Callable[[str, str], str | tuple[int, Any]]
    asked: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""


@contextmanager
def fake_model(answer: Callable[[str, str], str | tuple[int, Any]]) -> Iterator[FakeModel]:
    model = FakeModel(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found = _PARTS.search(body["messages"][0]["content"])
            assert found is not None
            assert self.path == "/v1/chat/completions"
            model.asked.append((found[1], found[2]))
            model.headers.append(dict(self.headers))
            model.bodies.append(body)
            given = model.answer(found[1], found[2])
            status, value = given if isinstance(given, tuple) else (200, completion(given))
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as url:
        model.url = f"{url}/v1"
        yield model


def completion(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
