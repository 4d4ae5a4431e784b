"""Sends three documents through a model to the sidecar and back, and checks the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from es_integration.cluster.check import Check
from es_integration.cluster.probe import DOCUMENTS, QUERY, fresh_documents, score_checks
from es_integration.cluster.procedure import Procedure
from es_integration.errors import ClusterRefused
from es_integration.opensearch.predict import predict
from es_integration.opensearch.settings import PRIVATE, TRUSTED
from es_integration.opensearch.spec import OpenSearchInstall, Route

_UNKNOWN_NAME = "the nodes cannot look its name up"
_ADVICE: Mapping[str, str] = {
    "private ip address": f"{PRIVATE} is not set: install sets it",
    "trusted connector endpoint": f"{TRUSTED} does not hold it: install adds it",
    "sidecar answered 401": "its key is another: install with sidecar_key and rotate_key",
    "sidecar answered 403": "its key has not the scope `rerank`: install with one that has it, and "
    "rotate_key",
    "sidecar answered 404": "it has no such route: is its address complete, is the profile loaded?",
    "sidecar answered 429": "it is overloaded, or the key has used its quota",
    "sidecar answered 503": "it is overloaded, or not ready: see its /health/ready",
    "sidecar answered 504": "it does not score a few texts within read_timeout_s",
    "Read timed out": "it did not answer within read_timeout_s: is it overloaded, is it a sidecar?",
    "PKIX path building failed": "the nodes' Java does not trust the authority of its certificate: "
    "put that into their trust store",
    "connection was closed during the request": "does it want certificates of its clients (mutual "
    "TLS)? Then the nodes need one of their own",
    "Error communicating": "the address must be right as every OpenSearch node sees it, and open",
    "execute http connector": f"{_UNKNOWN_NAME}, or do not trust its certificate",
}
"""A part of an error message, and what to do about it."""


@dataclass(frozen=True, slots=True)
class _Prediction:
    """The scores that came back, and after how long."""

    scores: tuple[float, ...]
    in_order: bool
    """Whether the scores are in document order. The flat route sorts by index: always true."""
    seconds: float


def probe(spec: OpenSearchInstall, route: Route, model_id: str) -> Procedure[list[Check]]:
    """The checks from the node to the sidecar and to the new order; only the first if it fails."""
    try:
        first = yield from _predict(spec, route, model_id)
        second = yield from _predict(spec, route, model_id)
    except ClusterRefused as refused:
        return [Check(f"{route}: sidecar", False, with_advice(refused.message, spec))]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        detail = f"its answer is not understood: {error!r}"
        return [Check(f"{route}: sidecar", False, detail)]
    checks = [
        Check("sidecar", True, spec.rerank_url, first.seconds),
        _shape(second),
        *score_checks(second.scores, second.seconds, spec.read_timeout_s),
    ]
    return [replace(check, name=f"{route}: {check.name}") for check in checks]


def with_advice(message: str, spec: OpenSearchInstall) -> str:
    """The error message, followed by what to do about it if that is known."""
    advice = next((advice for part, advice in _ADVICE.items() if part in message), None)
    # OpenSearch 3 says only `HOST` or `HOST: Name or service not known`.
    host = urlsplit(spec.sidecar_url).hostname
    if advice is None and any(f"'{host}{end}" in message.lower() for end in ("'", ": ")):
        advice = _UNKNOWN_NAME
    return message if advice is None else f"{message}. What to do: {advice}"


def _predict(spec: OpenSearchInstall, route: Route, model_id: str) -> Procedure[_Prediction]:
    if route is Route.FLAT:
        answer, seconds = yield from predict(spec, route, model_id, QUERY, fresh_documents())
        (result,) = answer["inference_results"]
        scores = tuple(float(output["data"][0]) for output in result["output"])
        return _Prediction(scores, True, seconds)
    field = "title" if "title" in spec.sent else spec.sent[0]
    documents = [{field: text} for text in fresh_documents()]
    answer, seconds = yield from predict(spec, route, model_id, QUERY, documents)
    results = answer["inference_results"][0]["output"][0]["dataAsMap"]["results"]
    in_order = [result["index"] for result in results] == list(range(len(results)))
    scores = tuple(float(result["relevance_score"]) for result in results)
    return _Prediction(scores, in_order, seconds)


def _shape(prediction: _Prediction) -> Check:
    if not prediction.in_order:
        return Check("shape", False, "the results are not in the order of the documents")
    count = len(prediction.scores)
    detail = f"{count} scores for {len(DOCUMENTS)} documents"
    return Check("shape", count == len(DOCUMENTS), detail)
