"""The HTTP client of tests that ask a real server: standard library only, one request a call."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.contracts.shapes import indexed

ERROR_KEYS = {"error", "error_type", "message", "detail", "status", "request_id"}


@dataclass(frozen=True)
class Answer:
    """A response, read to its end; of any status."""

    status: int
    headers: Any
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


def post(
    server: SidecarProcess, path: str, body: object, headers: dict[str, str] | None = None
) -> Answer:
    """Posts the body as JSON; bytes are sent as they are."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ask(server, path, raw, {"Content-Type": "application/json", **(headers or {})})


def ask(
    server: SidecarProcess,
    path: str,
    raw: bytes | None = None,
    headers: dict[str, str] | None = None,
    method: str | None = None,
) -> Answer:
    request = urllib.request.Request(server.url + path, raw, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return Answer(response.status, response.headers, response.read())
    except urllib.error.HTTPError as fault:
        with fault:
            return Answer(fault.code, fault.headers, fault.read())


def assert_error(answer: Answer, status: int, code: str) -> str:
    """The one flat error body, on every status; returns its message."""
    assert answer.status == status, answer.raw
    body = answer.body
    assert set(body) == ERROR_KEYS
    assert body["error"] == body["message"] == body["detail"]
    assert body["error_type"] == code
    assert body["status"] == status
    assert body["request_id"] == answer.headers["x-request-id"]
    assert "Traceback" not in answer.raw.decode()
    assert answer.raw.isascii()
    message: str = body["message"]
    return message


def scores(answer: Answer) -> dict[int, float]:
    """The score of each document by its index, in any dialect."""
    assert answer.status == 200, answer.raw
    return dict(indexed(answer.body))
