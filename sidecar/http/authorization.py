"""Which API key a route needs, and which one a request has.

A key comes in a header and nowhere else: addresses are logged, cached and shared.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from aiohttp import hdrs, web

from sidecar.access.api_key import ANONYMOUS, ApiKey, Scope
from sidecar.access.key_ring import KeyRing
from sidecar.errors import Unauthorized

ADMIN = "/admin"
"""Every path below it needs the scope `admin`, and is not there unless some key has that."""
SCOPES: Mapping[str, Scope] = {"/metrics": "metrics"}
"""Route -> the scope that it needs, where that is not `rerank`."""
OPEN = frozenset(
    {
        *("/", "/health", "/health/live", "/health/ready", "/health/startup", "/ping"),
        *("/v1/health/live", "/v1/health/ready", "/.well-known/live", "/.well-known/ready"),
        *("/info", "/meta", "/v1/models", "/v1/models/{id}", "/openapi.json"),
        *("/docs", "/docs/docs.css", "/playground", "/playground/{file}"),
    }
)
"""Routes whose GET needs no key: probes, what is served, and pages that are the same everywhere."""
READ = {hdrs.METH_GET, hdrs.METH_HEAD}
KEY_HEADERS = ("X-API-Key", "Api-Key")
MAX_SENT = 8
"""Keys of one request that are looked up. Clients send one, some beside another of a gateway."""
BLANKS = " \t"
"""What HTTP allows around a value. Any other white space is part of a key, and makes it wrong."""


def scope_of(method: str, route: str) -> Scope | None:
    """The scope that a route needs, by its template; None where it is open."""
    if route == ADMIN or route.startswith(f"{ADMIN}/"):
        return "admin"
    if method in READ and route in OPEN:
        return None
    return SCOPES.get(route, "rerank")


def authorize(request: web.Request, scope: Scope, ring: KeyRing) -> ApiKey:
    """The key that lets the request do what needs the scope.

    Raises Unauthorized or Forbidden where it may not, and HTTPNotFound for administration when
    no key is for that.
    """
    if scope == "admin" and not ring.has("admin"):
        raise web.HTTPNotFound
    if not ring.keys:
        return ANONYMOUS
    sent = list(sent_keys(request))
    if len(sent) > MAX_SENT:
        raise Unauthorized(f"the request has {len(sent)} API keys, at most {MAX_SENT}")
    return ring.authorize(sent, scope, datetime.now(UTC))


def sent_keys(request: web.Request) -> Iterator[bytes]:
    """The keys in the request's headers, as bytes, the bearer token first.

    A wrong key in one header does no harm beside a right one in another: clients that have no
    bearer token send `Bearer null`, and gateways add their own.
    """
    for value in request.headers.getall(hdrs.AUTHORIZATION, ()):
        scheme, _, token = value.partition(" ")
        if scheme.lower() == "bearer" and (key := token.strip(BLANKS)):
            yield _bytes(key)
    for name in KEY_HEADERS:
        for value in request.headers.getall(name, ()):
            if key := value.strip(BLANKS):
                yield _bytes(key)


def _bytes(value: str) -> bytes:
    """A header's value as it was sent."""
    return value.encode(errors="surrogateescape")
