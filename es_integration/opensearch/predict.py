"""Scores by a route's model: as a search would get them, but without a search."""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from es_integration.cluster.procedure import Body, Procedure
from es_integration.opensearch.calls import send
from es_integration.opensearch.spec import OpenSearchInstall, Route


class Prediction(NamedTuple):
    """The answer of ml-commons, and how many seconds it took."""

    answer: Any
    seconds: float


def predict(
    spec: OpenSearchInstall,
    route: Route,
    model_id: str,
    query_text: str,
    documents: Sequence[Any],
) -> Procedure[Prediction]:
    """Sends the documents: texts by the flat route, objects by the structured one.

    Raises ClusterRefused.
    """
    timeout_s = spec.call_timeout_s
    if route is Route.FLAT:
        body: Body = {"query_text": query_text, "text_docs": list(documents)}

        def call(client: Any) -> Any:
            return client.plugins.ml.predict(
                algorithm_name="text_similarity",
                model_id=model_id,
                body=body,
                request_timeout=timeout_s,
            )
    else:
        search = {"query_text": query_text}
        body = {"parameters": {"search": search, "documents": list(documents)}}

        def call(client: Any) -> Any:
            return client.plugins.ml.predict_model(
                model_id=model_id, body=body, request_timeout=timeout_s
            )

    start = time.monotonic()
    answer = yield from send(call)
    return Prediction(answer, time.monotonic() - start)
