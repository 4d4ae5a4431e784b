"""From a path and a body to a dialect, and to a request.

`choose` picks the dialect from the path and the body's keys; each dialect states its paths, keys
and marks. The search-engine routes may name a profile in the path: `/opensearch/legal/rerank` is
`/opensearch/rerank` with that profile, unless the search itself names another.
"""

from collections.abc import Mapping
from typing import Any

from sidecar.contracts.control import header_keys, with_defaults
from sidecar.contracts.dialect import Dialect
from sidecar.contracts.dialects import DIALECTS
from sidecar.errors import InvalidRequest
from sidecar.request import RankRequest


def _routes() -> dict[str, dict[str, Dialect]]:
    routes: dict[str, dict[str, Dialect]] = {}
    for dialect in DIALECTS:
        for path in dialect.paths:
            routes.setdefault(path, {}).update(dict.fromkeys(dialect.templates, dialect))
    return routes


ROUTES: Mapping[str, Mapping[str, Dialect]] = _routes()
"""Path -> the body's key that holds the documents -> the dialect of a body without marks."""

SHARED: Mapping[str, tuple[Dialect, ...]] = {
    path: tuple(dialect for dialect in DIALECTS if path in dialect.shared_paths) for path in ROUTES
}
"""Path -> the dialects that their marks show there."""

PROFILE_ROUTES: Mapping[str, str] = {
    "/opensearch/{profile}/rerank": "/opensearch/rerank",
    "/opensearch/{profile}/highlight": "/opensearch/highlight",
    "/elasticsearch/{profile}/rerank": "/elasticsearch/rerank",
}
"""Path with a profile -> the path whose contract it has."""


def choose(path: str, body: Mapping[str, Any]) -> Dialect:
    """The dialect of a body on a path of ROUTES: the first that shares the path and has one of its
    marks in the body, else the one whose path it is.

    Raises InvalidRequest when the body holds none of the path's keys, or several.
    """
    by_key = ROUTES[path]
    keys = [key for key in by_key if body.get(key) is not None]
    if not keys:  # the dialect says what is wrong with null
        keys = [key for key in by_key if key in body][:1]
    if len(keys) > 1:
        raise InvalidRequest(f"$: {' and '.join(f'`{key}`' for key in keys)} exclude each other")
    if not keys:
        raise InvalidRequest(f"$: {' or '.join(f'`{key}`' for key in by_key)} is missing")
    (key,) = keys
    sharing = (dialect for dialect in SHARED[path] if dialect.is_marked(key, body))
    return next(sharing, by_key[key])


def decode(
    dialect: Dialect,
    body: Mapping[str, Any],
    headers: Mapping[str, str],
    *,
    profile: str | None = None,
    max_documents: int | None = None,
) -> RankRequest:
    """The request of a body, with the control keys of the headers and the path's `profile` where
    the body has none.

    Raises InvalidRequest (or NoDocuments) with the JSON path of the fault, and for more documents
    than `max_documents`.
    """
    path_keys = {} if profile is None else {"profile": profile}
    keys = with_defaults(body, path_keys | header_keys(headers))
    return dialect.decode(keys, max_documents=max_documents)


def dialects_on(path: str) -> tuple[Dialect, ...]:
    """Every dialect of a path of ROUTES: those whose own it is, then those that share it."""
    return (*(dialect for dialect in DIALECTS if path in dialect.paths), *SHARED[path])
