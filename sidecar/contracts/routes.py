"""From a path and a body to a request.

The dialect is chosen by the path and, where a path serves several, by the body's keys. The engine
routes may name a profile in the path: `/opensearch/legal/rerank` is `/opensearch/rerank` with that
profile, unless the search itself names another.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sidecar.contracts.body import parse
from sidecar.contracts.cohere import COHERE_V1, COHERE_V2
from sidecar.contracts.control import header_keys, open_query, read_control
from sidecar.contracts.dialect import Dialect
from sidecar.contracts.engines import ELASTICSEARCH, ELASTICSEARCH_TEXTS, OPENSEARCH
from sidecar.contracts.tei import TEI
from sidecar.errors import InvalidRequest
from sidecar.model import RankRequest

ROUTES: Mapping[str, Mapping[str, Dialect]] = {
    "/opensearch/rerank": {"documents": OPENSEARCH},
    "/elasticsearch/rerank": {"documents": ELASTICSEARCH, "texts": ELASTICSEARCH_TEXTS},
    "/v2/rerank": {"documents": COHERE_V2},
    "/v1/rerank": {"documents": COHERE_V1},
    "/rerank": {"documents": COHERE_V2, "texts": TEI},
}
"""Path -> the body's key that holds the documents -> dialect."""


PROFILE_ROUTES: Mapping[str, str] = {
    "/opensearch/{profile}/rerank": "/opensearch/rerank",
    "/elasticsearch/{profile}/rerank": "/elasticsearch/rerank",
}
"""Path with a profile -> the path whose contract it has."""


def decode(
    path: str,
    raw: bytes,
    headers: Mapping[str, str],
    *,
    profile: str | None = None,
    json_query: bool = False,
) -> tuple[Dialect, RankRequest]:
    """The dialect and the request of a raw body. `profile` is the path's, if it names one.

    Raises InvalidRequest (or MalformedBody, NoDocuments) with the JSON path of the fault.
    """
    body = parse(raw)
    if json_query:
        body = open_query(body)
    dialect = choose(path, body)
    defaults = {"profile": profile} if profile is not None else {}
    control = read_control({**defaults, **header_keys(headers), **_given(body)})
    request = replace(dialect.decode(body), control=control, deadline_s=control.deadline_s)
    return dialect, request


def _given(body: Mapping[str, Any]) -> dict[str, Any]:
    """Without the keys that are null: null is absent, and hides no header."""
    return {key: value for key, value in body.items() if value is not None}


def choose(path: str, body: Mapping[str, Any]) -> Dialect:
    """The dialect of a body on a path that is in ROUTES.

    Raises InvalidRequest when the body holds none of the path's keys, or several.
    """
    dialects = ROUTES[path]
    found = [key for key in dialects if body.get(key) is not None]
    if not found:  # the dialect says what is wrong with null
        found = [key for key in dialects if key in body][:1]
    if len(found) > 1:
        raise InvalidRequest(f"$: {' and '.join(f'`{key}`' for key in found)} exclude each other")
    if not found:
        raise InvalidRequest(f"$: {' or '.join(f'`{key}`' for key in dialects)} is missing")
    return dialects[found[0]]
