"""The vector of a search's text: the caller's own, or made by the sidecar's encoder."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from es_integration.cluster.procedure import Body, Procedure
from es_integration.errors import SidecarError
from es_integration.search.options import Knn
from es_integration.search.page import REPORT

WITHOUT_VECTOR = "without_vector"
"""The key of a search's report that says why the neighbours were not searched."""


@dataclass(frozen=True, slots=True)
class QueryVector:
    """The neighbours' search with its vector, or why there is none."""

    knn: Knn | None
    reason: str | None = None

    def told(self, answer: Body) -> Body:
        """The search's answer, whose report says why there was no vector."""
        if self.reason is None:
            return answer
        return {**answer, REPORT: {**answer[REPORT], WITHOUT_VECTOR: self.reason}}


def query_vector(knn: Knn | None, text: str, body: Mapping[str, Any]) -> Procedure[QueryVector]:
    """The vector of the text, from the sidecar where `knn` has none.

    Without one the body's query searches alone. Raises SidecarError where the body has no query,
    and ValueError for a blank text there: nothing could be found.
    """
    if knn is None or knn.vector is not None:
        return QueryVector(knn)
    has_query = "query" in body or "retriever" in body
    if not text.strip():
        if not has_query:
            raise ValueError("knn: a blank text has no vector, and the body has no query")
        return QueryVector(None, "the text is empty")
    options = {"kind": "query", "model": knn.model, "deadline_s": knn.deadline_s}
    try:
        (vector,) = yield lambda clients: clients.sidecar.embed([text], **options)
    except SidecarError as fault:
        if not has_query:
            raise
        return QueryVector(None, fault.message)
    return QueryVector(replace(knn, vector=vector))
