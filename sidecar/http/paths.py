"""Which route a path means: spare slashes, a prefix that a proxy keeps, and near misses.

A path is answered at once, without a redirect: many clients turn a redirected POST into a GET.
"""

import re
from difflib import get_close_matches

from aiohttp import web

MODEL_IN_PATH = ".*[^/]"
"""A model's name within a route: it may hold slashes, as in `vendor/name`, but none at the end."""
MAX_COMPARED = 100
"""Characters of an unknown path that are compared with the routes; every route is shorter."""
TYPO = 0.8
"""Similarity (difflib's ratio) from which a path is a route with a typing error."""
MAX_NEAR = 3
"""Routes that a 404 names."""


class LenientPaths(web.PlainResource):
    """Resolves what no route matches as it is: `/v1/rerank/`, `//v1/rerank` and, with the prefix
    `/search`, `/search/v1/rerank` are `/v1/rerank`.

    The router asks the resource of `/` last; this one has no route of its own.
    """

    def __init__(self, router: web.UrlDispatcher, prefix: str = "") -> None:
        """`prefix` begins with a slash and ends without one; empty: no prefix."""
        super().__init__("/")
        self._router = router
        self._prefix = prefix

    async def resolve(
        self, request: web.Request
    ) -> tuple[web.UrlMappingMatchInfo | None, set[str]]:
        """The match of the route that is meant, or the methods of routes that are meant."""
        path = request.rel_url.raw_path
        allowed: set[str] = set()
        for candidate in self._candidates(path):
            if candidate == path:
                continue
            url = request.rel_url.with_path(candidate, encoded=True)
            meant = request.clone(rel_url=url)
            for resource in self._router.resources():
                if resource is self:
                    continue
                match, methods = await resource.resolve(meant)
                if match is not None:
                    return match, set()
                allowed |= methods
        return None, allowed

    def _candidates(self, path: str) -> list[str]:
        plain = without_spare_slashes(path)
        if self._prefix and f"{plain}/".startswith(f"{self._prefix}/"):
            return [plain, plain.removeprefix(self._prefix) or "/"]
        return [plain]


def without_spare_slashes(path: str) -> str:
    """`//v1//rerank/` -> `/v1/rerank`; the root stays `/`."""
    return "/" + re.sub("/+", "/", path).strip("/")


def not_found(request: web.Request) -> str:
    """The message of a 404: which routes are near, and how to serve routes below a prefix."""
    routes = {
        route.resource.canonical: None
        for route in request.app.router.routes()
        if route.resource is not None and route.method == request.method
    }
    path = without_spare_slashes(request.path[:MAX_COMPARED])
    if elsewhere := _other_port(request, path):
        return elsewhere
    ends = [route for route in routes if route != "/" and path.endswith(route)]
    # The longest is the one that was meant: `/x/v1/rerank` ends with `/rerank` as well.
    behind_prefix = sorted(ends, key=len, reverse=True)[:1]
    typos = get_close_matches(path, routes, n=MAX_NEAR, cutoff=TYPO)
    alike = get_close_matches(path, routes, n=MAX_NEAR)
    near = list(dict.fromkeys([*typos, *behind_prefix, *alike]))[:MAX_NEAR]
    if not near:
        return "no such route; /openapi.json lists all"
    message = f"no such route; near: {', '.join(near)}"
    if near[0] in behind_prefix:
        message += " (the setting `path_prefix` serves the routes below a prefix)"
    return message


def _other_port(request: web.Request, path: str) -> str | None:
    """The message for a route that `admin_port` has taken, and for any other on `admin_port`."""
    served = {resource.canonical for resource in request.app.router.resources()}
    if "/openapi.json" not in served:
        return "no such route on `admin_port`, which has /metrics, /admin and the probes"
    if "/metrics" not in served and f"{path}/".startswith(("/metrics/", "/admin/")):
        return "no such route on this port: the setting `admin_port` has /metrics and /admin"
    return None
