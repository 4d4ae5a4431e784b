"""A request and its answer on their way between Serve and the service."""

from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

OF_THE_CONNECTION = frozenset(
    {
        *("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding"),
        *("upgrade", "content-length", "date"),
    }
)
"""Headers that each connection has anew (RFC 9110, 7.6.1)."""
CODING = "latin-1"
"""Of headers, in which any byte may stand."""


class Sent(NamedTuple):
    """A request as the client sent it."""

    method: str
    target: str
    """Path, escaped as it was, below where the application is mounted, and query."""
    headers: list[tuple[str, str]]
    body: bytes


class Answered(NamedTuple):
    """The service's answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def response(self) -> Response:
        """As Serve sends it."""
        response = Response(self.body, self.status)
        length = [each for each in response.raw_headers if each[0] == b"content-length"]
        response.raw_headers = [*length, *raw(self.headers)]
        return response


async def read(request: Request) -> Sent:
    """The request, its body read to the end."""
    scope = request.scope
    path = (scope.get("raw_path") or scope["path"].encode()).decode(CODING)
    path = path.removeprefix(scope.get("root_path", "").rstrip("/"))
    query = scope.get("query_string", b"").decode(CODING)
    return Sent(
        request.method,
        f"{path or '/'}?{query}" if query else path or "/",
        end_to_end([(name.decode(CODING), text.decode(CODING)) for name, text in scope["headers"]]),
        await request.body(),
    )


def end_to_end(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers that are not the connection's own."""
    return [each for each in headers if each[0].lower() not in OF_THE_CONNECTION]


def raw(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """The headers as ASGI has them."""
    return [(name.lower().encode(CODING), text.encode(CODING)) for name, text in headers]
