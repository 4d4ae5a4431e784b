"""Which dialect answers: by the path and, where a path serves several, by the body's keys."""

from collections.abc import Mapping
from typing import Any

from sidecar.contracts.cohere import COHERE_V1, COHERE_V2
from sidecar.contracts.dialect import Dialect
from sidecar.contracts.engines import ELASTICSEARCH, ELASTICSEARCH_TEXTS, OPENSEARCH
from sidecar.contracts.tei import TEI
from sidecar.errors import InvalidRequest

ROUTES: Mapping[str, Mapping[str, Dialect]] = {
    "/opensearch/rerank": {"documents": OPENSEARCH},
    "/elasticsearch/rerank": {"documents": ELASTICSEARCH, "texts": ELASTICSEARCH_TEXTS},
    "/v2/rerank": {"documents": COHERE_V2},
    "/v1/rerank": {"documents": COHERE_V1},
    "/rerank": {"documents": COHERE_V2, "texts": TEI},
}
"""Path -> the body's key that holds the documents -> dialect."""


def choose(path: str, body: Mapping[str, Any]) -> Dialect:
    """The dialect of a body on a path that is in ROUTES.

    Raises InvalidRequest when the body holds none of the path's keys, or several.
    """
    dialects = ROUTES[path]
    found = [key for key in dialects if key in body]
    if len(found) > 1:
        raise InvalidRequest(f"$: {' and '.join(f'`{key}`' for key in found)} exclude each other")
    if not found:
        raise InvalidRequest(f"$: {' or '.join(f'`{key}`' for key in dialects)} is missing")
    return dialects[found[0]]
