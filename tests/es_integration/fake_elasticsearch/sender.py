"""Sends a request as RetryingHttpSender does: retries and error messages.

At most three attempts, the first pause 1 s, none above 5 s (`delays`, which a test shortens), no
read time-out but that of the call, 30 s for all attempts together (`limit_s`). So the same request
may arrive three times.
"""

import http.client
import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from tests.es_integration.fake_elasticsearch.errors import ElasticsearchError, bad_argument
from tests.es_integration.fake_elasticsearch.requests import Outbound

T = TypeVar("T")

CONNECT_S, CALL_S = 5.0, 30.0
RETRIED = {
    "hugging_face": (429, 502, 503),
    "openshift_ai": (429,),
    "custom": (429,),
    "openai": (429, 500, 503),
}
"""413 has a retry path too, for services that can shorten their input; rerank cannot."""


@dataclass(eq=False)
class Retryable(Exception):
    """A failure after which the server tries again."""

    error: ElasticsearchError


@dataclass(frozen=True)
class Sender:
    """`delays` are the pauses before the second and the third attempt, in seconds."""

    delays: tuple[float, ...] = (1.0, 2.0)
    limit_s: float = CALL_S
    sent: list[Outbound] = field(default_factory=list)
    """Every attempt, so that tests may count them and read their bytes."""

    def send(self, service: str, request: Outbound, parse: Callable[[bytes], T]) -> T:
        """What `parse` makes of a 200's body. Raises ElasticsearchError.

        A body that cannot be read is tried again too, by all services but custom.
        """
        end = time.monotonic() + self.limit_s
        for delay in (*self.delays, None):
            try:
                return self._once(service, request, parse, end)
            except Retryable as failure:
                if delay is None:
                    raise failure.error from failure
                time.sleep(max(0.0, min(delay, end - time.monotonic())))
        raise AssertionError("the last attempt returns or raises")

    def _once(self, service: str, request: Outbound, parse: Callable[[bytes], T], end: float) -> T:
        try:
            left_s = end - time.monotonic()
            if left_s <= 0:
                raise TimeoutError
            self.sent.append(request)
            status, body = _exchange(request, left_s)
        except TimeoutError as error:
            raise ElasticsearchError(
                408, "status_exception", f"Request timed out after [{self.limit_s:g}s]"
            ) from error
        if not 200 <= status < 300:
            error = _refused(service, request, status, body)
            raise Retryable(error) if status in RETRIED[service] else error
        if not body:
            raise ElasticsearchError(
                400,
                "status_exception",
                f"Response body was empty for request from inference entity id "
                f"[{request.endpoint_id}]",
            )
        try:
            return parse(body)
        except ElasticsearchError as error:
            raise (error if service == "custom" else Retryable(error)) from error


def _exchange(request: Outbound, limit_s: float) -> tuple[int, bytes]:
    """Raises TimeoutError when no answer has come in time."""
    parts = urlsplit(request.url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=min(CONNECT_S, limit_s))
    try:
        connection.connect()
        connection.sock.settimeout(limit_s)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.putrequest("POST", path, skip_accept_encoding=True)
        connection.putheader("Content-Length", str(len(request.body)))
        for name, value in request.headers.items():
            connection.putheader(name, value)
        connection.endheaders(request.body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except socket.gaierror as error:
        raise bad_argument(
            f"Invalid host [{request.url}], please check that the URL is correct."
        ) from error
    except TimeoutError:
        raise
    except (OSError, http.client.HTTPException) as error:
        failed = f"Failed to send request from inference entity id [{request.endpoint_id}]"
        raise Retryable(
            ElasticsearchError(
                500, "exception", failed, ElasticsearchError(500, "i_o_exception", str(error))
            )
        ) from error
    finally:
        connection.close()


def _refused(service: str, request: Outbound, status: int, body: bytes) -> ElasticsearchError:
    message = _message(service, body)
    reason = (
        f"{_kind(service, status)} for request from inference entity id [{request.endpoint_id}] "
        f"status [{status}]" + (f". Error message: [{message}]" if message else "")
    )
    return ElasticsearchError(status if status < 500 else 400, "status_exception", reason)


def _kind(service: str, status: int) -> str:
    if status in (429, *RETRIED[service]):
        return "Received a rate limit status code"
    if status >= 500:
        return "Received a server error status code"
    if status == 413 and service == "hugging_face":
        return "Received a content too large status code"
    if status == 401:
        return "Received an authentication error status code"
    return "Unhandled redirection" if status < 400 else "Received an unsuccessful status code"


def _message(service: str, body: bytes) -> str | None:
    """hugging_face knows `error` as a string and nothing else; openai its object's `message`;
    openshift_ai finds `message`; custom takes the whole body."""
    try:
        data = json.loads(body)
    except ValueError:
        return None
    if service == "custom":
        return json.dumps(data)
    if not isinstance(data, dict):
        return None
    message = data.get("error" if service in ("hugging_face", "openai") else "message")
    if service == "openai" and isinstance(message, dict):
        message = message.get("message")
    return message if isinstance(message, str) else None
