"""Three documents sent through a model to the sidecar and back, and what the answer must be."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from es_integration.cluster.check import Link
from es_integration.cluster.probe import DOCUMENTS, QUERY, judged
from es_integration.cluster.procedure import Procedure
from es_integration.errors import ClusterRefused
from es_integration.opensearch.calls import ask
from es_integration.opensearch.settings import PRIVATE, TRUSTED
from es_integration.opensearch.spec import OpenSearchInstall, Route

_ADVICE: Mapping[str, str] = {
    "private ip address": f"{PRIVATE} is not set: install sets it",
    "trusted connector endpoint": f"{TRUSTED} does not hold it: install adds it",
    "sidecar answered 401": "its key is another: install with sidecar_key and rotate_key",
    "sidecar answered 403": "its key is another: install with sidecar_key and rotate_key",
    "sidecar answered 404": "it has no such route: is its address complete, is the profile loaded?",
    "sidecar answered 429": "it is overloaded",
    "sidecar answered 503": "it is overloaded, or not ready: see its /health/ready",
    "sidecar answered 504": "it does not score a few texts within read_timeout_s",
    "Read timed out": "it did not answer within read_timeout_s: is it overloaded, is it a sidecar?",
    "Error communicating": "the address must be right as every OpenSearch node sees it, and open",
    "execute http connector": "the nodes cannot look its name up, or do not trust its certificate",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and after how long."""

    scores: tuple[float, ...]
    in_order: bool
    """Whether they stand in the order of the documents; the flat route looks at their indices."""
    seconds: float


def probe(wanted: OpenSearchInstall, route: Route, model_id: str) -> Procedure[list[Link]]:
    """The links from the node to the sidecar and to the new order; only the first where it is
    broken."""
    try:
        first = yield from _ask(wanted, route, model_id)
        second = yield from _ask(wanted, route, model_id)
    except ClusterRefused as refused:
        return [Link(f"{route}: sidecar", False, advice(refused.message))]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        detail = f"its answer is not understood: {error!r}"
        return [Link(f"{route}: sidecar", False, detail)]
    links = [
        Link("sidecar", True, wanted.rerank_url, first.seconds),
        _shape(second),
        *judged(second.scores, second.seconds, wanted.read_timeout_s),
    ]
    return [replace(link, name=f"{route}: {link.name}") for link in links]


def advice(message: str) -> str:
    """The message, and what to do about it where that is known."""
    help = next((help for part, help in _ADVICE.items() if part in message), None)
    return message if help is None else f"{message}. What to do: {help}"


def _ask(wanted: OpenSearchInstall, route: Route, model_id: str) -> Procedure[Answer]:
    start = time.monotonic()
    if route is Route.FLAT:
        body: dict[str, Any] = {"query_text": QUERY, "text_docs": list(DOCUMENTS)}
        answer = yield from ask(
            lambda client: client.plugins.ml.predict(
                algorithm_name="text_similarity",
                model_id=model_id,
                body=body,
                request_timeout=wanted.call_limit_s,
            )
        )
        seconds = time.monotonic() - start
        (result,) = answer["inference_results"]
        scores = tuple(float(output["data"][0]) for output in result["output"])
        return Answer(scores, True, seconds)
    field = "title" if "title" in wanted.sent else wanted.sent[0]
    documents = [{field: text} for text in DOCUMENTS]
    body = {"parameters": {"search": {"query_text": QUERY}, "documents": documents}}
    answer = yield from ask(
        lambda client: client.plugins.ml.predict_model(
            model_id=model_id, body=body, request_timeout=wanted.call_limit_s
        )
    )
    seconds = time.monotonic() - start
    results = answer["inference_results"][0]["output"][0]["dataAsMap"]["results"]
    in_order = [item["index"] for item in results] == list(range(len(results)))
    return Answer(tuple(float(item["relevance_score"]) for item in results), in_order, seconds)


def _shape(answer: Answer) -> Link:
    if not answer.in_order:
        return Link("shape", False, "the results do not stand in the order of the documents")
    count = len(answer.scores)
    detail = f"{count} scores for {len(DOCUMENTS)} documents"
    return Link("shape", count == len(DOCUMENTS), detail)
